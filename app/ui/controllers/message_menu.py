"""What can be done with one message."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget, QWidgetAction

from app.domain.errors import AppError
from app.domain.views import MessageKind, MessageView
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.dialogs.base import ask
from app.ui.dialogs.details import DeleteSheet, DetailsSheet
from app.ui.emoji import QUICK
from app.ui.messages import Clock, MessageList
from app.ui.theme import emoji_family, font
from app.ui.widgets.emoji_picker import EmojiPicker

BUTTON = 36
GLYPH = 20
MORE, PLUS = "More reactions", "+"


class ReactionRow(QWidget):
    """Six emoji and a way to all others."""

    def __init__(self, react: Callable[[str], object], more: Callable[[], object]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 4)
        row.setSpacing(2)
        face = font(GLYPH)
        face.setFamilies([emoji_family()])
        self.buttons: list[QToolButton] = []
        for text in (*QUICK, PLUS):
            button = QToolButton()
            button.setText(text)
            button.setFixedSize(QSize(BUTTON, BUTTON))
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setAccessibleName(f"React with {text}" if text in QUICK else MORE)
            button.setToolTip(button.accessibleName())
            if text in QUICK:
                button.setFont(face)
                button.clicked.connect(lambda _on=False, emoji=text: react(emoji))
            else:
                button.clicked.connect(lambda _on=False: more())
            row.addWidget(button)
            self.buttons.append(button)


class MessageMenu(QObject):
    """Opens where the message was asked about."""

    def __init__(
        self, desk: Desk, messages: MessageList, conversation: ConversationController, clock: Clock
    ) -> None:
        super().__init__(messages)
        self._window, self._tasks, self._chats = desk.window, desk.tasks, desk.backend.chats
        self._messages, self._writing, self._clock = messages, conversation.writing, clock
        self._me = desk.backend.profile.peer
        self._message: MessageView | None = None
        self._where = QPoint()
        self.menu = QMenu(messages)
        self.menu.setAccessibleName("Message")
        self.row = ReactionRow(self._react, self._more)
        self._row_action = QWidgetAction(self.menu)
        self._row_action.setDefaultWidget(self.row)
        self.menu.addAction(self._row_action)
        self.reply = self._add("Reply", self._writing.reply)
        self.copy_text = self._add("Copy text", self._copy)
        self.edit = self._add("Edit", self._writing.edit)
        self.details = self._add("Details…", self._spawn_details)
        self.menu.addSeparator()
        self.delete = self._add("Delete…", self._spawn_delete)
        messages.menu_wanted.connect(self._show)
        messages.react_wanted.connect(self.pick_reaction)
        messages.reaction_toggled.connect(self._toggle)

    def pick_reaction(self, message: MessageView, where: QPoint) -> None:
        """Let any emoji be chosen as a reaction to `message`."""
        if message.kind is not MessageKind.TEXT or message.deleted:
            return
        picker = EmojiPicker(self._window.theme, self._window)
        picker.picked.connect(lambda emoji: self._toggle(message, emoji, on=True))
        picker.open_at(where)

    def react_to_current(self) -> None:
        """Choose a reaction to the message that keys are about."""
        current = self._messages.current_message()
        if current is not None:
            self.pick_reaction(*current)

    def _add(self, text: str, deed: Callable[[MessageView], object]) -> QAction:
        action = self.menu.addAction(text)
        action.triggered.connect(lambda: deed(self._message) if self._message else None)
        return action

    def _show(self, message: MessageView, where: QPoint) -> None:
        if message.kind is not MessageKind.TEXT or self.menu.isVisible():
            return
        self._message, self._where = message, where
        live = not message.deleted
        for action in (self._row_action, self.reply, self.copy_text, self.details):
            action.setVisible(live)
        self.edit.setVisible(live and message.own)
        self.menu.popup(where)
        self.menu.setActiveAction(self.reply if live else self.delete)

    def _copy(self, message: MessageView) -> None:
        QGuiApplication.clipboard().setText(message.text)

    def _react(self, emoji: str) -> None:
        self.menu.close()
        if self._message is not None:
            mine = any(one.emoji == emoji and self._me in one.by for one in self._message.reactions)
            self._toggle(self._message, emoji, on=not mine)

    def _more(self) -> None:
        self.menu.close()
        if self._message is not None:
            self.pick_reaction(self._message, self._where)

    def _toggle(self, message: MessageView, emoji: str, on: bool) -> None:
        deed = self._chats.react if on else self._chats.unreact
        self._tasks.spawn(deed(message.event, emoji))

    def _spawn_details(self, message: MessageView) -> None:
        self._tasks.spawn(self._show_details(message))

    async def _show_details(self, message: MessageView) -> None:
        fresh = await self._chats.message(message.event)
        members = await self._chats.members(fresh.room)
        versions = await self._chats.versions(fresh.event) if fresh.edited else ()
        sheet = DetailsSheet(
            self._window.theme, self._window, fresh, members, versions, self._clock
        )
        await ask(sheet)

    def _spawn_delete(self, message: MessageView) -> None:
        self._tasks.spawn(self._delete(message))

    async def _delete(self, message: MessageView) -> None:
        everywhere = message.own and not message.deleted
        sheet = DeleteSheet(self._window.theme, self._window, everywhere=everywhere)
        if not await ask(sheet):
            return
        try:
            if sheet.everywhere:
                await self._chats.delete(message.event)
            else:
                await self._chats.hide(message.event)
        except AppError as error:
            if error.code not in {"message-deleted", "unknown-message"}:
                raise
        self._writing.forget(message.event)
