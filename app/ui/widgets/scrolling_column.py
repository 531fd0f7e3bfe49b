"""The content of a tall sheet: shown whole where the screen is high enough, else scrolled."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

LEAST, SPACING = 160, 12


class ScrollingColumn(QScrollArea):
    """Takes widgets from the top; `fit` gives it the height that it needs and the screen has."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACING)
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self._body.setAutoFillBackground(False)

    def add(self, *widgets: QWidget) -> None:
        for widget in widgets:
            self._column.addWidget(widget)

    def fit(self, sheet: QWidget) -> None:
        """Be as high as the content, as far as `sheet`, which has it, stays on its screen."""
        self.setMinimumHeight(LEAST)
        wanted = self._body.sizeHint().height()
        frame = 40  # what a window manager puts around it
        around = sheet.minimumSizeHint().height() - LEAST + frame
        room = sheet.screen().availableGeometry().height() - around
        self.setMinimumHeight(max(LEAST, min(wanted, room)))
