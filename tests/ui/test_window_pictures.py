"""The window looks as it did, and no state of it fails to paint.

To accept a change, look at the new picture first:
`python -m tests.gallery NAME [--dark] --out tests/ui/reference/FILE`.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import NamedTuple

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery.shots import shoot
from tests.gallery.windows import ENTRIES
from tests.ui.test_pictures import FOLDER, different

SHARE = 0.004


class Kept(NamedTuple):
    name: str
    choice: Choice

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}-{self.choice.value}.png"


KEPT = [
    Kept("window", Choice.LIGHT),
    Kept("window", Choice.DARK),
    Kept("window-empty", Choice.LIGHT),
    Kept("window-empty", Choice.DARK),
    Kept("window-no-server", Choice.LIGHT),
    Kept("window-small", Choice.DARK),
    Kept("window-reply", Choice.DARK),
    Kept("emoji-picker", Choice.LIGHT),
    Kept("sheet-invite", Choice.LIGHT),
    Kept("sheet-ice-servers", Choice.LIGHT),
    Kept("sheet-settings", Choice.DARK),
]
BARE = sorted(set(ENTRIES) - {kept.name for kept in KEPT})


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.file.stem)
def test_looks_as_it_did(qapp: QApplication, kept: Kept, tmp_path: Path) -> None:
    picture = shoot(ENTRIES[kept.name], qapp, kept.choice)
    wanted = QImage(str(kept.file))
    assert picture.size() == wanted.size()
    shown = tmp_path / kept.file.name
    picture.save(str(shown))
    assert different(picture, wanted) <= SHARE, f"see {shown}"


@pytest.mark.parametrize("name", BARE)
def test_every_state_is_painted_at_any_width(qapp: QApplication, name: str) -> None:
    for width in (380, 620):
        entry = dataclasses.replace(ENTRIES[name], size=QSize(width, 640))
        picture = shoot(entry, qapp, Choice.DARK)
        colours = {picture.pixel(x, y) for x in range(0, 300, 7) for y in range(0, 500, 9)}
        assert len(colours) > 4
