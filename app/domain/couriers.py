"""Couriers: what one is good for, and what front ends show of those of a room."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.ids import PeerId, RoomId

DAY_MS = 24 * 3600 * 1000
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Quota:
    """How many bytes of events are kept for one room, and for all rooms together."""

    room: int
    total: int


USUAL = Quota(128 * MIB, 1024 * MIB)


@dataclass(frozen=True, slots=True)
class CourierTerms:
    """For whom a courier works: `patrons` may give it rooms, None for anybody who reaches it.

    `keep_ms` is how long an event is kept; `rooms` is how many it has, `rooms_by_one` how many of
    them one patron may give.
    """

    patrons: frozenset[PeerId] | None = None
    quota: Quota = USUAL
    keep_ms: int = 30 * DAY_MS
    rooms: int = 256
    rooms_by_one: int = 16


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


@dataclass(frozen=True, slots=True)
class ServedView:
    """A room that a courier serves; `used` is what its events count for, in bytes.

    `full` is true if some were refused.
    """

    room: RoomId
    patron: PeerId
    members: int
    events: int
    used: int
    full: bool


@dataclass(frozen=True, slots=True)
class CourierReport:
    """What a courier tells of itself."""

    rooms: tuple[ServedView, ...]
    used: int
    quota: Quota
    keep_ms: int
