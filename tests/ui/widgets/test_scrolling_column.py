from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QLabel, QWidget

from app.ui.dialogs.base import Sheet
from app.ui.theme import Theme
from app.ui.widgets.scrolling_column import LEAST, ScrollingColumn
from tests.gallery.shots import dispose, settle


async def shown(theme: Theme, rows: int) -> tuple[QWidget, Sheet, ScrollingColumn]:
    parent = QWidget()
    parent.resize(QSize(600, 500))
    sheet, column = Sheet(theme, parent, "Tall"), ScrollingColumn("Rows")
    for at in range(rows):
        label = QLabel(str(at))
        label.setFixedHeight(30)
        column.add(label)
    sheet.add(column, 1)
    column.fit(sheet)
    sheet.show()
    await settle()
    return parent, sheet, column


async def test_what_fits_is_shown_whole(theme: Theme) -> None:
    parent, _sheet, column = await shown(theme, 5)
    assert not column.verticalScrollBar().isVisible()
    assert column.height() >= 5 * 30
    dispose(parent)


async def test_what_is_too_tall_for_the_screen_is_scrolled(theme: Theme) -> None:
    parent, sheet, column = await shown(theme, 100)
    room = sheet.screen().availableGeometry().height()
    assert sheet.height() <= room
    assert column.verticalScrollBar().maximum() > 0
    dispose(parent)


async def test_on_the_smallest_screen_something_is_shown(
    theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        QScreen, "availableGeometry", lambda screen: screen.geometry().adjusted(0, 0, 0, -700)
    )
    parent, _sheet, column = await shown(theme, 100)
    assert column.minimumHeight() == LEAST
    dispose(parent)
