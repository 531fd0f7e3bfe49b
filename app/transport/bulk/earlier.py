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
from app.domain.file_names import safe_name, safe_paths, split_path
from app.domain.manifest import DIGEST_SIZE, PIECE_SIZE, Layout, Manifest, Slice
from app.protocol.piece_map import PieceMap
from app.transport.bulk.moved import MovedPieces, Wanted
from app.transport.bulk.sources import PlaceOf, SourceFiles
from app.transport.bulk.twins import Twins

MAX_LOOKED_FOR = 1 << 17
"""Pieces, beyond which looking them up would take too much memory."""
SOON_SEARCHED = 256 * 1024 * 1024
"""Bytes that are worth searching even in what has another name."""

Found = Iterator[tuple[int, memoryview]]


def received_files(path: Path, manifest: Manifest, layout: Layout | None = None) -> SourceFiles:
    """Read what a transfer has put at `path`, where names may differ from the manifest's."""
    return SourceFiles(path, manifest, layout, _places(manifest))


def files_of(path: Path, manifest: Manifest, *, received: bool) -> SourceFiles:
    """Read what lies at `path` now, where it was received, or else offered from."""
    place_of = _places(manifest) if received else None
    return SourceFiles(path, manifest, place_of=place_of, as_they_were=False)


def likely_files(path: Path, earlier: Manifest, *, received: bool) -> SourceFiles:
    """The same without holding all places: of names that are told apart by numbers only the first
    is found."""

    def place(number: int) -> tuple[str, ...]:
        return tuple(map(safe_name, split_path(earlier.entries[number].path)))

    return SourceFiles(path, earlier, place_of=place if received else None, as_they_were=False)


def _places(manifest: Manifest) -> PlaceOf | None:
    if not manifest.is_folder:
        return None
    return safe_paths(entry.path for entry in manifest.entries).__getitem__


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
    def _twins(self) -> Twins:
        return Twins(self._earlier)

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
