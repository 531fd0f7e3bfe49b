"""Counters and histograms by name, of a bounded number of names; sums of them are kept."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from app.services.network_api import Distribution, Measured

BOUNDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000)
"""Of milliseconds."""
RATE_BOUNDS = (1, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
"""Of kilobytes a second."""
RATE = "transfer_kbyte_s"
MAX_NAMES = 160
MAX_NAME = 60
OTHER = "other"

_Name = Annotated[str, Meta(max_length=MAX_NAME + 20)]
_Count = Annotated[int, Meta(ge=0, le=1 << 60)]


class KeptHistogram(msgspec.Struct, forbid_unknown_fields=True):
    sum: Annotated[float, Meta(ge=0)]
    buckets: Annotated[list[_Count], Meta(max_length=32)]


class Kept(msgspec.Struct, forbid_unknown_fields=True):
    """A tally as it is stored. `since` is Unix ms."""

    since: Annotated[int, Meta(ge=0)]
    counters: Annotated[dict[_Name, _Count], Meta(max_length=MAX_NAMES)] = {}
    histograms: Annotated[dict[_Name, KeptHistogram], Meta(max_length=MAX_NAMES)] = {}


class Histogram:
    """Counts values by upper bound; the last bucket is open."""

    def __init__(self, bounds: tuple[int, ...] = BOUNDS) -> None:
        self._bounds = bounds
        self._buckets = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        self._buckets[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def absorb(self, buckets: list[int], total: float) -> None:
        """Count what was counted elsewhere; nothing if that was by other bounds."""
        if len(buckets) == len(self._buckets):
            self._buckets = [a + b for a, b in zip(self._buckets, buckets, strict=True)]
            self._sum += total

    def kept(self) -> KeptHistogram:
        return KeptHistogram(self._sum, list(self._buckets))

    def distribution(self) -> Distribution:
        return Distribution(self._bounds, tuple(self._buckets), self._sum)


class Tally:
    """Names are "what" or "what.detail"; past `MAX_NAMES` new details count as "what.other"."""

    def __init__(self) -> None:
        self._counters: Counter[str] = Counter()
        self._histograms: dict[str, Histogram] = {}

    def count(self, name: str, by: int = 1) -> None:
        if name not in self._counters:
            name = _bounded(name, self._counters)
        self._counters[name] += by

    def add(self, name: str, value: float) -> None:
        """Put a value into the histogram of this name."""
        self._histogram(name).add(value)

    def _histogram(self, name: str) -> Histogram:
        found = self._histograms.get(name)
        if found is None:
            name = _bounded(name, self._histograms)
            found = self._histograms.setdefault(name, Histogram(bounds_of(name)))
        return found

    def absorb(self, kept: Kept) -> None:
        """Add what was kept."""
        for name, number in kept.counters.items():
            self.count(name, number)
        for name, histogram in kept.histograms.items():
            self._histogram(name).absorb(histogram.buckets, histogram.sum)

    def kept(self, since_ms: int) -> Kept:
        """Return it to be stored."""
        histograms = {name: one.kept() for name, one in self._histograms.items()}
        return Kept(since_ms, dict(self._counters), histograms)

    def measured(self) -> Measured:
        histograms = {name: one.distribution() for name, one in self._histograms.items()}
        return Measured(dict(self._counters), histograms)


def bounds_of(name: str) -> tuple[int, ...]:
    return RATE_BOUNDS if name.partition(".")[0] == RATE else BOUNDS


def _bounded(name: str, known: Mapping[str, object]) -> str:
    name = name[:MAX_NAME]
    if name in known or len(known) < MAX_NAMES // 2:
        return name
    what, dot, _ = name.partition(".")
    return what + dot + (OTHER if dot else "")
