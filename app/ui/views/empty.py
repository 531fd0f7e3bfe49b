"""What is shown while no conversation is open."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.theme import TextSize, Theme, Weight, paint_icon
from app.ui.widgets.buttons import Card
from app.ui.widgets.surfaces import Label, Surface


class _Emblem(QWidget):
    """An icon on a large pale disc."""

    def __init__(self, theme: Theme, icon_name: str) -> None:
        super().__init__()
        self._theme, self._icon = theme, icon_name
        self.setFixedSize(112, 112)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.palette.accent_soft)
        painter.drawEllipse(QRectF(self.rect()))
        square = QRectF(30, 30, 52, 52)
        paint_icon(painter, square, self._icon, self._theme.palette.accent_text)


class EmptyView(Surface):
    """One sentence and three things to do."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "canvas")
        self.add_contact = Card(
            theme, "user-plus", "Add a contact", "Paste a link or a code", primary=True
        )
        self.create_room = Card(theme, "users", "Create a room", "For two or twenty people")
        self.nearby = Card(theme, "radio-tower", "Find nearby", "People on this network")
        title = Label(theme, TextSize.EMPTY, Weight.SEMIBOLD)
        title.setText("Say hello to someone")
        words = Label(theme, TextSize.BODY, tone="text2")
        words.setText(
            "Messages go straight from your computer to theirs.\nNo account, no server in between."
        )
        for label in (title, words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setWordWrap(True)
        self.hint = Label(theme, TextSize.PREVIEW, tone="text2")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self._cards = QHBoxLayout()
        self._cards.setSpacing(12)
        self._cards.addStretch(1)
        for card in (self.add_contact, self.create_room, self.nearby):
            self._cards.addWidget(card, 100)
        self._cards.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.addStretch(1)
        column.addWidget(_Emblem(theme, "messages-square"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(16)
        column.addWidget(title)
        column.addSpacing(2)
        column.addWidget(words)
        column.addSpacing(24)
        column.addLayout(self._cards)
        column.addSpacing(16)
        column.addWidget(self.hint)
        column.addStretch(1)

    def set_narrow(self, narrow: bool) -> None:
        """Stand the cards one below the other where there is no room beside."""
        wanted = QHBoxLayout.Direction.TopToBottom if narrow else QHBoxLayout.Direction.LeftToRight
        if self._cards.direction() != wanted:
            self._cards.setDirection(wanted)
            for card in (self.add_contact, self.create_room, self.nearby):
                place = Qt.AlignmentFlag.AlignHCenter if narrow else Qt.AlignmentFlag(0)
                self._cards.setAlignment(card, place)
