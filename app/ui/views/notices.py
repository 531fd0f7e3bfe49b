"""Quiet notices: a line of text with an icon and at most one thing to do."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.theme import Radius, Size, TextSize, Theme, Weight, paint_icon
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.surfaces import Label, Surface, Token, Tone


class Glyph(QWidget):
    """An icon by itself, in a tone of the theme."""

    def __init__(self, theme: Theme, name: str, tone: Tone, size: int = 16) -> None:
        super().__init__()
        self._theme, self._name, self._tone = theme, name, tone
        self.setFixedSize(size, size)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colour = getattr(self._theme.palette, self._tone)
        paint_icon(painter, QRectF(self.rect()), self._name, colour, 2)


class Notice(Surface):
    """Hidden until something is said; emits `pressed` when its button is."""

    pressed = Signal()

    def __init__(self, theme: Theme, token: Token, icon_name: str) -> None:
        super().__init__(theme, token, radius=Radius.CARD)
        self.words = Label(theme, TextSize.SMALL, tone="text2", elide=True)
        self.button = push_button("", "quiet")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setStyleSheet("padding: 4px 8px; font-size: 12px; font-weight: 600;")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        row.setSpacing(8)
        row.addWidget(Glyph(theme, icon_name, "text2"))
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.button.clicked.connect(self.pressed)
        self.hide()

    def say(self, words: str, button: str = "") -> None:
        """Show `words`, and a button if it has a name; no words hide the notice."""
        self.words.setText(words)
        self.words.setAccessibleName(words)
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
        self.setVisible(bool(words))


class Banner(Surface):
    """A strip across the conversation: what stands out, the rest of the sentence, a way out.

    With a `deed` there is a button that says so and emits `pressed`.
    """

    closed = Signal()
    pressed = Signal()

    def __init__(
        self, theme: Theme, token: Token, tone: Tone, icon_name: str, deed: str = ""
    ) -> None:
        super().__init__(theme, token)
        self.setMinimumHeight(Size.BANNER)
        self.lead = Label(theme, TextSize.PREVIEW, Weight.SEMIBOLD, tone)
        self.words = Label(theme, TextSize.PREVIEW, Weight.REGULAR, tone)
        self.words.setWordWrap(True)
        self.close_button = IconButton(theme, "x", "Dismiss")
        self.close_button.setFixedSize(28, 28)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(Glyph(theme, icon_name, tone), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(2)
        row.addWidget(self.lead)
        row.addWidget(self.words, 1)
        self.button = push_button(deed, "quiet")
        self.button.setVisible(bool(deed))
        self.button.setStyleSheet("padding: 2px 8px; font-size: 13px; font-weight: 600;")
        self.button.clicked.connect(self.pressed)
        row.addWidget(self.button)
        row.addWidget(self.close_button)
        self.close_button.clicked.connect(self.hide)
        self.close_button.clicked.connect(self.closed)
        self.hide()

    def say(self, lead: str, words: str = "", *, closable: bool = False) -> None:
        """Show a sentence whose beginning stands out; an empty one hides the banner."""
        self.lead.setText(lead)
        self.words.setText(words)
        self.setAccessibleName(f"{lead} {words}".strip())
        self.lead.setVisible(bool(lead))
        self.close_button.setVisible(closable)
        self.setVisible(bool(lead or words))
