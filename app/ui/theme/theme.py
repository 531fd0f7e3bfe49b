"""The scheme in force, and who wants to hear when it changes."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QApplication

from app.ui.theme.fonts import font, load_fonts
from app.ui.theme.stylesheet import qt_palette, stylesheet
from app.ui.theme.tokens import DARK, LIGHT, Palette, Scheme, TextSize


class Choice(Enum):
    """What the person asked for."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class PictureSource(Protocol):
    """Where the pictures of people and rooms come from."""

    def find(self, name: str) -> QPixmap | None:
        """Return a picture by its name; None if it is not here, or not yet."""
        ...


class NoPictures:
    """Nobody has a picture."""

    def find(self, _name: str) -> QPixmap | None:
        return None


class Theme(QObject):
    """Holds the palette in force. `changed` is emitted after it changed.

    `pictures` gives avatars their pictures; `pictured` is emitted when there are new ones.
    """

    changed = Signal()
    pictured = Signal()

    def __init__(self, choice: Choice = Choice.SYSTEM, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self.pictures: PictureSource = NoPictures()
        self._scheme = self._wanted()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._refresh)

    @property
    def choice(self) -> Choice:
        return self._choice

    @property
    def scheme(self) -> Scheme:
        return self._scheme

    @property
    def palette(self) -> Palette:
        return DARK if self._scheme is Scheme.DARK else LIGHT

    def set_choice(self, choice: Choice) -> None:
        """Follow the person's wish from now on."""
        self._choice = choice
        self._refresh()

    def install(self, app: QApplication) -> None:
        """Give `app` our fonts, style, palette and style sheet, now and at every change."""
        load_fonts()
        app.setStyle("Fusion")
        app.setFont(font(TextSize.BODY))
        self._dress(app)
        self.changed.connect(lambda: self._dress(app))

    def _dress(self, app: QApplication) -> None:
        app.setPalette(qt_palette(self.palette))
        app.setStyleSheet(stylesheet(self.palette))

    def _wanted(self) -> Scheme:
        if self._choice is not Choice.SYSTEM:
            return Scheme(self._choice.value)
        # Unknown, as on bare X11, counts as light.
        system = QGuiApplication.styleHints().colorScheme()
        return Scheme.DARK if system is Qt.ColorScheme.Dark else Scheme.LIGHT

    def _refresh(self) -> None:
        wanted = self._wanted()
        if wanted is not self._scheme:
            self._scheme = wanted
            self.changed.emit()
