"""Whom a transfer leaves alone for a while: those who had nothing, or nothing good."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.domain.ids import PeerId

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
LONGEST_FOR_FAULTS = 300.0
FAULTS = frozenset(
    {
        "bad-bulk-frame",
        "bad-piece-map",
        "bad-piece-size",
        "flood",
        "manifest-malformed",
        "manifest-mismatch",
        "manifest-too-large",
        "unasked-manifest",
        "unasked-piece",
        "wrong-digest",
    }
)
"""Ends of a lane for which the peer is to blame, whatever came before."""
BLAMED = FAULTS | {"stalled"}


@dataclass(slots=True)
class _Rest:
    until: float = 0.0
    pause: float = FIRST_PAUSE / 2
    fault: str = ""


@dataclass(slots=True)
class Rests:
    """Times are seconds of one clock."""

    _rests: dict[PeerId, _Rest] = field(default_factory=dict)

    @property
    def fault(self) -> str:
        """What somebody did wrong of whom nothing came since, as an error code; else ""."""
        return next((rest.fault for rest in self._rests.values() if rest.fault), "")

    def may_ask(self, peer: PeerId, now: float) -> bool:
        rest = self._rests.get(peer)
        return rest is None or rest.until <= now

    def in_vain(self, peer: PeerId, now: float, code: str = "") -> None:
        """Asking led to nothing, or the lane ended with `code` before anything came."""
        rest = self._rests.setdefault(peer, _Rest())
        rest.fault = code if code in BLAMED else rest.fault
        rest.pause = min(rest.pause * 2, LONGEST_FOR_FAULTS if rest.fault else LONGEST_PAUSE)
        rest.until = now + rest.pause

    def fruitful(self, peer: PeerId) -> None:
        """Something verified came meanwhile: it may be asked at once."""
        self._rests.pop(peer, None)

    def wake(self, peer: PeerId) -> None:
        """A peer says that it has something; who did wrong rests on."""
        if (rest := self._rests.get(peer)) is not None and not rest.fault:
            rest.until = 0.0

    def deadline(self, now: float) -> float | None:
        """Return when the next one has rested enough; None if nobody rests."""
        return min((r.until for r in self._rests.values() if r.until > now), default=None)
