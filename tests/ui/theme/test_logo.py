"""The icon of the windows."""

from __future__ import annotations

from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from app.ui.theme.logo import SIZES, logo


def test_it_comes_in_the_sizes_that_are_shown(qtbot: QtBot) -> None:
    del qtbot
    icon = logo()
    assert icon.availableSizes() == [QSize(size, size) for size in SIZES]
    image = icon.pixmap(QSize(64, 64), 1.0).toImage()
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(40, 36).name() == "#ffffff"
    assert image.pixelColor(32, 8).blue() > image.pixelColor(32, 8).red()
