"""What was measured on each link in the last two minutes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from app.domain.ids import PeerId

KEPT = 60
"""How many samples are kept of each link."""

STEP_MS = 2000
"""How far apart they are."""


class History:
    """Round trips in ms, None where there was none; whoever is not named any more is forgotten."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._past: dict[PeerId, deque[float | None]] = {}

    def note(self, now: Mapping[PeerId, float | None]) -> None:
        """Add a sample of every link that there is."""
        for peer in self._past.keys() - now.keys():
            del self._past[peer]
        for peer, value in now.items():
            self._past.setdefault(peer, deque(maxlen=self._kept)).append(value)

    def of(self, peer: PeerId) -> tuple[float | None, ...]:
        """The samples of a link, the oldest first."""
        return tuple(self._past.get(peer, ()))
