"""One conversation at a time: opens it, sends, and keeps header, drawer and banner true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.domain.changes import (
    Change,
    LinkChanged,
    MemberChanged,
    MessagesAdded,
    PersonPictured,
    RoomChanged,
    RoomRemoved,
    StatusChanged,
    TypingChanged,
)
from app.domain.errors import AppError
from app.domain.ids import EventId, RoomId
from app.domain.views import MemberView, MessageView, Position, RoomSummary
from app.ui import wording
from app.ui.controllers.desk import Desk
from app.ui.controllers.drafts import DraftKeeper
from app.ui.controllers.typing import TypingTeller
from app.ui.controllers.waiting import LOOKED_AT, waiting
from app.ui.controllers.writing import Edit, Reply, Writing
from app.ui.government import COURIER
from app.ui.messages.source import START
from app.ui.views.conversation import ConversationView

_ABOUT_MEMBERS = MemberChanged | LinkChanged
_ABOUT_DELIVERY = MessagesAdded | StatusChanged | MemberChanged | LinkChanged | PersonPictured


class ConversationController(QObject):
    """`switched` is emitted with the room that is open now, None for none."""

    switched = Signal(object)

    def __init__(self, desk: Desk, view: ConversationView) -> None:
        super().__init__(view)
        window, tasks, chats = desk.window, desk.tasks, desk.backend.chats
        self._view, self._messages, self._drawer = view, view.messages, window.drawer
        self._rooms, self._members_model = window.rooms, window.members
        self._chats, self._tasks = chats, tasks
        self._contacts = desk.backend.contacts
        self._conversations = desk.backend.conversations
        self._members: Sequence[MemberView] = ()
        self._room: RoomId | None = None
        self._fresh: RoomSummary | None = None
        self._seen: MessageView | None = None
        self._again: bool | None = None  # None while nothing is being read
        self._first_new: dict[RoomId, tuple[Position, int]] = {}
        self.drafts = DraftKeeper(chats, tasks, self)
        self._typing = TypingTeller(chats)
        self._me = desk.backend.profile.peer
        self.writing = Writing(window.theme, view)
        view.composer.submitted.connect(self._submit)
        view.composer.edited.connect(self._on_edit)
        view.messages.seen.connect(self._on_seen)
        view.messages.original_wanted.connect(self._go_to_original)

    @property
    def room(self) -> RoomId | None:
        """The conversation that is open."""
        return self._room

    @property
    def members(self) -> Sequence[MemberView]:
        """Who is in it, as far as that was read already."""
        return self._members

    def summary(self) -> RoomSummary | None:
        """What is known of the open conversation; the list may not have a new one yet."""
        if self._room is None:
            return None
        found = self._rooms.summary(self._room)
        fresh = self._fresh
        return fresh if found is None and fresh and fresh.room == self._room else found

    async def open(self, room: RoomId, place: Position | None = None) -> None:
        """Show this conversation, at `place` if one is given. May raise AppError."""
        summary = self._rooms.summary(room) or await self._chats.room(room)
        self._fresh = summary
        if room != self._room:
            self._leave()
            self._room = room
            self._members = ()
            self._view.composer.set_text(self.drafts.text(room, summary.draft))
            self._view.composer.set_error("")
            self._view.offline.say("")
            self.writing.enter(room)
            self._messages.open(self._from_mark(summary))
            self._show(summary)
        self.switched.emit(room)
        if place is not None:
            self._messages.go_to(place)
        self._view.give_keys()
        self._look_again()

    def _from_mark(self, summary: RoomSummary) -> RoomSummary:
        """The mark is gone once one opens the room; what follows it counts as new once more."""
        if summary.marked_unread:
            self._tasks.spawn(self._conversations.mark_unread(summary.room, False))
        place, number = self._first_new.pop(summary.room, (None, 0))
        if place is None or not number or (summary.read_to or START) < place:
            return summary
        return replace(summary, read_to=place, unread=number)

    def leave_unread(self, message: MessageView) -> None:
        """Show no conversation; let `message` be the first new one when one comes back."""
        rows = self._messages.stage.window.rows
        new = sum(not row.own and row.position >= message.position for row in rows)
        place = Position(message.position.hlc, EventId(b""))
        self._first_new[message.room] = (place, new)
        if message.room == self._room:
            self.close()

    def close(self) -> None:
        """Show no conversation."""
        self._leave()
        self._room = None
        self._messages.close_room()
        self.switched.emit(None)

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop; the room list has had it before."""
        self.writing.apply(changes)
        room = self._room
        if room is None:
            return
        for change in changes:
            self._messages.apply(change)
        mine = [change for change in changes if getattr(change, "room", room) == room]
        if any(isinstance(change, RoomRemoved) for change in mine):
            self.drafts.forget(room)
            self.close()
        elif any(isinstance(change, _ABOUT_DELIVERY) for change in mine):
            self._look_again()
        elif any(isinstance(change, RoomChanged | TypingChanged) for change in mine):
            self._renew()

    async def finish(self) -> None:
        """Store drafts; to be called before the backend is closed."""
        self._typing.stop()
        await self.drafts.save()

    def mark_all_read(self) -> None:
        """Take the open conversation as read up to its last message."""
        summary = self.summary()
        if summary is not None and summary.last is not None and summary.unread:
            self._mark_read(summary.last.event)
        self._messages.clear_divider()

    def _leave(self) -> None:
        self.writing.leave()
        self._typing.stop()
        self.drafts.save_soon()

    def _show(self, summary: RoomSummary) -> None:
        online = None if summary.peer is None else self._rooms.is_online(summary.peer)
        typing = self._rooms.typing_in(summary.room)
        self._view.show_room(summary, self._members, typing, online)
        self._drawer.show_room(summary, online)

    def _renew(self) -> None:
        summary = self.summary()
        if summary is not None:
            self._show(summary)

    def _look_again(self) -> None:
        """Read who is there and what waits, once more after a reading that is on its way."""
        if self._again is None:
            self._again = False
            self._tasks.spawn(self._keep_reading())
        else:
            self._again = True

    async def _keep_reading(self) -> None:
        try:
            await self._read_members()
            while self._again:
                self._again = False
                await self._read_members()
        finally:
            self._again = None

    async def _read_members(self) -> None:
        room = self._room
        if room is None:
            return
        found = await self._chats.members(room)
        members = [each for each in found if each.role != COURIER]
        page = await self._chats.page(room, None, LOOKED_AT, 0)
        if room != self._room:
            return
        self._members = members
        self._members_model.show(found)
        self._messages.set_people({member.peer: member.name for member in members}, self._me)
        summary = self.summary()
        belongs = summary is not None and summary.standing == "member"
        self._view.offline.say(*waiting(members, page.messages) if belongs else ("",))
        self._renew()

    def _on_edit(self) -> None:
        if self._room is not None:
            text = self._view.composer.text()
            if not self.writing.editing:
                self.drafts.note(self._room, text)
            self._typing.edited(self._room, text)

    def _submit(self, text: str) -> None:
        if self._room is None:
            return
        task = self.writing.take()
        self._typing.stop()
        if isinstance(task, Edit):
            self._view.composer.set_text(task.draft)
            self._tasks.spawn(self._edit(self._room, task, text))
            return
        room = self._room
        self.drafts.begin_sending(room, text)
        self._messages.clear_divider()
        self._view.composer.set_text("")
        self.drafts.note(room, "")
        self._tasks.spawn(self._send(room, text, task))

    async def _send(self, room: RoomId, text: str, task: Reply | None) -> None:
        try:
            await self._say(room, text, task)
        except AppError as error:
            self._give_back(room, text, error)
            if task is not None and room == self._room:
                self.writing.reply(task.message)
        finally:
            self.drafts.end_sending(room, text)

    async def _say(self, room: RoomId, text: str, task: Reply | None) -> None:
        """Send a message; the first one to somebody new asks whether they want to talk."""
        summary = self._rooms.summary(room)
        peer = None if summary is None else summary.peer
        if peer is not None and task is None and self._contacts.of(peer).state == "none":
            await self._contacts.request(peer, text)
        else:
            await self._chats.send(room, text, task.message.event if task else None)

    async def _edit(self, room: RoomId, task: Edit, text: str) -> None:
        if text == task.message.text:
            return
        try:
            await self._chats.edit(task.message.event, text)
        except AppError as error:
            if room != self._room:
                self._give_back(room, text, error)
                return
            self.writing.peel()
            self.writing.take_up(Edit(task.message, self._view.composer.text()), text)
            self._view.composer.set_error(wording.words_for(error))

    def _go_to_original(self, event: EventId) -> None:
        self._tasks.spawn(self._find_original(event))

    async def _find_original(self, event: EventId) -> None:
        message = await self._chats.message(event)
        if message.room == self._room:
            self._messages.go_to(message.position, flash=True)

    def _give_back(self, room: RoomId, text: str, error: AppError) -> None:
        """Put a text that could not be sent where it was, before what was typed since."""
        since = self.drafts.text(room, "")
        whole = f"{text}\n{since}" if since.strip() else text
        self.drafts.note(room, whole)
        if room == self._room:
            self._view.composer.set_text(whole)
            self._view.composer.set_error(wording.words_for(error))

    def _on_seen(self, message: MessageView) -> None:
        """A message came into view; it is read once the person looks at this window."""
        if self._view.isActiveWindow():
            self._mark_read(message.event)
        else:
            self._seen = message

    def looked_at(self) -> None:
        """The person came back to the window."""
        seen, self._seen = self._seen, None
        if seen is not None and seen.room == self._room:
            self._mark_read(seen.event)

    def _mark_read(self, event: EventId) -> None:
        if self._room is not None:
            self._tasks.spawn(self._chats.mark_read(self._room, event))
