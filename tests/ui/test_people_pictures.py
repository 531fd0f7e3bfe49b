"""Requests, profiles and safety numbers look as they did, and no state fails to paint."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery.people import ENTRIES
from tests.gallery.shots import shoot
from tests.ui.test_pictures import different
from tests.ui.test_window_pictures import SHARE, Kept

KEPT = [
    Kept("requests", Choice.LIGHT),
    Kept("requests", Choice.DARK),
    Kept("person-bars", Choice.DARK),
    Kept("sheet-person", Choice.LIGHT),
    Kept("sheet-safety", Choice.DARK),
    Kept("sheet-report", Choice.LIGHT),
]


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.file.stem)
def test_looks_as_it_did(qapp: QApplication, kept: Kept, tmp_path: Path) -> None:
    picture = shoot(ENTRIES[kept.name], qapp, kept.choice)
    wanted = QImage(str(kept.file))
    assert picture.size() == wanted.size()
    shown = tmp_path / kept.file.name
    picture.save(str(shown))
    assert different(picture, wanted) <= SHARE, f"see {shown}"
