"""What a transfer consists of: files, their sizes, and the pieces that they are sent in.

A file of a piece's size or more has pieces of its own; smaller ones share pieces, whole and in
order, so that many small files move like a big one and a changed one costs one piece.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import msgspec

PIECE_SIZE = 1024 * 1024
DIGEST_SIZE = 32
HEAD_SIZE = 16
MAX_FILES = 200_000
MAX_FOLDERS = 50_000
MAX_PIECES = 1 << 20
"""One tebibyte, if it is a single file."""


class Entry(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """A file: its `/`-separated path below the transfer's name ("" for a single file).

    `size` is in bytes; `mtime_ms` is Unix ms.
    """

    path: str
    size: int
    mtime_ms: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """`folders` are those without files; `digests` has 32 bytes (BLAKE3) for each piece.

    `heads` has the first 16 bytes of each piece, filled up with zeros, or is empty: what is looked
    for in an earlier version, where a piece may begin anywhere.
    """

    name: str
    is_folder: bool
    entries: tuple[Entry, ...]
    folders: tuple[str, ...] = ()
    digests: bytes = b""
    heads: bytes = b""

    @property
    def size(self) -> int:
        """Bytes in all files."""
        return sum(entry.size for entry in self.entries)

    def digest(self, piece: int) -> bytes:
        return self.digests[piece * DIGEST_SIZE : (piece + 1) * DIGEST_SIZE]

    def head(self, piece: int) -> bytes:
        return self.heads[piece * HEAD_SIZE : (piece + 1) * HEAD_SIZE]


@dataclass(frozen=True, slots=True)
class Slice:
    """`length` bytes of the file `entry` from `offset` on."""

    entry: int
    offset: int
    length: int


class Layout:
    """Which bytes each piece holds. Kept as where runs of pieces begin, not as a list of all."""

    def __init__(self, sizes: Sequence[int]) -> None:
        """`sizes` are those of the files, in the manifest's order, each 0 or more."""
        self._sizes = tuple(sizes)
        self._runs: list[tuple[int, ...]] = list(_runs(self._sizes))
        counts = (_pieces_of(self._sizes, run) for run in self._runs)
        self._ends = list(accumulate(counts))

    @property
    def count(self) -> int:
        """How many pieces there are. Empty files need none."""
        return self._ends[-1] if self._ends else 0

    def slices(self, piece: int) -> tuple[Slice, ...]:
        """Return what piece number `piece` holds, in order. Raises IndexError."""
        if not 0 <= piece < self.count:
            raise IndexError(piece)
        place = bisect_right(self._ends, piece)
        run = self._runs[place]
        if len(run) > 1 or self._sizes[run[0]] < PIECE_SIZE:
            return tuple(Slice(entry, 0, self._sizes[entry]) for entry in run)
        begin = self._ends[place - 1] if place else 0
        offset = (piece - begin) * PIECE_SIZE
        return (Slice(run[0], offset, min(PIECE_SIZE, self._sizes[run[0]] - offset)),)

    def length(self, piece: int) -> int:
        """Return how many bytes a piece has, 1..PIECE_SIZE. Raises IndexError."""
        return sum(part.length for part in self.slices(piece))


def _runs(sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield the files whose pieces follow each other: a big one, or small ones for one piece."""
    packed: list[int] = []
    room = PIECE_SIZE
    for entry, size in enumerate(sizes):
        if size >= PIECE_SIZE:
            yield (entry,)
        elif size:
            if size > room:
                yield tuple(packed)
                packed, room = [], PIECE_SIZE
            packed.append(entry)
            room -= size
    if packed:
        yield tuple(packed)


def _pieces_of(sizes: Sequence[int], run: tuple[int, ...]) -> int:
    return -(-sizes[run[0]] // PIECE_SIZE) if len(run) == 1 else 1
