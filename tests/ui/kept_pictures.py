"""Pictures that are kept of what one sees, and what is asked of every state that has none."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery.entry import Entry
from tests.gallery.shots import shoot
from tests.ui.test_pictures import FOLDER, different

SHARE = 0.004
"""Of the pixels, how many may differ: letters are drawn a little otherwise elsewhere."""


class Kept(NamedTuple):
    name: str
    choice: Choice

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}-{self.choice.value}.png"


def looks_as_kept(qapp: QApplication, entry: Entry, kept: Kept, folder: Path) -> None:
    """Compare with the picture; what is seen now is left in `folder`."""
    picture = shoot(entry, qapp, kept.choice)
    wanted = QImage(str(kept.file))
    assert picture.size() == wanted.size()
    shown = folder / kept.file.name
    picture.save(str(shown))
    assert different(picture, wanted) <= SHARE, f"see {shown}"


def is_painted_at_any_width(qapp: QApplication, entry: Entry) -> None:
    """Look for more than a background at two widths."""
    for width in (380, 620):
        narrow = dataclasses.replace(entry, size=QSize(width, 640))
        picture = shoot(narrow, qapp, Choice.DARK)
        colours = {picture.pixel(x, y) for x in range(0, 300, 7) for y in range(0, 500, 9)}
        assert len(colours) > 4
