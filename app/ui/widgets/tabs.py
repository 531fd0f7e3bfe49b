"""A choice among a few words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QPushButton

from app.ui.theme import Radius, Theme
from app.ui.widgets.surfaces import Surface


class Tabs(Surface):
    """A row of words of which one is chosen."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, names: tuple[str, ...]) -> None:
        super().__init__(theme, "field", radius=Radius.FIELD)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for at, name in enumerate(names):
            button = QPushButton(name)
            button.setAccessibleName(name)
            button.setCheckable(True)
            button.setMinimumHeight(28)
            button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self._group.addButton(button, at)
            row.addWidget(button, 1)
        self._theme = theme
        self._group.idToggled.connect(self._lead_tab)
        self._group.idClicked.connect(self.chosen)
        self._group.button(0).setChecked(True)
        theme.changed.connect(self._dress)
        self._dress()

    def buttons(self) -> list[QAbstractButton]:
        return self._group.buttons()

    def choose(self, at: int) -> None:
        """Choose a word without telling of it."""
        self._group.button(at).setChecked(True)

    def _lead_tab(self, at: int, checked: bool) -> None:
        """Let Tab lead to the chosen word; arrows lead on from there."""
        policy = Qt.FocusPolicy.StrongFocus if checked else Qt.FocusPolicy.ClickFocus
        self._group.button(at).setFocusPolicy(policy)

    def _dress(self) -> None:
        palette = self._theme.palette
        self.setStyleSheet(
            f"QPushButton {{ background: transparent; padding: 4px; font-size: 13px;"
            f" border-radius: 8px; color: {palette.text2.name()}; }}"
            f"QPushButton:checked {{ background: {palette.panel.name()};"
            f" color: {palette.text.name()}; font-weight: 600; }}"
            f"QPushButton:focus {{ border-color: {palette.accent.name()}; }}"
        )
