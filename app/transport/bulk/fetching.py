"""The job of who fetches: from a manifest to files in place, through any interruption."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from time import monotonic
from typing import NoReturn

from app.domain.errors import AppError, RemoteProtocolError
from app.domain.manifest import MAX_FILES, Manifest
from app.protocol.manifests import decode_manifest, most_bytes
from app.protocol.piece_map import PieceMap
from app.protocol.worker_messages import Done, Fetch, Notice, Progress
from app.transport.bulk.earlier import likely_files, pieces_at_hand
from app.transport.bulk.failures import disk_errors
from app.transport.bulk.jobs import ExchangeJob, Tell
from app.transport.bulk.manifest_files import keep_manifest, load_manifest
from app.transport.bulk.part_files import PartFiles
from app.transport.bulk.progress import Meter
from app.transport.bulk.resume import VERSION, ResumeState, load_state, save_state
from app.transport.bulk.sharing import Content
from app.transport.bulk.targets import Target, discard, part_name

LOOK_EVERY = 1.0
"""Seconds between two looks at how much room is left."""
SAVE_EVERY = 5.0
"""Seconds between two savings of what came. What is lost with the worker is looked up again."""
SAVE_AFTER = 64 * 1024 * 1024
"""Bytes after which it is saved sooner."""


class FetchJob(ExchangeJob):
    """Fetches, puts in place, and serves what is there until it is stopped."""

    def __init__(self, command: Fetch, tell: Tell) -> None:
        super().__init__(command.transfer, command.root, Path(command.manifest), tell)
        self._command = command
        self._state_file = Path(command.state)
        self._part = part_name(command.root, self._state_file)
        self._came: list[bytes] = []
        self._target: Target | None = None
        self._meter = Meter()
        self._done = 0
        self._saved = 0
        self._saved_at = monotonic()
        self._began = False
        self._at_hand = PieceMap(0)
        """What was there before the lanes knew."""

    def manifest_came(self, wire: bytes) -> None:
        self._came.append(wire)
        self._news.set()

    def piece_came(self, size: int, is_last: bool) -> None:
        self._done += size
        if is_last or self._done - self._saved >= SAVE_AFTER:
            self._news.set()

    def tick(self, now: float) -> None:
        if self._began:
            self._progress(self._meter, self._done, now, None)
        super().tick(now)

    def _work(self) -> NoReturn:
        manifest = self._known_manifest()
        self._size = manifest.size
        self._check_offer(manifest)
        self._target = target = Target(Path(self._command.folder), self._part, manifest)
        path = self._placed_before(target, manifest) or self._fetch(target, manifest)
        self._tell(Progress(self.transfer, self._size, self._size, 0.0, reused=self._reused))
        self._tell(Done(self.transfer, str(path)))
        while True:
            self._wait()

    def _check_offer(self, manifest: Manifest) -> None:
        """See that it is as big as it was said to be, before anything of it is written."""
        found, said = len(manifest.entries), self._command
        if manifest.size != said.size or said.files not in (None, found):
            raise AppError("offer-mismatch", {"size": manifest.size, "files": found})

    def _known_manifest(self) -> Manifest:
        path = Path(self._command.manifest)
        known = load_manifest(path, self._command.root)
        if known is not None:
            return known
        files = MAX_FILES if self._command.files is None else self._command.files
        self._lanes.seek_manifest(most_bytes(self._command.size, files))
        while not self._came:
            self._wait()
        wire = self._came.pop()
        manifest = decode_manifest(wire, self._command.root)
        keep_manifest(path, wire)
        return manifest

    def _placed_before(self, target: Target, manifest: Manifest) -> Path | None:
        """Return where an earlier run has put it, if it has."""
        state = load_state(self._state_file, self._command.root)
        path = target.placed_before(state.placed, state.inode) if state is not None else None
        if path is None:
            return None
        everything = PieceMap.full(target.part.layout.count)
        if target.lost(everything):
            return None
        self._offer(target, manifest, everything, in_place=True)
        return path

    def _fetch(self, target: Target, manifest: Manifest) -> Path:
        target.begin()
        done = self._came_before(target)
        self._saved = self._done
        target.ensure_room(manifest.size - self._done)
        self._began = True
        self._at_hand = done
        self._reuse(target, manifest, done)
        self._offer(target, manifest, done, in_place=False)
        while not self._is_complete(target, done):
            self._wait(LOOK_EVERY)
            if self._done - self._saved >= SAVE_AFTER or monotonic() - self._saved_at >= SAVE_EVERY:
                self._save(target)
            target.ensure_room(manifest.size - self._done, margin=0)
        path = target.complete(self._note_name)
        self._lanes.placed()
        return path

    def _came_before(self, target: Target) -> PieceMap:
        """Return which pieces an earlier run has left, and count them.

        Some may have been written without being noted, or the notes may be lost or damaged.
        """
        if target.is_new:
            return PieceMap(target.part.layout.count)
        done = self._remembered(target)
        for piece, is_right in target.found(done):
            self._check()
            if is_right:
                done.add(piece)
        self._done = sum(target.part.layout.length(piece) for piece in done.present())
        return done

    def _reuse(self, target: Target, manifest: Manifest, done: PieceMap) -> None:
        """Copy what earlier versions on this disk have in common with what is wanted."""
        with closing(PartFiles(target.part)) as files:
            for one in self._command.earlier:
                earlier = load_manifest(Path(one.manifest), one.root)
                if earlier is None or done.is_complete:
                    continue
                with closing(likely_files(Path(one.path), earlier, received=one.received)) as old:
                    for piece, content in pieces_at_hand(old, earlier, manifest, done, self._check):
                        files.write(piece, content)
                        done.add(piece)
                        self._done += len(content)
                        self._reused += len(content)

    def _remembered(self, target: Target) -> PieceMap:
        state = load_state(self._state_file, self._command.root)
        count = target.part.layout.count
        try:
            done = PieceMap.decode(state.pieces, count) if state is not None else PieceMap(count)
        except RemoteProtocolError:
            return PieceMap(count)
        for piece in target.lost(done):
            done.discard(piece)
        return done

    def _offer(self, target: Target, manifest: Manifest, done: PieceMap, *, in_place: bool) -> None:
        def files() -> PartFiles:
            return PartFiles(target.part)

        self._done = manifest.size if in_place else self._done
        self._began = True
        self._lanes.begin(
            Content(manifest, target.part.layout, done, files, files), in_place=in_place
        )

    def _is_complete(self, target: Target, done: PieceMap) -> bool:
        """Tell whether everything came and is still there; what is not is fetched again."""
        if not done.is_complete:
            return False
        lost = target.lost(done)
        self._lanes.lost(lost)
        self._done -= sum(target.part.layout.length(piece) for piece in lost)
        return not lost

    def _save(self, target: Target) -> None:
        """Remember what came, as soon as it is safe on the disk."""
        done = self._done
        if done == self._saved:
            return
        pieces = self._lanes.snapshot() or self._at_hand.encode()
        target.sync()
        self._remember(ResumeState(VERSION, self._command.root, pieces))
        self._saved = done
        self._saved_at = monotonic()

    def _note_name(self, name: str, inode: int) -> None:
        state = ResumeState(VERSION, self._command.root, self._lanes.snapshot(), name, inode)
        self._remember(state)

    def _remember(self, state: ResumeState) -> None:
        with disk_errors(self._state_file.parent):
            self._state_file.parent.mkdir(parents=True, exist_ok=True)
            save_state(self._state_file, state)

    def _ended(self, code: str) -> Notice | None:
        is_closed = self._close_lanes(code)
        if self._target is not None and is_closed:
            with suppress(AppError):
                if self._began and not self._lanes.in_place and not self._deletes:
                    self._save(self._target)
            self._target.close()
        return self._deleted() if self._deletes else None

    def _deleted(self) -> Notice | None:
        try:
            what = self._command
            delete(what.root, what.folder, what.manifest, what.state)
        except AppError as error:
            return self._failed(error)
        return None


def delete(root: bytes, folder: str, manifest: str, state: str) -> None:
    """Delete what came of a fetch and is not in place; arguments as in Fetch. Raises AppError."""
    discard(Path(folder), part_name(root, Path(state)))
    with disk_errors(Path(state).parent):
        Path(state).unlink(missing_ok=True)
        Path(manifest).unlink(missing_ok=True)
