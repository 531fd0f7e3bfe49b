"""Transmission sequence numbers, counted on beyond 32 bits, and sets of them kept as ranges."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

MASK = 0xFFFFFFFF
_HALF = 1 << 31


def unwrap(number: int, near: int) -> int:
    """Return the count nearest to `near` whose low 32 bits are `number`."""
    return near + ((number - near + _HALF) & MASK) - _HALF


class Ranges:
    """A set of numbers as sorted, disjoint, inclusive ranges."""

    __slots__ = ("_firsts", "_lasts")

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._firsts)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._firsts, self._lasts, strict=True)

    def __contains__(self, number: int) -> bool:
        place = bisect_left(self._lasts, number)
        return place < len(self._firsts) and self._firsts[place] <= number

    def add(self, first: int, last: int) -> None:
        """Add `first` to `last`, joining what touches."""
        if self._lasts and self._lasts[-1] + 1 == first:
            self._lasts[-1] = last
            return
        begin = bisect_left(self._lasts, first - 1)
        end = bisect_right(self._firsts, last + 1)
        if begin < end:
            first = min(first, self._firsts[begin])
            last = max(last, self._lasts[end - 1])
        self._firsts[begin:end] = [first]
        self._lasts[begin:end] = [last]

    def missing(self, first: int, last: int) -> list[tuple[int, int]]:
        """Return the parts of `first` to `last` that are not in the set."""
        found = []
        begin = bisect_left(self._lasts, first)
        end = bisect_right(self._firsts, last)
        for place in range(begin, end):
            if first < self._firsts[place]:
                found.append((first, self._firsts[place] - 1))
            first = self._lasts[place] + 1
        if first <= last:
            found.append((first, last))
        return found

    def forget(self, last: int) -> None:
        """Remove everything up to `last`."""
        place = bisect_right(self._lasts, last)
        del self._firsts[:place], self._lasts[:place]
        if self._firsts and self._firsts[0] <= last:
            self._firsts[0] = last + 1
