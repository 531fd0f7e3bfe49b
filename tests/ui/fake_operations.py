"""What the backend in memory lets be done with messages."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.domain.changes import Change, MessagesChanged, MessagesRemoved, RoomChanged
from app.domain.delivery import MemberDelivery
from app.domain.errors import AppError
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.policy import check_operable, check_own, clean_reaction, clean_text
from app.domain.rules import NO_RULES, RoomRules
from app.domain.views import (
    MemberView,
    MessageState,
    MessageVersion,
    MessageView,
    Position,
    Reaction,
    RoomKind,
    RoomSummary,
)


@dataclass
class FakeRoom:
    room: RoomId
    name: str
    kind: RoomKind
    members: list[MemberView]
    messages: list[MessageView] = field(default_factory=list)
    draft: str = ""
    read_to: Position | None = None
    peer: PeerId | None = None
    topic: str = ""
    standing: str = "member"
    role: str = ""
    rules: RoomRules = NO_RULES
    pinned: bool = False
    archived: bool = False
    marked_unread: bool = False
    muted_until_ms: int = 0
    mentions: int = 0
    picture: str = ""
    refused_for: str = ""

    def summary(self) -> RoomSummary:
        unread = sum(
            not message.own and (self.read_to is None or message.position > self.read_to)
            for message in self.messages
        )
        return RoomSummary(
            self.room,
            self.name,
            self.kind,
            len(self.members),
            unread,
            self.messages[-1] if self.messages else None,
            self.draft,
            self.peer,
            self.read_to,
            self.topic,
            standing=self.standing,
            role=self.role,
            rules=self.rules,
            picture=self.picture,
            refused_for=self.refused_for,
            mentions=self.mentions,
            muted_until_ms=self.muted_until_ms,
            pinned=self.pinned,
            archived=self.archived,
            marked_unread=self.marked_unread,
        )


def delivery(view: MessageView, member: MemberView) -> MemberDelivery:
    """Say that whoever has it had it after four seconds, and read it a minute later."""
    state = MessageState.QUEUED if view.state is MessageState.QUEUED else MessageState.SENT
    state = MessageState.DELIVERED if member.peer in view.delivered_to else state
    state = MessageState.READ if member.peer in view.read_by else state
    reached = list(MessageState).index(state)
    moments = (view.time_ms + 1000, view.time_ms + 4000, view.time_ms + 64_000)
    known = [time_ms if step <= reached else 0 for step, time_ms in enumerate(moments, 1)]
    return MemberDelivery(member.peer, member.name, state, *known)


class FakeOperations(ABC):
    """`book` has all rooms, `my_id` is who we are."""

    def __init__(self, my_id: PeerId) -> None:
        self.my_id = my_id
        self.book: dict[RoomId, FakeRoom] = {}
        self.earlier: dict[EventId, tuple[MessageVersion, ...]] = {}

    @abstractmethod
    def tell(self, *changes: Change) -> None: ...

    @abstractmethod
    async def message(self, event: EventId) -> MessageView: ...

    def _get(self, room: RoomId) -> FakeRoom:
        if room not in self.book:
            raise AppError("unknown-room")
        return self.book[room]

    def change(self, view: MessageView) -> None:
        """Put a new look of a message in place of the old one and tell of it."""
        rows = self._get(view.room).messages
        rows[[row.event for row in rows].index(view.event)] = view
        self.tell(MessagesChanged(view.room, (view,)))

    async def edit(self, message: EventId, text: str) -> None:
        view = await self._operable(message, own=True)
        old = MessageVersion(view.time_ms, view.text)
        self.earlier[message] = (*self.earlier.get(message, ()), old)
        self.change(replace(view, text=clean_text(text), edited=True))

    async def delete(self, message: EventId) -> None:
        view = await self._operable(message, own=True)
        gone = replace(view, text="", deleted=True, edited=False, reactions=(), pinned=False)
        self.change(gone)

    async def react(self, message: EventId, emoji: str) -> None:
        await self._react(message, clean_reaction(emoji), on=True)

    async def unreact(self, message: EventId, emoji: str) -> None:
        await self._react(message, clean_reaction(emoji), on=False)

    async def pin(self, message: EventId, on: bool) -> None:
        self.change(replace(await self._operable(message), pinned=on))

    async def hide(self, message: EventId) -> None:
        view = await self.message(message)
        self._get(view.room).messages.remove(view)
        self.tell(MessagesRemoved(view.room, (message,)))

    async def versions(self, message: EventId) -> Sequence[MessageVersion]:
        view = await self.message(message)
        if view.deleted:
            return ()
        return (*self.earlier.get(message, ()), MessageVersion(view.time_ms, view.text))

    async def deliveries(self, message: EventId) -> Sequence[MemberDelivery]:
        view = await self.message(message)
        others = (one for one in self._get(view.room).members if not one.you)
        return [delivery(view, one) for one in others] if view.own else []

    async def set_topic(self, room: RoomId, text: str) -> None:
        self._get(room).topic = text
        self.tell(RoomChanged(self._get(room).summary()))

    async def _operable(self, message: EventId, *, own: bool = False) -> MessageView:
        view = await self.message(message)
        check_operable(view.kind, deleted=view.deleted)
        check_own(own=not own or view.own)
        return view

    async def _react(self, message: EventId, emoji: str, *, on: bool) -> None:
        view = await self._operable(message)
        me = self.my_id
        by = {one.emoji: list(one.by) for one in view.reactions}
        there = by.setdefault(emoji, [])
        if me in there:
            there.remove(me)
        if on:
            there.append(me)
        reactions = tuple(Reaction(one, tuple(people)) for one, people in by.items() if people)
        self.change(replace(view, reactions=reactions))
