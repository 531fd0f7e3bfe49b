"""The right pane: who is in a room, what was shared, what one can do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain.views import RoomKind, RoomSummary
from app.ui import phrases
from app.ui.files.model import TransfersModel
from app.ui.files.tab import FilesTab
from app.ui.government import may_invite
from app.ui.models.members import MembersModel
from app.ui.theme import Size, TextSize, Theme, Weight
from app.ui.views.member_rows import MemberDelegate, PeopleList
from app.ui.views.room_info import KINDS, RoomInfo
from app.ui.widgets.avatar import Avatar, face_of
from app.ui.widgets.buttons import TileButton, push_button
from app.ui.widgets.surfaces import Label, Surface
from app.ui.widgets.tabs import Tabs

_PAGES = ("Peers", "Files", "Info")


class Drawer(Surface):
    """Shows one conversation's details."""

    def __init__(self, theme: Theme, members: MembersModel, now: Callable[[], datetime]) -> None:
        super().__init__(theme, "panel", edges=("left",))
        self.setFixedWidth(Size.DRAWER)
        self.avatar = Avatar(theme, Size.AVATAR_DRAWER)
        self.name = Label(theme, TextSize.DRAWER, Weight.SEMIBOLD, elide=True)
        self.line = Label(theme, TextSize.PREVIEW, tone="text2", elide=True)
        self.mute = TileButton(theme, "bell-off", "Mute")
        self.invite = TileButton(theme, "user-plus", "Invite")
        self.code = TileButton(theme, "qr-code", "Room code")
        self.back = push_button("Close details", "quiet")
        self.tabs = Tabs(theme, _PAGES)
        self.tabs.setAccessibleName("Details")
        self.people = PeopleList("Peers", members, MemberDelegate(theme, members))
        self.add_people = push_button("Add people", "quiet")
        self.info = RoomInfo(theme, now)
        self.files = FilesTab(theme, TransfersModel(now, self))
        self._pages = QStackedWidget()
        for page in (self._people_page(), self.files, self.info):
            self._pages.addWidget(page)
        self.tabs.chosen.connect(self._pages.setCurrentIndex)
        self._lay_out()

    def show_room(self, summary: RoomSummary, online: bool | None) -> None:
        """Say what the conversation is."""
        group = summary.kind is RoomKind.GROUP
        self.avatar.set_face(face_of(summary, online))
        self.name.setText(summary.name)
        members = phrases.count(summary.members, "member")
        self.line.setText(summary.topic or members if group else KINDS[summary.kind])
        lets_in = group and summary.standing == "member"
        lets_in = lets_in and may_invite(summary.role or "member", summary.rules)
        for widget in (self.invite, self.code, self.add_people):
            widget.setVisible(lets_in)

    def show_mute(self, *, muted: bool) -> None:
        """Say what the first tile would do."""
        words = "Unmute" if muted else "Mute"
        if words != self.mute.text():
            self.mute.setText(words)
            self.mute.setAccessibleName(words)
            self.mute.update()

    def show_page(self, at: int) -> None:
        """Turn to Peers (0), Files (1) or Info (2)."""
        self.tabs.choose(at)
        self._pages.setCurrentIndex(at)

    def follow(self, before: QWidget) -> None:
        """Let Tab lead here from `before`, and through from the top."""
        last = (
            self.people,
            self.add_people,
            self.files.list,
            self.files.all,
            *self.info.controls(),
            self.back,
        )
        for widget in (self.mute, self.invite, self.code, *self.tabs.buttons(), *last):
            QWidget.setTabOrder(before, widget)
            before = widget

    def _lay_out(self) -> None:
        for label in (self.name, self.line):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        actions = QHBoxLayout()
        actions.setSpacing(8)
        actions.addStretch()
        actions.addWidget(self.mute)
        actions.addWidget(self.invite)
        actions.addWidget(self.code)
        actions.addStretch()
        top = QVBoxLayout()
        top.setContentsMargins(19, 20, 19, 8)
        top.setSpacing(0)
        top.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignHCenter)
        for gap, item in ((6, self.name), (2, self.line)):
            top.addSpacing(gap)
            top.addWidget(item)
        top.addSpacing(14)
        top.addLayout(actions)
        top.addSpacing(14)
        top.addWidget(self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 12)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._pages, 1)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignHCenter)

    def _people_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        column.addWidget(self.people, 1)
        column.addWidget(self.add_people, 0, Qt.AlignmentFlag.AlignHCenter)
        return page
