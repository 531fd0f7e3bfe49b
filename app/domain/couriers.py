"""What front ends show of the couriers of a room."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.ids import PeerId


@dataclass(frozen=True, slots=True)
class CourierView:
    """Somebody who keeps a room's sealed events without being in it.

    `state` is waiting (it has not said yet), serving, or refused; then `reason` says why.
    """

    peer: PeerId
    name: str
    state: str
    reason: str
    online: bool
