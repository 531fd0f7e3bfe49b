"""The menu of one message, or of several that are selected."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidgetAction

from app.domain.views import MessageKind, MessageView
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.message_deeds import MessageDeeds
from app.ui.messages import Clock, MessageList
from app.ui.theme import icon
from app.ui.widgets.emoji_picker import EmojiPicker
from app.ui.widgets.reaction_row import ReactionRow

Deed = Callable[[MessageView], object]
Flow = Callable[[MessageView], Coroutine[Any, Any, object]]
ManyFlow = Callable[[Sequence[MessageView]], Coroutine[Any, Any, object]]


class MessageMenu(QObject):
    """Opens where the message was asked about.

    `report` is what reporting a message leads to, `profile` shows its author; nothing is offered
    while they are None.
    """

    def __init__(
        self, desk: Desk, messages: MessageList, conversation: ConversationController, clock: Clock
    ) -> None:
        super().__init__(messages)
        self._window, self._tasks, self._chats = desk.window, desk.tasks, desk.backend.chats
        self._messages, self._writing = messages, conversation.writing
        self._me = desk.backend.profile.peer
        self._message: MessageView | None = None
        self._where = QPoint()
        self.report: Flow | None = None
        self.profile: Flow | None = None
        self.deeds = MessageDeeds(desk, conversation, clock)
        self._fill()
        self._fill_many()
        messages.menu_wanted.connect(self._show)
        messages.react_wanted.connect(self.pick_reaction)
        messages.reaction_toggled.connect(self._toggle)

    def _fill(self) -> None:
        deeds = self.deeds
        self.menu = QMenu(self._messages)
        self.menu.setAccessibleName("Message")
        self.row = ReactionRow(self._react, self._more)
        self._row_action = QWidgetAction(self.menu)
        self._row_action.setDefaultWidget(self.row)
        self.menu.addAction(self._row_action)
        self.reply = self._add("reply", "Reply", self._writing.reply)
        self.copy_text = self._add("copy", "Copy text", self._copy)
        self.edit = self._add("pencil", "Edit", self._writing.edit)
        self.forward = self._add("forward", "Forward…", self._one(deeds.forward))
        self.pin = self._add("pin", "Pin", self._task(deeds.pin))
        self.save = self._add("download", "Save as…", self._one(deeds.save))
        self.unread = self._add("mail-open", "Mark unread from here", self._task(deeds.mark_unread))
        self.details = self._add("info", "Details…", self._task(deeds.details))
        self.author = self._add("user", "About the author…", self._about)
        self.report_it = self._add("flag", "Report…", self._report)
        self.menu.addSeparator()
        self.delete = self._add("trash-2", "Delete…", self._one(deeds.delete))

    def _fill_many(self) -> None:
        self.many = QMenu(self._messages)
        self.many.setAccessibleName("Selected messages")
        self.many.addAction("Copy").triggered.connect(self._messages.copy)
        self._add_many("Forward…", self.deeds.forward)
        self._add_many("Save as…", self.deeds.save)
        self.many.addSeparator()
        self._add_many("Delete…", self.deeds.delete)

    def pick_reaction(self, message: MessageView, where: QPoint) -> None:
        """Let any emoji be chosen as a reaction to `message`."""
        if not message.is_live:
            return
        picker = EmojiPicker(self._window.theme, self._window, self._window.emoji)
        picker.picked.connect(lambda emoji: self._toggle(message, emoji, on=True))
        picker.open_at(where)

    def react_to_current(self) -> None:
        """Choose a reaction to the message that keys are about."""
        current = self._messages.current_message()
        if current is not None:
            self.pick_reaction(*current)

    def forward_current(self) -> None:
        """Forward what is selected, else the message that keys are about."""
        current = self._messages.current_message()
        if self._messages.several_selected():
            self._tasks.spawn(self._with_selected(self.deeds.forward))
        elif current is not None:
            self._tasks.spawn(self.deeds.forward([current[0]]))

    def delete_one(self, message: MessageView) -> None:
        """Ask for whom to delete a message, and delete it."""
        self._tasks.spawn(self.deeds.delete([message]))

    def add_reactions(self, menu: QMenu, message: MessageView) -> None:
        """Put the row of reactions into the menu of a message that is no text."""

        def react(emoji: str) -> None:
            menu.close()
            self._toggle_own(message, emoji)

        def more() -> None:
            where = menu.pos()
            menu.close()
            self.pick_reaction(message, where)

        action = QWidgetAction(menu)
        action.setDefaultWidget(ReactionRow(react, more))
        menu.addAction(action)

    def add_talk(self, menu: QMenu, message: MessageView) -> None:
        """Put there what can be done with whatever somebody has said."""
        deeds, spawn = self.deeds, self._tasks.spawn
        own, pinned = message.own, "Unpin" if message.pinned else "Pin"
        edit = "Edit caption" if message.text else "Add a caption"
        told = not own and self.report is not None
        offers: list[tuple[bool, str, str, Callable[[], object]]] = [
            (True, "reply", "Reply", lambda: self._writing.reply(message)),
            (own, "pencil", edit, lambda: self._writing.edit(message)),
            (bool(message.text), "copy", "Copy caption", lambda: _to_clipboard(message)),
            (True, "forward", "Forward…", lambda: spawn(deeds.forward([message]))),
            (True, "pin", pinned, lambda: spawn(deeds.pin(message))),
            (True, "mail-open", "Mark unread from here", lambda: spawn(deeds.mark_unread(message))),
            (True, "info", "Details…", lambda: spawn(deeds.details(message))),
            (told, "user", "About the author…", lambda: self._about(message)),
            (told, "flag", "Report…", lambda: self._report(message)),
        ]
        ink = self._window.theme.palette.text2
        for wanted, glyph, words, act in offers:
            if wanted:
                menu.addAction(icon(glyph, ink, 16), words).triggered.connect(
                    lambda _on, a=act: a()
                )

    def _add(self, glyph: str, text: str, deed: Deed) -> QAction:
        action = self.menu.addAction(text)
        action.setProperty("glyph", glyph)
        action.triggered.connect(lambda: deed(self._message) if self._message else None)
        return action

    def _add_many(self, text: str, flow: ManyFlow) -> None:
        action = self.many.addAction(text)
        action.triggered.connect(lambda: self._tasks.spawn(self._with_selected(flow)))

    async def _with_selected(self, flow: ManyFlow) -> None:
        await flow(await self._messages.selected())

    def _task(self, flow: Flow) -> Deed:
        return lambda message: self._tasks.spawn(flow(message))

    def _one(self, flow: ManyFlow) -> Deed:
        return lambda message: self._tasks.spawn(flow([message]))

    def _report(self, message: MessageView) -> None:
        if self.report is not None:
            self._tasks.spawn(self.report(message))

    def _about(self, message: MessageView) -> None:
        if self.profile is not None:
            self._tasks.spawn(self.profile(message))

    def _show(self, message: MessageView, where: QPoint) -> None:
        if self.menu.isVisible() or self.many.isVisible():
            return
        if self._messages.several_selected(message):
            self.many.popup(where)
            self.many.setActiveAction(self.many.actions()[0])
        elif message.kind is MessageKind.TEXT:
            self._message, self._where = message, where
            self._offer(message)
            self.menu.popup(where)
            self.menu.setActiveAction(self.delete if message.deleted else self.reply)

    def _offer(self, message: MessageView) -> None:
        """Show the actions that make sense for this message."""
        live = not message.deleted
        for action in self.menu.actions():
            action.setVisible(live)
            if glyph := action.property("glyph"):
                danger = action is self.delete
                palette = self._window.theme.palette
                action.setIcon(icon(glyph, palette.danger if danger else palette.text2, 16))
        self.pin.setText("Unpin" if message.pinned else "Pin")
        self.edit.setVisible(live and message.own)
        self.report_it.setVisible(live and not message.own and self.report is not None)
        self.author.setVisible(live and not message.own and self.profile is not None)
        self.delete.setVisible(True)

    def _copy(self, message: MessageView) -> None:
        _to_clipboard(message)

    def _react(self, emoji: str) -> None:
        self.menu.close()
        if self._message is not None:
            self._toggle_own(self._message, emoji)

    def _toggle_own(self, message: MessageView, emoji: str) -> None:
        mine = any(one.emoji == emoji and self._me in one.by for one in message.reactions)
        self._toggle(message, emoji, on=not mine)

    def _more(self) -> None:
        self.menu.close()
        if self._message is not None:
            self.pick_reaction(self._message, self._where)

    def _toggle(self, message: MessageView, emoji: str, on: bool) -> None:
        deed = self._chats.react if on else self._chats.unreact
        self._tasks.spawn(deed(message.event, emoji))


def _to_clipboard(message: MessageView) -> None:
    QGuiApplication.clipboard().setText(message.text)
