"""Invitations to rooms that wait for an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.governing import InvitationView
from app.domain.ids import EventId
from app.ui import government
from app.ui.theme import Radius, Size, TextSize, Theme, Weight
from app.ui.views.card_page import CardPage
from app.ui.widgets.avatar import Avatar, Face
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label, Surface

TITLE = "Invitations"
NONE = "No invitations. When somebody invites you to a room, it waits here for your answer."
ABOUT = "Whoever sent one is told nothing when you decline."


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


class InvitationsPage(CardPage):
    """Shows what waits, the latest first; each signal carries the invitation."""

    joined = Signal(object)
    declined = Signal(object)
    blocked = Signal(object)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__(theme, ("mail", TITLE), NONE, ABOUT)
        self._theme, self._now = theme, now
        self._listed: tuple[InvitationView, ...] | None = None
        self.cards: list[InvitationCard] = []

    def show_invitations(self, invitations: Sequence[InvitationView]) -> None:
        """List these; the keys stay where they were, as far as that is still there."""
        if tuple(invitations) == self._listed:
            return
        self._listed = tuple(invitations)
        focused = self._focused()
        self.cards = [self._card(each) for each in invitations]
        self.show_cards(self.cards)
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
