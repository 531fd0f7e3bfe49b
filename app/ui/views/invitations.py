"""Invitations to rooms that wait for an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.governing import InvitationView
from app.domain.ids import EventId
from app.ui import government
from app.ui.theme import Radius, Size, TextSize, Theme, Weight
from app.ui.views.notices import Glyph
from app.ui.widgets.avatar import Avatar, Face
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.surfaces import Label, Surface

TITLE = "Invitations"
NONE = "No invitations. When somebody invites you to a room, it waits here for your answer."
ABOUT = "Whoever sent one is told nothing when you decline."
WIDEST = 560


class InvitationCard(Surface):
    """One invitation with its answers."""

    def __init__(self, theme: Theme, invitation: InvitationView, line: str) -> None:
        super().__init__(theme, "panel", radius=Radius.CARD)
        name = " ".join(invitation.name.split())
        self.invitation = invitation
        self.join = push_button("Join", "primary")
        self.decline = push_button("Decline")
        self.block = push_button("Block sender", "quiet")
        for button in (self.join, self.decline):
            button.setAccessibleName(f"{button.text()} {name}")
        self.block.setAccessibleName(f"Block {invitation.sender_name}")
        avatar = Avatar(theme, Size.AVATAR_ROW)
        avatar.set_face(Face(invitation.room, name, "users"))
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(Label(theme, TextSize.BODY, Weight.SEMIBOLD, elide=True, text=name))
        words = Label(theme, TextSize.PREVIEW, tone="text2", text=line)
        words.setWordWrap(True)
        texts.addWidget(words)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(avatar, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(texts, 1)
        answers = QHBoxLayout()
        answers.setSpacing(8)
        answers.addWidget(self.block)
        answers.addStretch()
        answers.addWidget(self.decline)
        answers.addWidget(self.join)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(10)
        column.addLayout(top)
        column.addLayout(answers)


class InvitationsPage(Surface):
    """Shows what waits, the latest first; each signal carries the invitation."""

    joined = Signal(object)
    declined = Signal(object)
    blocked = Signal(object)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__(theme, "canvas")
        self._theme, self._now = theme, now
        self._shown: tuple[InvitationView, ...] | None = None
        self.cards: list[InvitationCard] = []
        self.back = IconButton(theme, "arrow-left", "Back to conversations")
        self.nothing = Label(theme, TextSize.BODY, tone="text2", text=NONE)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._about = Label(theme, TextSize.SMALL, tone="text2", text=ABOUT)
        self._about.setWordWrap(True)
        self._column = QVBoxLayout()
        self._lay_out()

    def show_invitations(self, invitations: Sequence[InvitationView]) -> None:
        """List these; the keys stay where they were, as far as that is still there."""
        if tuple(invitations) == self._shown:
            return
        self._shown = tuple(invitations)
        focused = self._focused()
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [self._card(each) for each in invitations]
        for at, card in enumerate(self.cards):
            self._column.insertWidget(at, card)
        self.nothing.setVisible(not self.cards)
        self._about.setVisible(bool(self.cards))
        if focused is not None:
            self.focus_on(focused)

    def focus_on(self, invitation: EventId | None = None) -> None:
        """Give the keys to the first answer of this invitation, else of the first one."""
        cards = [card for card in self.cards if card.invitation.id == invitation] or self.cards
        target = cards[0].join if cards else self.back
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focused(self) -> EventId | None:
        at = QApplication.focusWidget()
        if not isinstance(at, QWidget):
            return None
        return next((card.invitation.id for card in self.cards if card.isAncestorOf(at)), None)

    def _card(self, invitation: InvitationView) -> InvitationCard:
        line = government.invitation_line(invitation, self._now())
        card = InvitationCard(self._theme, invitation, line)
        answers = (
            (card.join, self.joined),
            (card.decline, self.declined),
            (card.block, self.blocked),
        )
        for button, signal in answers:
            button.clicked.connect(lambda _on=False, out=signal: out.emit(invitation))
        return card

    def _lay_out(self) -> None:
        header = Surface(self._theme, "panel", edges=("bottom",))
        header.setFixedHeight(Size.HEADER)
        row = QHBoxLayout(header)
        row.setContentsMargins(20, 0, 12, 1)
        row.setSpacing(8)
        row.addWidget(self.back)
        row.addWidget(Glyph(self._theme, "mail", "text2", 20))
        row.addWidget(
            Label(self._theme, TextSize.HEADER, Weight.SEMIBOLD, elide=True, text=TITLE), 1
        )
        body = QWidget()
        body.setMaximumWidth(WIDEST)
        body.setLayout(self._column)
        self._column.setContentsMargins(16, 16, 16, 16)
        self._column.setSpacing(10)
        self._column.addWidget(self.nothing)
        self._column.addWidget(self._about)
        self._column.addStretch()
        middle = QWidget()
        centred = QHBoxLayout(middle)
        centred.setContentsMargins(0, 0, 0, 0)
        centred.addWidget(body)
        area = QScrollArea()
        area.setWidget(middle)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for part in (area.viewport(), middle, body):
            part.setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(area, 1)
