"""What was tried to link with each peer, and what came of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.ids import PeerId

KEPT = 32
MAX_PEERS = 256


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way that was tried.

    `way` is "direct", "turn" or "member", `through` who carries in the last case; `at_ms` is when
    it began (Unix ms). `outcome` is "" if a link came about, else an error code; `stage` is how
    far it got then: "signaling", "ice", "dtls", "sctp" or "handshake".
    """

    way: str
    at_ms: int
    took_ms: int
    outcome: str = ""
    stage: str = ""
    through: PeerId | None = None


class Attempts:
    """The last ones of each peer, in memory only."""

    def __init__(self) -> None:
        self._kept: dict[PeerId, deque[Attempt]] = {}
        self.on_note: Callable[[Attempt], None] = lambda _attempt: None

    def note(self, peer: PeerId, attempt: Attempt) -> None:
        kept = self._kept.pop(peer, None) or deque(maxlen=KEPT)
        kept.append(attempt)
        self.on_note(attempt)
        self._kept[peer] = kept  # whoever was tried last stands last
        if len(self._kept) > MAX_PEERS:
            del self._kept[next(iter(self._kept))]

    def of(self, peer: PeerId) -> tuple[Attempt, ...]:
        """Return what was tried, the newest last."""
        return tuple(self._kept.get(peer, ()))
