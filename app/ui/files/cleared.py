"""Which transfers that are over a person has cleared from the list of all."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.ids import EventId

KEPT = 2000
"""So many are remembered; older ones come back."""
_SIGNS = 16
"""Of an id in hex, so many tell it from others."""


class Cleared:
    """Transfers by their ids, the latest cleared last."""

    def __init__(self, stored: str = "") -> None:
        self._signs = dict.fromkeys(sign for sign in stored.split() if len(sign) == _SIGNS)

    def __contains__(self, transfer: EventId) -> bool:
        return _sign(transfer) in self._signs

    def add(self, transfers: Iterable[EventId]) -> None:
        """List them no more."""
        self._signs |= dict.fromkeys(map(_sign, transfers))
        self._signs = dict.fromkeys([*self._signs][-KEPT:])

    def dump(self) -> str:
        """Return what the constructor takes."""
        return " ".join(self._signs)


def _sign(transfer: EventId) -> str:
    return transfer.hex()[:_SIGNS]
