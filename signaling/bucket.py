"""Token buckets: how often something may happen."""

from __future__ import annotations

from typing import Generic, TypeVar

Key = TypeVar("Key")


class TokenBucket:
    """Holds up to `burst` tokens, refilled by `rate` a second. Starts full.

    The clock is passed in, in seconds; one that goes backwards refills nothing.
    """

    __slots__ = ("_burst", "_rate", "_seen", "_tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._seen = now

    def take(self, amount: float, now: float) -> bool:
        """Take `amount` tokens if there are that many; otherwise take none and return False."""
        self._refill(now)
        if amount > self._tokens:
            return False
        self._tokens -= amount
        return True

    def full(self, now: float) -> bool:
        """Tell whether the bucket is as good as new."""
        self._refill(now)
        return self._tokens >= self._burst

    def _refill(self, now: float) -> None:
        gained = max(0.0, now - self._seen) * self._rate
        self._tokens = min(self._burst, self._tokens + gained)
        self._seen = max(now, self._seen)


class BucketShelf(Generic[Key]):
    """One bucket for each key, kept until it is full again: going away does not refill it."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: dict[Key, TokenBucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def get(self, key: Key, now: float) -> TokenBucket:
        """Return the bucket of `key`, a full one if none is kept."""
        if key not in self._buckets:
            self._buckets[key] = TokenBucket(self._rate, self._burst, now)
        return self._buckets[key]

    def sweep(self, now: float) -> None:
        """Forget the buckets that are full."""
        self._buckets = {k: b for k, b in self._buckets.items() if not b.full(now)}
