"""How words stand below each other."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget


def middle_lines(*lines: QWidget) -> QVBoxLayout:
    """Return a column of lines, close to each other and in the middle of the height."""
    column = QVBoxLayout()
    column.setSpacing(1)
    column.addStretch()
    for line in lines:
        column.addWidget(line)
    column.addStretch()
    return column
