"""Completes `@names` and `:emoji:` while one types, and inserts emoji from the picker."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor

from app.domain.views import MemberView
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.emoji import by_code, search
from app.ui.views.completion import CompletionPopup, Offer
from app.ui.views.conversation import ConversationView
from app.ui.widgets.emoji_picker import EmojiPicker

MOST = 20
LOOK_BACK = 64
KEYS = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Escape,
}
"""Taken while something is offered."""
_NAME = re.compile(r"(?<!\w)@([^@\n]{0,40})$")
_CODE = re.compile(r"(?<![\w:]):([a-z0-9_+-]{2,40})$", re.IGNORECASE)
_WHOLE_CODE = re.compile(r"(?<![\w:]):([a-z0-9_+-]{1,40}):$", re.IGNORECASE)


def name_offers(typed: str, members: Sequence[MemberView]) -> list[Offer]:
    """The people whose name, or a word of it, begins with what was typed."""
    wanted = typed.casefold()
    found = []
    for member in members:
        name = member.name.casefold()
        begins = name.startswith(wanted) or any(word.startswith(wanted) for word in name.split())
        if begins and not member.you and name:
            found.append(Offer(f"@{member.name} ", f"@{member.name}", ""))
    return sorted(found, key=lambda offer: not offer.mark[1:].casefold().startswith(wanted))[:MOST]


def emoji_offers(typed: str) -> list[Offer]:
    return [Offer(emoji.text, emoji.text, emoji.code) for emoji in search(typed, MOST)]


class CompletionController(QObject):
    """Watches the field of one conversation view."""

    def __init__(
        self, desk: Desk, view: ConversationView, conversation: ConversationController
    ) -> None:
        super().__init__(view)
        self._window, self._view, self._conversation = desk.window, view, conversation
        self._field = view.composer.field
        self._typed = 0
        self.popup = CompletionPopup(desk.window.theme, view)
        self.popup.list.chosen.connect(self._take)
        view.composer.edited.connect(self._look)
        self._field.key_offered.connect(self._key)
        self._field.cursorPositionChanged.connect(self._on_cursor)
        view.composer.emoji.clicked.connect(self.pick_emoji)
        conversation.switched.connect(lambda _room: self.popup.hide())

    def pick_emoji(self) -> None:
        """Open the picker; what is chosen goes to the cursor."""
        if self._conversation.room is None:
            return
        picker = EmojiPicker(self._window.theme, self._window, self._window.emoji)
        picker.picked.connect(self._insert)
        button = self._view.composer.emoji
        right = button.mapToGlobal(QPoint(button.width(), 0))
        picker.adjustSize()
        picker.open_at(right - QPoint(picker.width(), 4))

    def _insert(self, text: str) -> None:
        self._field.textCursor().insertText(text)
        self._field.setFocus()

    def _before(self) -> str:
        """What stands before the cursor, a little of it."""
        cursor = self._field.textCursor()
        block = cursor.block().text()[: cursor.positionInBlock()]
        return block[-LOOK_BACK:]

    def _look(self) -> None:
        before = self._before()
        whole = _WHOLE_CODE.search(before)
        emoji = by_code(whole[1]) if whole else None
        if whole is not None and emoji is not None:
            self._typed = len(whole.group())
            self._take(Offer(emoji, emoji, ""))
            return
        offers: list[Offer] = []
        if (code := _CODE.search(before)) is not None:
            self._typed, offers = len(code.group()), emoji_offers(code[1])
        elif (name := _NAME.search(before)) is not None:
            self._typed = len(name.group())
            offers = name_offers(name[1], self._conversation.members)
            if any(
                offer.text.rstrip().casefold() == name.group().rstrip().casefold()
                for offer in offers
            ):
                offers = []
        self.popup.offer(offers, self._frame())

    def _on_cursor(self) -> None:
        if self.popup.isVisible() and not (
            _NAME.search(self._before()) or _CODE.search(self._before())
        ):
            self.popup.hide()

    def _frame(self) -> QRect:
        composer = self._view.composer
        return composer.geometry().adjusted(16, 4, -16, 0)

    def _key(self, event: QKeyEvent) -> None:
        offer = self.popup.current()
        if offer is None or event.key() not in KEYS:
            return
        event.accept()
        if event.type() == QEvent.Type.ShortcutOverride:
            return
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self.popup.list.step(1 if event.key() == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Tab:
                self._take(offer)
            case _:
                self.popup.hide()

    def _take(self, row: object) -> None:
        if not isinstance(row, Offer):
            return
        self.popup.hide()
        cursor = self._field.textCursor()
        left, keep = QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor
        cursor.movePosition(left, keep, self._typed)
        cursor.insertText(row.text)
        self._field.setTextCursor(cursor)
        self._field.setFocus()
