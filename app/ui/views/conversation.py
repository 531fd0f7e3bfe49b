"""The middle pane: header, banners, messages, composer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.views import MemberView, RoomSummary
from app.ui import phrases
from app.ui.messages import Clock, MessageList
from app.ui.room_phrases import duration
from app.ui.theme import Size, TextSize, Theme, Weight
from app.ui.views.composer import Composer
from app.ui.views.deed_bar import DeedBar
from app.ui.views.find_bar import FindBar
from app.ui.views.notices import Banner, Glyph
from app.ui.views.pin_bar import PinBar
from app.ui.views.standing import StandingBar
from app.ui.widgets.avatar import Avatar, face_of
from app.ui.widgets.buttons import IconButton
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


class ConversationHeader(Surface):
    """Avatar, title, what goes on, and the buttons."""

    pressed = Signal()
    """Who or what this is was clicked."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "panel", edges=("bottom",))
        self.setFixedHeight(Size.HEADER)
        self.back = IconButton(theme, "arrow-left", "Back to conversations")
        self.avatar = Avatar(theme, Size.AVATAR_HEADER)
        self.title = Label(theme, TextSize.HEADER, Weight.SEMIBOLD, elide=True)
        self.line = Label(theme, TextSize.SMALL, tone="text2", elide=True)
        self.verified = Glyph(theme, "shield-check", "ok", 18)
        self.verified.setToolTip("Verified: you compared the safety number")
        self.verified.setAccessibleName("Verified")
        self.verified.hide()
        self.timer = VanishMark(theme)
        self.find_button = IconButton(theme, "search", "Find in conversation", checkable=True)
        self.details_button = IconButton(theme, "panel-right", "Details", checkable=True)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addStretch()
        texts.addWidget(self.title)
        texts.addWidget(self.line)
        texts.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 12, 1)
        row.setSpacing(2)
        row.addWidget(self.back)
        row.addWidget(self.avatar)
        row.addSpacing(8)
        row.addLayout(texts, 1)
        row.addWidget(self.verified)
        row.addSpacing(4)
        row.addWidget(self.timer)
        row.addWidget(self.find_button)
        row.addWidget(self.details_button)
        self.back.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.timer.words.setVisible(self.width() >= ROOMY)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.pressed.emit()


class ConversationView(Surface):
    """Everything about one conversation but its drawer."""

    def __init__(
        self, theme: Theme, clock: Clock, messages: MessageList, composer: Composer
    ) -> None:
        super().__init__(theme, "canvas")
        self.header = ConversationHeader(theme)
        self.offline = Banner(theme, "warn_bg", "warn", "cloud-off")
        self.trouble = Banner(theme, "danger_bg", "danger", "circle-alert")
        self.request_bar = DeedBar(theme, "accent_soft", "text", "hourglass")
        self.impostor_bar = DeedBar(theme, "danger_bg", "danger", "triangle-alert")
        self.find_bar = FindBar(theme, clock.now)
        self.pin_bar = PinBar(theme)
        self.messages = messages
        self.composer = composer
        self.standing = StandingBar(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.header, self.pin_bar, self.find_bar, self.trouble, self.offline):
            column.addWidget(widget)
        column.addWidget(self.impostor_bar)
        column.addWidget(self.request_bar)
        column.addWidget(messages, 1)
        column.addWidget(composer, 0, Qt.AlignmentFlag.AlignBottom)
        column.addWidget(self.standing)

    def show_room(
        self,
        summary: RoomSummary,
        members: Sequence[MemberView],
        typing: Sequence[str],
        online: bool | None,
    ) -> None:
        """Say in the header what the conversation is and what goes on in it."""
        self.header.avatar.set_face(face_of(summary, online))
        self.header.title.setText(summary.name)
        self.header.timer.show_seconds(summary.rules.vanish_after_s)
        self.header.line.setText(phrases.room_line(summary, members, typing))
        self.composer.field.setAccessibleName(f"Message to {summary.name}")
        self.composer.field.setPlaceholderText("Message")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.composer.set_greatest_height(self.height() // 3)
