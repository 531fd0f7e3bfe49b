"""The shortcut sheet: generated from the action registry, and where keys are changed."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QScrollArea, QWidget

from app.ui.actions import ActionRegistry, Spec
from app.ui.dialogs.base import Sheet
from app.ui.theme import TextSize, Theme, Weight
from app.ui.widgets.buttons import push_button
from app.ui.widgets.surfaces import Label

_ALONE = {Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr}


class KeyButton(QPushButton):
    """Shows an action's keys; once pressed, the next keys become the action's."""

    caught = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._shown = ""
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setMinimumWidth(196)
        self.setStyleSheet("padding: 5px 6px; font-size: 13px;")
        self.toggled.connect(self._dress)

    def show_keys(self, shown: str) -> None:
        self._shown = shown or "None"
        self.setAccessibleName(f"{self._name}: {self._shown}")
        self._dress()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.isChecked():
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.setChecked(False)
        elif event.key() not in _ALONE:
            portable = QKeySequence.SequenceFormat.PortableText
            self.caught.emit(QKeySequence(event.keyCombination()).toString(portable))
            self.setChecked(False)

    def _dress(self) -> None:
        self.setText("Press keys…" if self.isChecked() else self._shown)


class ShortcutSheet(Sheet):
    """All actions by category. `rebound` is emitted after keys were changed."""

    rebound = Signal()

    def __init__(self, theme: Theme, parent: QWidget, actions: ActionRegistry) -> None:
        super().__init__(
            theme, parent, "Keyboard shortcuts", "Click a key to change it; Esc keeps it."
        )
        self._actions = actions
        self.buttons: dict[str, KeyButton] = {}
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 12, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        for category, specs in groupby(actions.specs(), key=lambda spec: spec.category):
            self._add_category(grid, category, list(specs))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        area.setMinimumHeight(min(420, max(parent.height() - 260, 200)))
        self.add(area, 1)
        reset = push_button("Back to the usual keys")
        reset.clicked.connect(self._reset)
        done = push_button("Done", "primary")
        done.setDefault(True)
        done.clicked.connect(self.accept)
        self.finish(reset, done)
        self._refresh()

    def _add_category(self, grid: QGridLayout, category: str, specs: list[Spec]) -> None:
        heading = Label(self.theme, TextSize.SMALL, Weight.SEMIBOLD, "text3")
        heading.setText(category)
        grid.setRowMinimumHeight(grid.rowCount(), 28)
        grid.addWidget(heading, grid.rowCount() - 1, 0, 1, 2, Qt.AlignmentFlag.AlignBottom)
        for spec in specs:
            label = Label(self.theme, TextSize.PREVIEW, elide=True)
            label.setText(spec.text)
            button = KeyButton(spec.text)
            button.caught.connect(lambda key, action=spec.id: self._rebind(action, key))
            self.buttons[spec.id] = button
            row = grid.rowCount()
            grid.addWidget(label, row, 0)
            grid.addWidget(button, row, 1)

    def _rebind(self, action: str, key: str) -> None:
        self._actions.rebind(action, (key,))
        self._refresh()
        self.rebound.emit()

    def _reset(self) -> None:
        self._actions.reset()
        self._refresh()
        self.rebound.emit()

    def _refresh(self) -> None:
        for action, button in self.buttons.items():
            button.show_keys(self._actions.shown_keys(action))
