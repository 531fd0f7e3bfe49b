"""The info page of the details: what a conversation is, its rules, the ways in and out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.domain.governing import RoomLink
from app.domain.ids import PeerId
from app.domain.views import RoomKind
from app.ui import government
from app.ui.theme import TextSize, Theme, Weight
from app.ui.views.room_couriers import CouriersBox
from app.ui.views.room_facts import RoomFacts
from app.ui.views.room_links import BannedBox, LinksBox
from app.ui.views.room_rules import RulesBox
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label

KINDS = {
    RoomKind.GROUP: "Room",
    RoomKind.DIRECT: "Direct conversation",
    RoomKind.NOTES: "Only you can see this",
}
NO_TOPIC = "No topic yet"
_WHERE = (
    "Messages are kept on the members' own machines. They travel directly between them, sealed;"
    " a server only introduces people."
)


class RoomInfo(QScrollArea):
    """Shows `RoomFacts`; its boxes and buttons say what was asked for."""

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._theme = theme
        self._facts: RoomFacts | None = None
        self.kind = Label(theme, TextSize.PREVIEW, tone="text2")
        self.name = Label(theme, TextSize.BODY)
        self.topic = Label(theme, TextSize.BODY)
        self.rename = push_button("Rename")
        self.retopic = push_button("Change")
        self.retopic.setAccessibleName("Change the topic")
        self.rules = RulesBox(theme)
        self.links = LinksBox(theme, now)
        self.couriers = CouriersBox(theme)
        self.banned = BannedBox(theme)
        self.check = push_button("Check this room…")
        self.check.setAccessibleName("Check whether this room holds together")
        self.leave = push_button("Leave", "danger")
        self._sections: dict[str, QWidget] = {}
        self._column = QVBoxLayout()
        self._lay_out()

    def controls(self) -> list[QWidget]:
        """All that takes the focus, from the top."""
        fixed = (self.rename, self.retopic, *self.rules.controls())
        return [*fixed, *self.links.controls(), *self._last()]

    def _last(self) -> list[QWidget]:
        return [*self.couriers.controls(), *self.banned.controls(), self.check, self.leave]

    def forget(self) -> None:
        """Show the next facts whatever they are."""
        self._facts = None

    def show_facts(self, facts: RoomFacts, me: PeerId) -> None:
        """Say what the room is; what may not be changed is not offered."""
        if facts == self._facts:
            return
        self._facts = facts
        group, member = facts.kind is RoomKind.GROUP, facts.standing == "member"
        self.kind.setText(KINDS[facts.kind])
        self.name.setText(facts.name)
        self.topic.setText(facts.topic or NO_TOPIC)
        self.topic.set_tone("text" if facts.topic else "text3")
        described = member and government.may_describe(facts.role, facts.rules)
        self.rename.setVisible(described)
        self.retopic.setVisible(described)
        self._show_government(facts, me)
        shown = {
            "Name": group,
            "Topic": group and (described or bool(facts.topic)),
            "Rules": member,
            "Ways in": group and member,
            "Couriers": member and (bool(facts.couriers) or self._names_couriers(facts)),
            "Banned": group and member and bool(facts.banned),
        }
        for title, visible in shown.items():
            self._sections[title].setVisible(visible)
        self.check.setVisible(group and member)
        self.leave.setVisible(facts.kind is not RoomKind.NOTES)
        self.leave.setText("Leave" if member else "Delete")
        self.leave.setAccessibleName(self.leave.text())
        for before, after in pairwise(self.controls()):
            QWidget.setTabOrder(before, after)

    def _show_government(self, facts: RoomFacts, me: PeerId) -> None:
        admin = government.governs(facts.role)

        def revocable(link: RoomLink) -> bool:
            return admin or link.made_by == me

        group = facts.kind is RoomKind.GROUP
        self.rules.show_rules(facts.rules, ours=admin or not group, group=group)
        self.links.show_links(facts, revocable)
        self.couriers.show_couriers(facts.couriers, ours=self._names_couriers(facts))
        self.banned.show_banned(facts.banned, ours=admin)

    @staticmethod
    def _names_couriers(facts: RoomFacts) -> bool:
        """Whether we may say who keeps this conversation's messages."""
        return facts.kind is RoomKind.DIRECT or government.governs(facts.role)

    def _lay_out(self) -> None:
        body = QWidget()
        body.setLayout(self._column)
        self._column.setContentsMargins(20, 8, 20, 8)
        self._column.setSpacing(16)
        self._column.addWidget(self.kind)
        self._add("Name", _beside(self.name, self.rename))
        self._add("Topic", _beside(self.topic, self.retopic))
        self._add("Rules", self.rules)
        self._add("Ways in", self.links)
        self._add("Couriers", self.couriers)
        self._add("Banned", self.banned)
        where = Label(self._theme, TextSize.SMALL, tone="text2", text=_WHERE)
        where.setWordWrap(True)
        self._column.addWidget(where)
        self._column.addWidget(self.check)
        self._column.addWidget(self.leave)
        self._column.addStretch()
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)

    def _add(self, title: str, content: QWidget) -> None:
        section = QWidget()
        column = QVBoxLayout(section)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        caption = Label(self._theme, TextSize.SMALL, Weight.SEMIBOLD, "text3", text=title)
        column.addWidget(caption)
        column.addWidget(content)
        self._sections[title] = section
        self._column.addWidget(section)


def _beside(label: Label, button: QPushButton) -> QWidget:
    label.setWordWrap(True)
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(label, 1)
    row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return box
