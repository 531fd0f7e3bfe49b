"""A page beside the list: a header, and cards below each other in the middle."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.theme import Size, TextSize, Theme, Weight
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.surfaces import Label, Surface

WIDEST = 560


class CardPage(Surface):
    """Shows `nothing` while there are no cards, `about` below them while there are."""

    def __init__(self, theme: Theme, title: tuple[str, str], nothing: str, about: str) -> None:
        super().__init__(theme, "canvas")
        self.back = IconButton(theme, "arrow-left", "Back to conversations")
        self.nothing = Label(theme, TextSize.BODY, tone="text2", text=nothing)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.about = Label(theme, TextSize.SMALL, tone="text2", text=about)
        self.about.setWordWrap(True)
        self._cards = QVBoxLayout()
        self._shown: tuple[QWidget, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header(theme, *title))
        column.addWidget(self._area(), 1)

    def show_cards(self, cards: Sequence[QWidget]) -> None:
        """Show these instead of those before; the ones left out are thrown away.

        Those that stay keep their order.
        """
        for card in self._shown:
            if card not in cards:
                self._cards.removeWidget(card)
                card.hide()
                card.deleteLater()
        for at, card in enumerate(cards):
            if card not in self._shown:
                self._cards.insertWidget(at, card)
        self._shown = tuple(cards)
        self.nothing.setVisible(not cards)
        self.about.setVisible(bool(cards))

    def _header(self, theme: Theme, icon: str, title: str) -> QWidget:
        header = Surface(theme, "panel", edges=("bottom",))
        header.setFixedHeight(Size.HEADER)
        row = QHBoxLayout(header)
        row.setContentsMargins(20, 0, 12, 1)
        row.setSpacing(8)
        row.addWidget(self.back)
        row.addWidget(Glyph(theme, icon, "text2", 20))
        words = Label(theme, TextSize.HEADER, Weight.SEMIBOLD, elide=True, text=title)
        row.addWidget(words, 1)
        return header

    def _area(self) -> QWidget:
        body = QWidget()
        body.setMaximumWidth(WIDEST)
        body.setLayout(self._cards)
        self._cards.setContentsMargins(16, 16, 16, 16)
        self._cards.setSpacing(10)
        self._cards.addWidget(self.nothing)
        self._cards.addWidget(self.about)
        self._cards.addStretch()
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
        return area
