"""Pieces that lie anywhere in an earlier version of a file: what was put in or cut out before them
has moved them.

Where a piece begins is known by its first bytes, and that it is there by its digest. A piece that
is found tells where those around it are, so that mostly little has to be searched. How much that
is at most depends on the sizes of the files alone, whatever a manifest from elsewhere says.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass

from app.crypto.content import piece_digest
from app.domain.manifest import HEAD_SIZE, PIECE_SIZE

NEAR = 2 * PIECE_SIZE
"""Bytes before and behind the place where a piece is expected, which are searched first."""
SAMPLES = (4, 16, 64)
"""Pieces that are looked for in the whole file, each time if the time before was not in vain."""
PATIENCE = 256
"""Pieces that are read whole and turn out to be others; each that was found allows for two more."""
MAX_SHIFTS = 32
"""Ways that pieces have moved which are tried for each."""
MIN_KINDS = 4
"""Different bytes that a head must have to be worth looking for: zeros lie everywhere."""

ReadAt = Callable[[int, memoryview], int]
"""Fills the buffer from an offset on and returns how much of it could be; raises AppError."""
Found = Iterator[tuple[int, memoryview]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A piece: `length` bytes from `offset` of the new version on, which begin with `head`."""

    piece: int
    offset: int
    length: int
    head: bytes
    digest: bytes

    @property
    def is_findable(self) -> bool:
        return self.length >= HEAD_SIZE and len(set(self.head)) >= MIN_KINDS


Rest = Generator[tuple[int, memoryview], None, list[Wanted]]
"""Yields what was found, returns what was not."""


class MovedPieces:
    """Looks for pieces in a file of `size` bytes. `check` is called often; it may raise.

    Unless it `is_likely`, the whole file is searched only if something was found without that.
    """

    def __init__(
        self, read: ReadAt, size: int, check: Callable[[], None], *, is_likely: bool = True
    ) -> None:
        self._read = read
        self._size = size
        self._check = check
        self._is_version = is_likely
        self._content = memoryview(bytearray(PIECE_SIZE))
        self._block = bytearray(PIECE_SIZE + HEAD_SIZE - 1)
        self._patience = PATIENCE
        self._shifts: list[int] = [0]

    def find(self, pieces: Iterable[Wanted]) -> Found:
        """Yield those that are there, with their bytes, which are good until the next one."""
        left = yield from self._in_order(pieces)
        for count in SAMPLES if self._is_version else ():
            before = len(left)
            left = yield from self._anywhere(left, count)
            if len(left) == before:
                return
            left = yield from self._by_shifts(left)

    def _in_order(self, pieces: Iterable[Wanted]) -> Rest:
        """Look where the piece before says, and near there, the less often the more in vain.

        What begins there, but is another, was changed at its place; it is nowhere else.
        """
        left = []
        skips = skipped = 0
        for wanted in pieces:
            self._check()
            place = wanted.offset + self._shifts[0]
            begins = self._begins(wanted, place)
            content = self._whole(wanted, place) if begins else None
            if not begins and skipped >= skips:
                content = self._near(wanted)
                skips, skipped = max(2 * skips, 1) if content is None else 0, 0
            elif not begins:
                skipped += 1
            if content is not None:
                yield wanted.piece, content
            elif not begins or not wanted.is_findable:
                left.append(wanted)
        return left

    def _by_shifts(self, pieces: list[Wanted]) -> Rest:
        left = []
        for wanted in pieces:
            self._check()
            content = self._expected(wanted, self._shifts)
            if content is None:
                left.append(wanted)
            else:
                yield wanted.piece, content
        return left

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
        if self._patience <= 0 or place + wanted.length > self._size:
            return None
        self._patience -= 1
        content = self._content[: wanted.length]
        if self._read(place, content) < wanted.length or piece_digest([content]) != wanted.digest:
            return None
        self._patience += 3
        self._is_version = True
        shift = place - wanted.offset
        others = [one for one in self._shifts if one != shift]
        self._shifts = [shift, *others][:MAX_SHIFTS]
        return content

    def _near(self, wanted: Wanted) -> memoryview | None:
        if not wanted.is_findable:
            return None
        expected = wanted.offset + self._shifts[0]
        for at, size in self._blocks(expected - NEAR, expected + NEAR):
            content = self._among(wanted, at, size)
            if content is not None:
                return content
        return None

    def _anywhere(self, pieces: list[Wanted], count: int) -> Rest:
        """Search the whole file for so many of the pieces, from all over the new version."""
        findable = [wanted for wanted in pieces if wanted.is_findable]
        step = max(len(findable) / count, 1.0)
        places = (int((number + 0.5) * step) for number in range(count))
        samples = [findable[place] for place in places if place < len(findable)]
        found = set()
        for at, size in self._blocks(0, self._size):
            for wanted in samples:
                content = self._among(wanted, at, size) if wanted.piece not in found else None
                if content is not None:
                    found.add(wanted.piece)
                    yield wanted.piece, content
        return [wanted for wanted in pieces if wanted.piece not in found]

    def _blocks(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Read what may begin from `start` on before `end`; yield offsets and sizes."""
        end = min(end, self._size)
        for at in range(max(start, 0), end, PIECE_SIZE):
            self._check()
            block = memoryview(self._block)[: min(PIECE_SIZE, end - at) + HEAD_SIZE - 1]
            yield at, self._read(at, block)

    def _among(self, wanted: Wanted, start: int, size: int) -> memoryview | None:
        """Try where the block that was read from `start` on has the head of a piece."""
        found = self._block.find(wanted.head, 0, size)
        while found >= 0 and self._patience > 0:
            content = self._whole(wanted, start + found)
            if content is not None:
                return content
            found = self._block.find(wanted.head, found + 1, size)
        return None
