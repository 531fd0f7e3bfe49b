"""What the composer's text is for: a new message, an answer to one, or another wording of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from app.domain.changes import Change, HistoryDeleted, MessagesRemoved
from app.domain.ids import EventId, RoomId
from app.domain.views import MessageView
from app.ui.messages.wording import shown_text
from app.ui.phrases import one_line
from app.ui.theme import Theme, name_colour
from app.ui.views.conversation import ConversationView


@dataclass(frozen=True, slots=True)
class Reply:
    message: MessageView


@dataclass(frozen=True, slots=True)
class Edit:
    """`draft` is what stood in the composer before."""

    message: MessageView
    draft: str


class Writing(QObject):
    """Shows in the bar above the field what is being answered or edited."""

    def __init__(self, theme: Theme, view: ConversationView) -> None:
        super().__init__(view)
        self._theme, self._view, self._composer = theme, view, view.composer
        self._task: Reply | Edit | None = None
        self._kept: dict[RoomId, tuple[Edit, str]] = {}
        view.messages.reply_wanted.connect(self.reply)
        view.composer.bar.closed.connect(self.peel)
        view.composer.bar.pressed.connect(self._show_message)
        view.composer.field.edit_last_pressed.connect(self.edit_last)

    @property
    def editing(self) -> bool:
        return isinstance(self._task, Edit)

    def reply(self, message: MessageView) -> None:
        """The next message is to answer this one."""
        if not message.is_live:
            return
        self.peel()
        self._task = Reply(message)
        name = "yourself" if message.own else message.author_name
        colour = name_colour(message.author, self._theme.palette)
        self._composer.bar.show_text(f"Reply to {name}", one_line(shown_text(message)), colour)
        self._composer.field.setFocus()

    def edit(self, message: MessageView) -> None:
        """The composer's text is to replace that of this own message."""
        if not (message.own and message.is_live):
            return
        self.peel()
        self.take_up(Edit(message, self._composer.text()), message.text)

    def take_up(self, task: Edit, text: str) -> None:
        """Edit with `text` in the composer, for the first time or after it went wrong."""
        self._task = task
        self._composer.bar.show_text("Edit message", one_line(shown_text(task.message)))
        self._composer.set_text(text)
        self._composer.field.setFocus()

    def edit_last(self) -> None:
        """Edit the newest own message in sight."""
        rows = reversed(self._view.messages.stage.window.rows)
        own = next((row for row in rows if row.own and row.is_live and row.text), None)
        if own is not None:
            self.edit(own)

    def step_reply(self, by: int) -> None:
        """Answer the message before (-1) or after (1) the one that is being answered."""
        rows = [row for row in self._view.messages.stage.window.rows if row.is_live]
        events = [row.event for row in rows]
        at = len(rows)
        if isinstance(self._task, Reply) and self._task.message.event in events:
            at = events.index(self._task.message.event)
        if at + by >= len(rows):
            self.peel()
        elif at + by >= 0:
            self.reply(rows[at + by])
            self._view.messages.go_to(rows[at + by].position, flash=True)

    def take(self) -> Reply | Edit | None:
        """Return what the text is for and go back to new messages."""
        task, self._task = self._task, None
        self._composer.bar.hide()
        return task

    def take_reply(self) -> EventId | None:
        """Return what is being answered, by something else than the composer's text."""
        if not isinstance(self._task, Reply):
            return None
        answered = self._task.message.event
        self.take()
        return answered

    def peel(self) -> bool:
        """Give up the answer or the edit; False if there was none."""
        task = self.take()
        if isinstance(task, Edit):
            self._composer.set_text(task.draft)
        return task is not None

    def leave(self) -> None:
        """Another room is to be shown: an edit that was begun waits for the way back."""
        text = self._composer.text()
        if isinstance(self._task, Edit) and text != self._task.message.text:
            self._kept[self._task.message.room] = (self._task, text)
        self.peel()

    def enter(self, room: RoomId) -> None:
        """This room is shown now: go on with the edit that waits there, if one does."""
        kept = self._kept.pop(room, None)
        if kept is not None:
            self.take_up(*kept)

    def apply(self, changes: Iterable[Change]) -> None:
        """Give up answering and editing what has gone, here and in other rooms."""
        for change in changes:
            match change:
                case MessagesRemoved(_, events):
                    for event in events:
                        self.forget(event)
                case HistoryDeleted(room):
                    self._kept.pop(room, None)
                    if self._task is not None and self._task.message.room == room:
                        self.peel()
                case _:
                    continue

    def forget(self, event: EventId) -> None:
        """This message is no longer there."""
        for room, (edit, _) in tuple(self._kept.items()):
            if edit.message.event == event:
                del self._kept[room]
        if self._task is not None and self._task.message.event == event:
            self.peel()

    def _show_message(self) -> None:
        if self._task is not None:
            self._view.messages.go_to(self._task.message.position, flash=True)
