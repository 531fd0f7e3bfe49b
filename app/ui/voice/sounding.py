"""How a sound stands at this moment, for whoever paints or says it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

RATES = (1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Sounding:
    """`active` if it is the one that plays or is paused; `ms` is how long it is, if known.

    `new` if it is somebody else's voice that was not listened to yet.
    """

    active: bool = False
    playing: bool = False
    at_ms: int = 0
    ms: int = 0
    rate: float = 1.0
    new: bool = False

    @property
    def share(self) -> float:
        """How far it is, from 0 to 1."""
        return min(max(self.at_ms / self.ms, 0.0), 1.0) if self.ms > 0 else 0.0


SILENT = Sounding()


def clock(ms: int) -> str:
    """`0:07`, `12:30`, `1:02:05`: rounded down, as a clock shows it."""
    seconds = max(ms, 0) // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return f"{hours}:{minutes:02}:{seconds % 60:02}"
    return f"{minutes}:{seconds % 60:02}"


def lasting(ms: int) -> str:
    """`7 seconds`, `2 minutes 5 seconds`, as a screen reader says it: rounded down, as `clock`."""
    seconds = max(ms // 1000, 1)
    parts = ((seconds // 60, "minute"), (seconds % 60, "second"))
    return " ".join(f"{number} {word}{'s' * (number != 1)}" for number, word in parts if number)


def speed(rate: float) -> str:
    """`1x`, `1.5x`, with the sign for times."""
    return f"{rate:g}\u00d7"


def next_rate(rate: float) -> float:
    """The speed after this one; after the last comes the first."""
    return RATES[(RATES.index(rate) + 1) % len(RATES)] if rate in RATES else RATES[0]
