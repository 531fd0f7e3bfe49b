"""When to try again: doubling waits from 1 to 32 s with jitter."""

from __future__ import annotations

import random

FIRST_WAIT = 1.0
LONGEST_WAIT = 32.0
JITTER = 0.25


def chance() -> float:
    """Return a number in 0..1, so that not everybody tries at the same moment; no secret."""
    return random.random()  # noqa: S311 - no secret


class ReconnectionPolicy:
    """Counts the failures in a row of one server or peer."""

    def __init__(self) -> None:
        self.failures = 0

    def failed(self, chance: float) -> float:
        """Note a failure; return the seconds to wait. `chance` is a random number in 0..1."""
        wait = min(FIRST_WAIT * 2.0 ** min(self.failures, 16), LONGEST_WAIT)
        self.failures += 1
        return wait * (1.0 - JITTER + 2.0 * JITTER * chance)

    def succeeded(self) -> None:
        self.failures = 0
