"""Which file of an earlier version a file may have been. Small, for folders of very many files."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Hashable, Iterable

from app.domain.manifest import Entry, Manifest

_NUMBER_BITS = 18
"""Enough for all files that a manifest may have."""
_NUMBERS = (1 << _NUMBER_BITS) - 1
_HASHES = (1 << (62 - _NUMBER_BITS)) - 1


class Twins:
    """Finds the file of the same path, else one of the same name, if possible with its size and
    time. What is found is likely, not certain."""

    def __init__(self, earlier: Manifest) -> None:
        self._earlier = earlier
        entries = earlier.entries
        self._by_path = _index(entry.path for entry in entries)
        self._by_look = _index(_look(earlier, entry) for entry in entries)
        self._by_name = _index(_name(earlier, entry) for entry in entries)

    def of(self, wanted: Manifest, number: int, *, same_size: bool) -> int | None:
        """Return which file of the earlier version one of `wanted` may have been."""
        entry = wanted.entries[number]
        known = _find(self._by_path, entry.path)
        if known is None or (same_size and self._size(known) != entry.size):
            known = _find(self._by_look, _look(wanted, entry))
        if known is None and not same_size:
            known = _find(self._by_name, _name(wanted, entry))
        return known

    def _size(self, number: int) -> int:
        return self._earlier.entries[number].size


def _name(manifest: Manifest, entry: Entry) -> str:
    return entry.path.rpartition("/")[2] or manifest.name


def _look(manifest: Manifest, entry: Entry) -> Hashable:
    return _name(manifest, entry), entry.size, entry.mtime_ms


def _index(keys: Iterable[Hashable]) -> array[int]:
    """Return hashes with numbers behind them, in order: a tenth of what a dict takes."""
    return array("q", sorted(_hash(key) | number for number, key in enumerate(keys)))


def _find(index: array[int], key: Hashable) -> int | None:
    sought = _hash(key)
    at = bisect_left(index, sought)
    is_there = at < len(index) and index[at] & ~_NUMBERS == sought
    return index[at] & _NUMBERS if is_there else None


def _hash(key: Hashable) -> int:
    return (hash(key) & _HASHES) << _NUMBER_BITS
