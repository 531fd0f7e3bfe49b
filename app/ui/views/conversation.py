"""The middle pane: header, banners, messages, composer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from app.domain.views import MemberView, RoomSummary
from app.ui import phrases
from app.ui.files.pending import PendingStrip
from app.ui.messages import Clock, MessageList
from app.ui.theme import Theme
from app.ui.views.composer import Composer
from app.ui.views.deed_bar import DeedBar
from app.ui.views.find_bar import FindBar
from app.ui.views.header import ConversationHeader
from app.ui.views.notices import Banner
from app.ui.views.pin_bar import PinBar
from app.ui.views.standing import StandingBar
from app.ui.widgets.avatar import face_of
from app.ui.widgets.surfaces import Surface


class ConversationView(Surface):
    """Everything about one conversation but its drawer."""

    def __init__(
        self, theme: Theme, clock: Clock, messages: MessageList, composer: Composer
    ) -> None:
        super().__init__(theme, "canvas")
        self.header = ConversationHeader(theme)
        self.offline = Banner(theme, "warn_bg", "warn", "cloud-off", "Why?")
        self.trouble = Banner(theme, "danger_bg", "danger", "circle-alert")
        self.request_bar = DeedBar(theme, "accent_soft", "text", "hourglass")
        self.impostor_bar = DeedBar(theme, "danger_bg", "danger", "triangle-alert")
        self.find_bar = FindBar(theme, clock.now)
        self.pin_bar = PinBar(theme)
        self.messages = messages
        self.composer = composer
        self.pending = PendingStrip(theme)
        self.unsent = DeedBar(theme, "accent_soft", "text", "paperclip")
        self.standing = StandingBar(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.header, self.pin_bar, self.find_bar, self.trouble, self.offline):
            column.addWidget(widget)
        column.addWidget(self.impostor_bar)
        column.addWidget(self.request_bar)
        column.addWidget(messages, 1)
        column.addWidget(self.pending)
        column.addWidget(self.unsent)
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
        self.header.identity.avatar.set_face(face_of(summary, online))
        self.header.identity.say(summary.name, phrases.room_line(summary, members, typing))
        self.header.timer.show_seconds(summary.rules.vanish_after_s)
        self.composer.field.setAccessibleName(f"Message to {summary.name}")
        self.composer.field.setPlaceholderText("Message")

    def give_keys(self) -> None:
        """Give the keys to the field, or to the messages where nothing can be written."""
        hidden = self.composer.isHidden()
        (self.messages if hidden else self.composer.field).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.composer.set_greatest_height(self.height() // 3)
