"""What stands above a conversation: who or what it is, and its buttons."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.ui.room_phrases import duration
from app.ui.theme import Radius, Size, TextSize, Theme, Weight
from app.ui.views.notices import Glyph
from app.ui.widgets.avatar import Avatar
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.columns import middle_lines
from app.ui.widgets.pressing import EnterPresses
from app.ui.widgets.surfaces import Label, Surface

ROOMY = 400
"""From this width on there is room for words beside the title."""


class VanishMark(QWidget):
    """A timer with how long messages stay after they were read; hidden if they stay for ever."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.words = Label(theme, TextSize.SMALL, Weight.MEDIUM, "text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(5)
        row.addWidget(Glyph(theme, "timer", "text2"))
        row.addWidget(self.words)
        self.hide()

    def show_seconds(self, seconds: int) -> None:
        """Say so many seconds; 0 hides it."""
        self.setVisible(bool(seconds))
        if seconds:
            self.words.setText(duration(seconds))
            said = f"Messages disappear {duration(seconds)} after they were read"
            self.setToolTip(said)
            self.words.setAccessibleName(said)


class Identity(EnterPresses, QAbstractButton):
    """Avatar, title and what goes on, as one button that leads to more about them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.avatar = Avatar(theme, Size.AVATAR_HEADER)
        self.title = Label(theme, TextSize.HEADER, Weight.SEMIBOLD, elide=True)
        self.line = Label(theme, TextSize.SMALL, tone="text2", elide=True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        texts = middle_lines(self.title, self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.avatar)
        row.addLayout(texts, 1)

    def sizeHint(self) -> QSize:
        return QSize(Size.ICON_BUTTON * 4, Size.HEADER)

    def say(self, title: str, line: str) -> None:
        """Name the conversation, and say below what goes on in it."""
        self.title.setText(title)
        self.line.setText(line)
        self.setAccessibleName(f"About {title}")
        if line != self.accessibleDescription():
            self.setAccessibleDescription(line)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.palette.accent, 1.5))
            frame = QRectF(self.rect()).adjusted(-5, 5, -1, -5)
            painter.drawRoundedRect(frame, Radius.ROW, Radius.ROW)


class ConversationHeader(Surface):
    """Who or what this is, and the buttons."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "panel", edges=("bottom",))
        self.setFixedHeight(Size.HEADER)
        self.back = IconButton(theme, "arrow-left", "Back to conversations")
        self.identity = Identity(theme)
        self.verified = Glyph(theme, "shield-check", "ok", 18)
        self.verified.setToolTip("Verified: you compared the safety number")
        self.verified.setAccessibleName("Verified")
        self.verified.hide()
        self.timer = VanishMark(theme)
        self.find_button = IconButton(theme, "search", "Find in conversation", checkable=True)
        self.details_button = IconButton(theme, "panel-right", "Details", checkable=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 12, 1)
        row.setSpacing(2)
        row.addWidget(self.back)
        row.addWidget(self.identity, 1)
        row.addWidget(self.verified)
        row.addSpacing(4)
        row.addWidget(self.timer)
        row.addWidget(self.find_button)
        row.addWidget(self.details_button)
        self.back.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.timer.words.setVisible(self.width() >= ROOMY)
