"""An opened event, and the order in which what governs a room counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, get_args

from app.domain.events import Body, Governing
from app.domain.governing import NewEpoch, NewFace, Rekeyed, recipients
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.pictures import RoomPictured, picture_name
from app.domain.views import Position

NOWHERE = Position(-1, EventId(b""))
"""Before every event."""
_ACTS = frozenset((*get_args(Governing), NewEpoch, NewFace))


@dataclass(frozen=True, slots=True)
class Content:
    """An opened event, as the reducer sees it."""

    room: RoomId
    author: PeerId
    seq: int
    position: Position
    body: Body
    epoch: int = 0


class Act(NamedTuple):
    """An event that governs, and the place at which it counts."""

    place: Position
    seq: int
    content: Content


class Written(NamedTuple):
    """How far an author's acts go: the highest seq, and the last place."""

    seq: int = 0
    place: Position = NOWHERE


def is_act(content: Content) -> bool:
    return type(content.body) in _ACTS


def slimmed(content: Content) -> Content:
    """Return what has to be kept of an act."""
    match content.body:
        case Rekeyed(number, sealed):
            return replace(content, body=NewEpoch(number, b"".join(recipients(sealed))))
        case RoomPictured(image):
            return replace(content, body=NewFace(picture_name(image)))
    return content


def in_order(contents: Iterable[Content], written: Mapping[PeerId, Written]) -> list[Act]:
    """Return acts in the order in which they count.

    That is the room's order, but no act counts before an earlier one of its own author. `written`
    says for each author what came before; seqs must go on from there.
    """
    places: dict[PeerId, Position] = {}
    acts = []
    for content in sorted(contents, key=lambda one: one.seq):
        author = content.author
        known = places.get(author) or written.get(author, Written()).place
        places[author] = place = max(known, content.position)
        acts.append(Act(place, content.seq, content))
    return sorted(acts, key=lambda act: act[:2])
