"""Tells of messages in conversations that are not in front, of requests, and how many wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.domain.changes import Change, MessagesAdded
from app.domain.contacts import ContactChanged, ContactView, Presence
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageKind, MessageView, RoomKind, RoomSummary
from app.services.privacy import PRESENCE_SETTING
from app.ui import phrases
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.desktop_notes import Notes, NoteStyle
from app.ui.files.phrases import offer_line
from app.ui.people_phrases import called

STYLE_KEY = "notifications"
TITLE = "Parlor"
_TOLD = {MessageKind.TEXT, MessageKind.INVITATION, MessageKind.FILE}


class NotifyController(QObject):
    """`opener` is called with the conversation whose note was clicked, `asked` for requests."""

    def __init__(
        self,
        desk: Desk,
        conversation: ConversationController,
        notes: Notes | None,
        opener: Callable[[RoomId], object],
        asked: Callable[[], object],
    ) -> None:
        super().__init__(desk.window)
        self._window, self._tasks, self._backend = desk.window, desk.tasks, desk.backend
        self._conversation, self._notes = conversation, notes
        self._opener, self._asked = opener, asked
        self._known: set[PeerId] = set()
        """Whose requests have been told of, or were there before."""
        self._style = NoteStyle.FULL
        if notes is not None:
            notes.opened.connect(self._on_opened)

    @property
    def style(self) -> NoteStyle:
        return self._style

    async def start(self) -> None:
        """Read how much is to be told, and show what waits."""
        stored = await self._backend.setting(STYLE_KEY, NoteStyle.FULL.value)
        if stored in {style.value for style in NoteStyle}:
            self._style = NoteStyle(stored)
        self._known |= {each.peer for each in self._backend.contacts.all() if _asks(each)}
        self._count()

    def choose(self, style: NoteStyle) -> None:
        """Tell so much from now on."""
        self._style = style
        self._tasks.spawn(self._backend.set_setting(STYLE_KEY, style.value))

    def stop(self) -> None:
        if self._notes is not None:
            self._notes.close()

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop; the list has had it before."""
        self._count()
        news: dict[RoomId, list[MessageView]] = {}
        for change in changes:
            if isinstance(change, MessagesAdded):
                news.setdefault(change.room, []).extend(self._new(change))
        for room, messages in news.items():
            summary = self._window.rooms.summary(room)
            if messages and summary is not None and self._is_wanted(summary):
                words = self._words(summary, messages)
                self._tasks.spawn(self._tell(summary.room, summary.name, words))
        for change in changes:
            if isinstance(change, ContactChanged):
                self._on_contact(change.contact)

    def _on_contact(self, contact: ContactView) -> None:
        is_known = contact.peer in self._known
        if not _asks(contact):
            self._known.discard(contact.peer)
        elif not is_known:
            self._known.add(contact.peer)
            whole = self._style is NoteStyle.FULL and contact.text
            words = phrases.one_line(contact.text) if whole else "Asks to talk with you"
            self._tasks.spawn(self._tell(None, called(contact), words))

    def _new(self, change: MessagesAdded) -> list[MessageView]:
        summary = self._window.rooms.summary(change.room)
        if summary is None or not summary.unread:
            return []
        return [
            message
            for message in change.messages
            if message.kind in _TOLD
            and not message.own
            and not message.deleted
            and (summary.read_to is None or message.position > summary.read_to)
        ]

    def _is_wanted(self, summary: RoomSummary) -> bool:
        in_front = self._window.isActiveWindow() and self._conversation.room == summary.room
        return not in_front and not phrases.is_muted(summary, self._window.now())

    async def _tell(self, room: RoomId | None, title: str, words: str) -> None:
        presence = await self._backend.setting(PRESENCE_SETTING, "")
        if self._style is NoteStyle.NOTHING or presence == Presence.BUSY.name.lower():
            return
        if not self._window.isActiveWindow():
            QApplication.alert(self._window)
        if self._notes is not None:
            self._notes.show_note(room, title, words)

    def _words(self, summary: RoomSummary, messages: Sequence[MessageView]) -> str:
        last, more = messages[-1], len(messages) - 1
        if self._style is NoteStyle.NAME:
            return phrases.count(len(messages), "new message")
        lead = f"{last.author_name}: " if summary.kind is RoomKind.GROUP else ""
        line = f"{lead}{_line(last)}"
        return f"{line}\n{phrases.count(more, 'more message')}" if more else line

    def _count(self) -> None:
        now = self._window.now()
        rooms = self._window.rooms.conversations()
        unread = sum(room.unread for room in rooms if not phrases.is_muted(room, now))
        title = f"({unread}) {TITLE}" if unread else TITLE
        if title != self._window.windowTitle():
            self._window.setWindowTitle(title)
            if self._notes is not None:
                self._notes.set_unread(unread)

    def _on_opened(self, room: RoomId | None) -> None:
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        if room is None:
            self._asked()
        else:
            self._opener(room)


def _asks(contact: ContactView) -> bool:
    return contact.state == "incoming"


def _line(message: MessageView) -> str:
    """What a note says of a message: for a file, how much it is, too."""
    if message.file is None or message.file.voice_ms or message.deleted:
        return phrases.message_line(message)
    return f"{phrases.message_line(message)} · {offer_line(message.file)}"
