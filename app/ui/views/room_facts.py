"""What the info page says of a room; comparable, so that it is only rebuilt if it differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.couriers import CourierView
from app.domain.governing import Banned, RoomLink
from app.domain.ids import PeerId
from app.domain.rules import NO_RULES, RoomRules
from app.domain.views import RoomKind


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """`role` is ours, "" if we are no member; `makers` names who made the links."""

    kind: RoomKind
    name: str
    topic: str = ""
    role: str = ""
    standing: str = "member"
    rules: RoomRules = NO_RULES
    links: tuple[RoomLink, ...] = ()
    banned: tuple[Banned, ...] = ()
    couriers: tuple[CourierView, ...] = ()
    makers: Mapping[PeerId, str] = field(default_factory=dict)
