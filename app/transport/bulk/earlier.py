"""Pieces that are on this disk already: those of an earlier version that was received or offered.

Nothing of it is trusted: whatever became of those files, only what has the digest of a piece that
is wanted counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path

from app.crypto.content import piece_digest
from app.domain.errors import AppError
from app.domain.file_names import safe_paths
from app.domain.manifest import DIGEST_SIZE, PIECE_SIZE, Entry, Layout, Manifest, Slice
from app.protocol.piece_map import PieceMap
from app.transport.bulk.moved import MovedPieces, Wanted
from app.transport.bulk.sources import SourceFiles

MAX_LOOKED_FOR = 1 << 17
"""Pieces, beyond which looking them up would take too much memory."""
SOON_SEARCHED = 256 * 1024 * 1024
"""Bytes that are worth searching even in what has another name."""

Found = Iterator[tuple[int, memoryview]]


def received_files(path: Path, manifest: Manifest, layout: Layout | None = None) -> SourceFiles:
    """Read what a transfer has put at `path`, where names may differ from the manifest's."""
    return SourceFiles(path, manifest, layout, _places(manifest))


def files_of(path: Path, earlier: Manifest, *, received: bool) -> SourceFiles:
    """Read what lies at `path` now, where it was received, or else offered from."""
    places = _places(earlier) if received else None
    return SourceFiles(path, earlier, places=places, as_they_were=False)


def _places(manifest: Manifest) -> list[tuple[str, ...]] | None:
    return safe_paths(entry.path for entry in manifest.entries) if manifest.is_folder else None


def pieces_at_hand(
    files: SourceFiles,
    earlier: Manifest,
    wanted: Manifest,
    done: PieceMap,
    check: Callable[[], None] = lambda: None,
) -> Found:
    """Yield pieces of `wanted` that are not in `done` but lie in `files`, with their bytes.

    The bytes are checked, and good until the next one; note the piece in `done` before that. What
    cannot be read is passed over. `check` is called often; it may raise.
    """
    if max(done.count, len(earlier.digests) // DIGEST_SIZE) > MAX_LOOKED_FOR:
        return
    search = _Search(files, earlier, wanted, done, check)
    for find in (search.equal, search.packed, search.moved):
        yield from find()


class _Search:
    def __init__(
        self,
        files: SourceFiles,
        earlier: Manifest,
        wanted: Manifest,
        done: PieceMap,
        check: Callable[[], None],
    ) -> None:
        self._files = files
        self._earlier = earlier
        self._wanted = wanted
        self._done = done
        self._check = check
        self._layout = Layout([entry.size for entry in wanted.entries])
        self._buffer = memoryview(bytearray(PIECE_SIZE))

    def equal(self) -> Found:
        """Pieces that were pieces then."""
        count = len(self._earlier.digests) // DIGEST_SIZE
        known = {self._earlier.digest(piece): piece for piece in range(count)}
        for piece in self._done.missing():
            self._check()
            same = known.get(self._wanted.digest(piece))
            content = self._read(same) if same is not None else None
            if content is not None and self._is(piece, content):
                yield piece, content

    def packed(self) -> Found:
        """Small files that share a piece now, wherever each was then."""
        for piece in self._done.missing():
            self._check()
            parts = self._layout.slices(piece)
            content = self._pack(parts) if self._is_pack(parts) else None
            if content is not None and self._is(piece, content):
                yield piece, content

    def moved(self) -> Found:
        """Parts of big files that were elsewhere in them."""
        lacking: dict[int, list[Wanted]] = {}
        for piece in self._done.missing() if self._wanted.heads else ():
            parts = self._layout.slices(piece)
            if not self._is_pack(parts):
                lacking.setdefault(parts[0].entry, []).append(self._lacking(piece, parts[0]))
        for entry, pieces in lacking.items():
            twin = self._twins.of(self._wanted, entry, same_size=False)
            if twin is not None:
                yield from self._in_file(twin, pieces)

    def _lacking(self, piece: int, part: Slice) -> Wanted:
        head, digest = self._wanted.head(piece), self._wanted.digest(piece)
        return Wanted(piece, part.offset, part.length, head, digest)

    def _in_file(self, twin: int, pieces: list[Wanted]) -> Found:
        try:
            size = self._files.length_now(twin)
            read = partial(self._files.read_part, twin)
            is_likely = self._earlier.name == self._wanted.name or size <= SOON_SEARCHED
            search = MovedPieces(read, size, self._check, is_likely=is_likely)
            yield from search.find(pieces)
        except AppError:  # it went away meanwhile
            return

    def _is_pack(self, parts: tuple[Slice, ...]) -> bool:
        return self._wanted.entries[parts[0].entry].size < PIECE_SIZE

    @cached_property
    def _twins(self) -> _Twins:
        return _Twins(self._earlier)

    def _pack(self, parts: tuple[Slice, ...]) -> memoryview | None:
        at = 0
        for part in parts:
            twin = self._twins.of(self._wanted, part.entry, same_size=True)
            if twin is None or not self._copy(twin, self._buffer[at : at + part.length]):
                return None
            at += part.length
        return self._buffer[:at]

    def _copy(self, twin: int, into: memoryview) -> bool:
        try:
            return self._files.read_part(twin, 0, into) == len(into)
        except AppError:
            return False

    def _read(self, piece: int) -> memoryview | None:
        try:
            return self._files.read_into(piece, self._buffer)
        except AppError:
            return None

    def _is(self, piece: int, content: memoryview) -> bool:
        return piece_digest([content]) == self._wanted.digest(piece)


class _Twins:
    """Which file of an earlier version a file may have been: that of the same path, else one of the
    same name, if possible with its size and time."""

    def __init__(self, earlier: Manifest) -> None:
        self._earlier = earlier
        entries = earlier.entries
        self._by_path = {entry.path: number for number, entry in enumerate(entries)}
        # Hashes, because a folder may have very many files; what is wrong shows in the digest.
        self._by_name: dict[int, int] = {}
        for number, entry in enumerate(entries):
            name = _name(earlier, entry)
            self._by_name[hash(name)] = self._by_name[_look(name, entry)] = number

    def of(self, wanted: Manifest, number: int, *, same_size: bool) -> int | None:
        entry = wanted.entries[number]
        name = _name(wanted, entry)
        keys = [_look(name, entry)] if same_size else [_look(name, entry), hash(name)]
        found = [self._by_path.get(entry.path), *(self._by_name.get(key) for key in keys)]
        fitting = (one for one in found if one is not None)
        if same_size:
            fitting = (one for one in fitting if self._earlier.entries[one].size == entry.size)
        return next(fitting, None)


def _name(manifest: Manifest, entry: Entry) -> str:
    return entry.path.rpartition("/")[2] or manifest.name


def _look(name: str, entry: Entry) -> int:
    return hash((name, entry.size, entry.mtime_ms))
