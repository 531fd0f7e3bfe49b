"""Pieces that lie anywhere in an earlier version of a file: what was put in or cut out before them
has moved them.

Where a piece begins is known by its first bytes, and that it is there by its digest. A piece that
is found tells where those after it are, so that mostly nothing has to be searched. What is
searched in all is bounded, whatever a manifest from elsewhere says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from app.crypto.content import piece_digest
from app.domain.manifest import HEAD_SIZE, PIECE_SIZE

NEAR = 2 * PIECE_SIZE
"""Bytes before and behind the place where a piece is expected, which are searched first."""
MIN_SEARCHED = 128 * PIECE_SIZE
FOR_NEAR = 32 * PIECE_SIZE
"""Bytes that a search of the whole file must leave for those that are near."""
LIKELY, UNLIKELY = 2.0, 0.25
"""Times the size of a file that are searched if nothing is found."""
EARNED = 16 * PIECE_SIZE
"""Bytes more that are searched for each piece that was found."""
MAX_SHIFTS = 8
"""Ways that pieces have moved which are tried for each."""
MIN_KINDS = 4
"""Different bytes that a head must have to be worth looking for: zeros lie everywhere."""

ReadAt = Callable[[int, memoryview], int]
"""Fills the buffer from an offset on and returns how much of it could be; raises AppError."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A piece: `length` bytes from `offset` of the new version on, which begin with `head`."""

    piece: int
    offset: int
    length: int
    head: bytes
    digest: bytes


class MovedPieces:
    """Looks for pieces in a file of `size` bytes, `hope` saying how long in vain.

    `check` is called often; it may raise.
    """

    def __init__(
        self, read: ReadAt, size: int, check: Callable[[], None], hope: float = LIKELY
    ) -> None:
        self._read = read
        self._size = size
        self._check = check
        self._content = memoryview(bytearray(PIECE_SIZE))
        self._block = bytearray(PIECE_SIZE + HEAD_SIZE - 1)
        self._left = MIN_SEARCHED + int(hope * size)
        self._shifts: list[int] = [0]
        self._skips = self._skipped = 0

    def find(self, pieces: Iterable[Wanted]) -> Iterator[tuple[int, memoryview]]:
        """Yield those that are there, with their bytes, which are good until the next one."""
        left = []
        for wanted in pieces:
            self._check()
            content = self._expected(wanted, self._shifts[:1]) or self._searched(wanted)
            if content is None:
                left.append(wanted)
            else:
                yield wanted.piece, content
        for wanted in left:
            self._check()
            content = self._expected(wanted, self._shifts)
            if content is not None:
                yield wanted.piece, content

    def _expected(self, wanted: Wanted, shifts: Iterable[int]) -> memoryview | None:
        for shift in shifts:
            place = wanted.offset + shift
            if self._begins(wanted, place):
                content = self._whole(wanted, place)
                if content is not None:
                    return content
        return None

    def _begins(self, wanted: Wanted, place: int) -> bool:
        if not 0 <= place <= self._size - wanted.length:
            return False
        size = min(HEAD_SIZE, wanted.length)
        begin = self._content[:size]
        return self._read(place, begin) == size and begin == wanted.head[:size]

    def _whole(self, wanted: Wanted, place: int) -> memoryview | None:
        """Return a piece if it lies at a place, which is then where others are expected too."""
        content = self._content[: wanted.length]
        self._left -= wanted.length
        if self._read(place, content) < wanted.length or piece_digest([content]) != wanted.digest:
            return None
        self._left += EARNED
        shift = place - wanted.offset
        others = [one for one in self._shifts if one != shift]
        self._shifts = [shift, *others][:MAX_SHIFTS]
        return content

    def _searched(self, wanted: Wanted) -> memoryview | None:
        if wanted.length < HEAD_SIZE or len(set(wanted.head)) < MIN_KINDS:
            return None
        expected = wanted.offset + self._shifts[0]
        return self._between(wanted, expected - NEAR, expected + NEAR) or self._anywhere(wanted)

    def _anywhere(self, wanted: Wanted) -> memoryview | None:
        """Search the whole file, the less often the more often it was in vain."""
        self._skipped += 1
        if self._skipped <= self._skips or self._left < self._size + FOR_NEAR:
            return None
        content = self._between(wanted, 0, self._size)
        self._skips, self._skipped = max(2 * self._skips, 1) if content is None else 0, 0
        return content

    def _between(self, wanted: Wanted, start: int, end: int) -> memoryview | None:
        end = min(end, self._size - wanted.length)
        at = max(start, 0)
        while at <= end and self._left > 0:
            self._check()
            block = memoryview(self._block)[: min(PIECE_SIZE, end - at + 1) + HEAD_SIZE - 1]
            got = self._read(at, block)
            self._left -= got
            content = self._among(wanted, at, got)
            if content is not None:
                return content
            at += PIECE_SIZE
        return None

    def _among(self, wanted: Wanted, start: int, size: int) -> memoryview | None:
        """Try where the block that was read from `start` on has the head of a piece."""
        found = self._block.find(wanted.head, 0, size)
        while found >= 0 and self._left > 0:
            content = self._whole(wanted, start + found)
            if content is not None:
                return content
            found = self._block.find(wanted.head, found + 1, size)
        return None
