"""The window before anything else."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.ui import first_window as first
from app.ui.main_window import USUAL
from app.ui.theme import Choice


@pytest.mark.usefixtures("qapp")
def test_it_fits_on_a_small_screen(qtbot: QtBot) -> None:
    window = first.first_window(Choice.LIGHT)
    qtbot.addWidget(window, before_close_func=lambda one: one.hide())
    screen = window.screen().availableGeometry()
    assert screen.width() < USUAL.width()
    assert window.width() <= screen.width()
    assert window.height() <= screen.height() - first.FRAME
