"""Files as messages look as they did. See `test_file_pictures` for how to accept a change."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery.file_talk import ENTRIES
from tests.gallery.shots import shoot
from tests.ui.test_pictures import different
from tests.ui.test_window_pictures import SHARE, Kept


@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.DARK])
def test_looks_as_it_did(qapp: QApplication, choice: Choice, tmp_path: Path) -> None:
    kept = Kept("file-talk", choice)
    picture = shoot(ENTRIES[kept.name], qapp, choice)
    wanted = QImage(str(kept.file))
    assert picture.size() == wanted.size()
    shown = tmp_path / kept.file.name
    picture.save(str(shown))
    assert different(picture, wanted) <= SHARE, f"see {shown}"


def test_it_is_painted_at_any_width(qapp: QApplication) -> None:
    entry = dataclasses.replace(ENTRIES["file-talk"], size=QSize(380, 640))
    picture = shoot(entry, qapp, Choice.DARK)
    assert len({picture.pixel(x, y) for x in range(0, 300, 7) for y in range(0, 500, 9)}) > 4
