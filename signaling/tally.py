"""What the server has done so far, in numbers that tell nothing of anybody."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Upper bounds of the histogram's buckets, in seconds; one more holds what took longer."""


class Histogram:
    """How often a duration fell into each bucket."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def __len__(self) -> int:
        return sum(self.counts)

    def quantile(self, share: float) -> float | None:
        """Return the bound under which `share` (0 to 1) of all lie; None without any.

        The last bound stands for everything above it.
        """
        count = len(self)
        if not count:
            return None
        seen = 0
        for bound, there in zip(BOUNDS, self.counts, strict=False):
            seen += there
            if seen >= share * count:
                return bound
        return BOUNDS[-1]


@dataclass(slots=True)
class Tally:
    """Counts since the start. Keys are names of requests and codes of refusals, nothing else."""

    opened: int = 0
    authenticated: int = 0
    dropped: int = 0
    relayed: int = 0
    relayed_bytes: int = 0
    failures: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    seconds: Histogram = field(default_factory=Histogram)
