"""People who ask to talk, with what they wrote; an answer accepts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout

from app.domain.contacts import ContactView
from app.domain.ids import PeerId
from app.ui.people_phrases import called
from app.ui.theme import Radius, Size, TextSize, Theme, Weight
from app.ui.views.card_page import CardPage
from app.ui.widgets.avatar import Avatar, Face
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import text_field
from app.ui.widgets.surfaces import Label, Surface

TITLE = ("user-plus", "Requests")
NONE = "No requests. When somebody new writes to you, it waits here for your answer."
ABOUT = "Nobody is told that you read this. Who is deleted or blocked here is told nothing either."
LONGEST = 700
LEAST = 240
"""How narrow a card may become: less than its buttons beside each other."""
ANSWER_LIMIT = 4000


class RequestCard(Surface):
    """One person's first words with the answers to them."""

    def __init__(self, theme: Theme, view: ContactView, fingerprint: str) -> None:
        super().__init__(theme, "panel", radius=Radius.CARD)
        self._theme, self.view = theme, view
        name = called(view)
        self.field = text_field(f"Answer {name}", "Answer to accept", limit=ANSWER_LIMIT)
        self.accept = push_button("Accept", "primary")
        self.delete = push_button("Delete")
        self.block = push_button("Block", "quiet")
        self.report = push_button("Report…", "quiet")
        for button in (self.accept, self.delete, self.block, self.report):
            button.setAccessibleName(f"{button.text().rstrip('…')} {name}")
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(10)
        column.addLayout(self._who(name, fingerprint))
        column.addWidget(self._said(view.text))
        column.addWidget(self.field)
        column.addLayout(self._answers())
        self._wide = self._buttons.minimumSize().width() + 2 * 16
        self.setMinimumWidth(LEAST)
        self.field.textChanged.connect(self._on_text)

    def _who(self, name: str, fingerprint: str) -> QHBoxLayout:
        avatar = Avatar(self._theme, Size.AVATAR_ROW)
        avatar.set_face(Face(self.view.peer, name, online=self.view.online))
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(Label(self._theme, TextSize.BODY, Weight.SEMIBOLD, elide=True, text=name))
        line = Label(self._theme, TextSize.SMALL, tone="text2", text=f"Fingerprint {fingerprint}")
        line.setWordWrap(True)
        texts.addWidget(line)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(avatar, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        return row

    def _said(self, text: str) -> Surface:
        bubble = Surface(self._theme, "field", radius=Radius.CARD)
        shown = text if len(text) <= LONGEST else text[:LONGEST] + "…"
        words = Label(self._theme, TextSize.BODY, text=shown)
        words.setWordWrap(True)
        words.setAccessibleName(f"Wrote: {shown}")
        inside = QVBoxLayout(bubble)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.addWidget(words)
        if not text:
            bubble.hide()
        return bubble

    def _answers(self) -> QBoxLayout:
        """Return all buttons beside each other, or where that is too wide the quiet ones below."""
        for buttons, at in (((self.block, self.report), 0), ((self.delete, self.accept), 1)):
            row = QHBoxLayout()
            row.setSpacing(8)
            for button in buttons:
                row.addWidget(button)
            row.insertStretch(0 if at else -1)
            self._buttons.addLayout(row)
        self._buttons.setSpacing(8)
        return self._buttons

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = event.size().width() >= self._wide
        way = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.BottomToTop
        if self._buttons.direction() is not way:
            self._buttons.setDirection(way)

    def _on_text(self, text: str) -> None:
        words = "Send" if text.strip() else "Accept"
        self.accept.setText(words)
        self.accept.setAccessibleName(f"{words} {called(self.view)}")


class RequestsPage(CardPage):
    """Shows who waits; `accepted` carries a peer id and the answer, the others a peer id."""

    accepted = Signal(object, str)
    deleted = Signal(object)
    blocked = Signal(object)
    reported = Signal(object)

    def __init__(self, theme: Theme, fingerprint: Callable[[PeerId], str]) -> None:
        super().__init__(theme, TITLE, NONE, ABOUT)
        self._theme, self._fingerprint = theme, fingerprint
        self.cards: list[RequestCard] = []
        self.show_cards(())

    def show_requests(self, waiting: Sequence[ContactView]) -> None:
        """List these; a card that says the same as before stays with what was typed there."""
        kept = {(card.view.peer, card.view.text): card for card in self.cards}
        held = any(card.hasFocus() or card.focusWidget() for card in self.cards)
        self.cards = [kept.get((view.peer, view.text)) or self._card(view) for view in waiting]
        self.show_cards(self.cards)
        if held and self.isVisible() and self.focusWidget() is None:
            self.focus_on()

    def focus_on(self) -> None:
        """Give the keys to the first answer."""
        target = self.cards[0].field if self.cards else self.back
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _card(self, view: ContactView) -> RequestCard:
        card, peer = RequestCard(self._theme, view, self._fingerprint(view.peer)), view.peer

        def accept() -> None:
            self.accepted.emit(peer, card.field.text().strip())

        card.accept.clicked.connect(accept)
        card.field.returnPressed.connect(accept)
        for button, signal in self._others(card):
            button.clicked.connect(lambda _on=False, out=signal: out.emit(peer))
        return card

    def _others(self, card: RequestCard) -> tuple[tuple[QPushButton, SignalInstance], ...]:
        return (
            (card.delete, self.deleted),
            (card.block, self.blocked),
            (card.report, self.reported),
        )
