"""The state of a room and the pure step that an event takes it through.

Every part of the state is a last-writer-wins register ordered by (clock, id) or a minimum over
the same order, so any order of arrival ends in the same state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from app.domain.events import (
    Body,
    Created,
    Deleted,
    Edited,
    Joined,
    Left,
    Operation,
    Pinned,
    ProfileNamed,
    Reacted,
    Renamed,
    Text,
    Topic,
    Unsupported,
)
from app.domain.governing import RoomOffered
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.pictures import Pictured, RoomPictured, picture_name
from app.domain.views import MessageKind, Position

NOWHERE = Position(-1, EventId(b""))
"""Before every event."""


@dataclass(frozen=True, slots=True)
class Content:
    """An opened event, as the reducer sees it."""

    room: RoomId
    author: PeerId
    seq: int
    position: Position
    body: Body


@dataclass(frozen=True, slots=True)
class Member:
    """`joined` is the place of the first join, NOWHERE if none has been seen yet."""

    name: str
    named_at: Position
    present: bool
    changed_at: Position
    joined: Position


_STRANGER = Member("", NOWHERE, present=False, changed_at=NOWHERE, joined=NOWHERE)


@dataclass(frozen=True, slots=True)
class RoomState:
    """`founder` wrote the earliest `created` event; `code` is that event's spoken code."""

    name: str = ""
    named_at: Position = NOWHERE
    founder: PeerId | None = None
    founded_at: Position = NOWHERE
    code: bytes = b""
    members: Mapping[PeerId, Member] = field(default_factory=lambda: MappingProxyType({}))
    topic: str = ""
    topic_at: Position = NOWHERE
    picture: str = ""
    pictured_at: Position = NOWHERE

    def name_of(self, peer: PeerId) -> str:
        """Return the member's name in this room, "" for somebody unknown."""
        return self.members.get(peer, _STRANGER).name


@dataclass(frozen=True, slots=True)
class RowAdded:
    """The event is a row of the conversation."""

    content: Content
    kind: MessageKind
    text: str
    reply_to: EventId | None = None
    mentions: tuple[PeerId, ...] = ()
    vanish_s: int = 0
    forwarded_from: str = ""


@dataclass(frozen=True, slots=True)
class PictureSet:
    """Somebody, or the room if `peer` is None, looks like this from now on."""

    content: Content
    peer: PeerId | None
    image: bytes


@dataclass(frozen=True, slots=True)
class OperationAdded:
    """The event changes the message `target`, if and when that is here."""

    content: Content
    target: EventId
    operation: Operation


@dataclass(frozen=True, slots=True)
class RoomNamed:
    name: str


@dataclass(frozen=True, slots=True)
class TopicSet:
    topic: str


@dataclass(frozen=True, slots=True)
class MemberUpdated:
    """`state` is joined, left or renamed."""

    peer: PeerId
    name: str
    state: str


Effect = RowAdded | PictureSet | OperationAdded | RoomNamed | TopicSet | MemberUpdated
Step = tuple[RoomState, tuple[Effect, ...]]


def reduce(state: RoomState, content: Content) -> Step:  # noqa: C901, PLR0911, PLR0912 - one case each
    """Return the state after `content` and what it changed. Each event may be given once."""
    match content.body:
        case Text():
            return state, (_text(content, content.body),)
        case Pictured(image):
            return state, (PictureSet(content, content.author, image),)
        case RoomPictured(image):
            return _picture_room(state, content, image)
        case Unsupported(kind):
            return state, (RowAdded(content, MessageKind.UNSUPPORTED, kind),)
        case Created():
            return _create(state, content, content.body)
        case Renamed(name):
            renamed, effects = _name_room(state, content.position, name)
            return renamed, (RowAdded(content, MessageKind.RENAMED, name), *effects)
        case Topic(text):
            return _set_topic(state, content.position, text)
        case Joined(name):
            return _join(state, content, name)
        case Left():
            return _leave(state, content)
        case ProfileNamed(name):
            return _name_member(state, content, name)
        case Edited() | Deleted() | Reacted() | Pinned():
            target = EventId(content.body.target)
            return state, (OperationAdded(content, target, content.body),)
        case RoomOffered(name=name):
            return state, (RowAdded(content, MessageKind.INVITATION, name),)
        case _:
            return state, ()


def _text(content: Content, body: Text) -> RowAdded:
    answered = EventId(body.reply_to) if body.reply_to is not None else None
    named = tuple(map(PeerId, body.mentions)) if body.mentions else ()
    more = (body.vanish_s, body.forwarded_from)
    return RowAdded(content, MessageKind.TEXT, body.text, answered, named, *more)


def _picture_room(state: RoomState, content: Content, image: bytes) -> Step:
    if content.position < state.pictured_at:
        return state, ()
    pictured = replace(state, picture=picture_name(image), pictured_at=content.position)
    return pictured, (PictureSet(content, None, image),)


def _create(state: RoomState, content: Content, body: Created) -> Step:
    if state.founder is None or content.position < state.founded_at:
        state = replace(state, founder=content.author, founded_at=content.position, code=body.code)
    return _name_room(state, content.position, body.name)


def _name_room(state: RoomState, position: Position, name: str) -> Step:
    if position < state.named_at:
        return state, ()
    return replace(state, name=name, named_at=position), (RoomNamed(name),)


def _set_topic(state: RoomState, position: Position, topic: str) -> Step:
    if position < state.topic_at:
        return state, ()
    return replace(state, topic=topic, topic_at=position), (TopicSet(topic),)


def _join(state: RoomState, content: Content, name: str) -> Step:
    member = state.members.get(content.author, _STRANGER)
    earliest = content.position
    if member.joined != NOWHERE:
        earliest = min(member.joined, content.position)
    member = replace(member, joined=earliest)
    row = RowAdded(content, MessageKind.JOINED, name)
    named, naming = _name_member(_with(state, content.author, member), content, name)
    moved, moving = _set_present(named, content, present=True)
    return moved, (row, *(moving or naming))


def _leave(state: RoomState, content: Content) -> Step:
    row = RowAdded(content, MessageKind.LEFT, "")
    moved, effects = _set_present(state, content, present=False)
    return moved, (row, *effects)


def _set_present(state: RoomState, content: Content, *, present: bool) -> Step:
    member = state.members.get(content.author, _STRANGER)
    if content.position < member.changed_at:
        return state, ()
    member = replace(member, present=present, changed_at=content.position)
    update = MemberUpdated(content.author, member.name, "joined" if present else "left")
    return _with(state, content.author, member), (update,)


def _name_member(state: RoomState, content: Content, name: str) -> Step:
    member = state.members.get(content.author, _STRANGER)
    if content.position < member.named_at:
        return state, ()
    member = replace(member, name=name, named_at=content.position)
    update = MemberUpdated(content.author, name, "renamed")
    return _with(state, content.author, member), (update,)


def _with(state: RoomState, peer: PeerId, member: Member) -> RoomState:
    return replace(state, members=MappingProxyType({**state.members, peer: member}))
