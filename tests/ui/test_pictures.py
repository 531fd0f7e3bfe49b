"""The gallery looks as it did: a few pictures are kept, small, and compared.

To accept a change, look at the new picture first:
`python -m tests.gallery NAME [--dark] --size WxH --out tests/ui/reference/FILE`.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import NamedTuple, cast

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery import message_lists
from tests.gallery.shots import shoot

FOLDER = Path(__file__).parent / "reference"
CLOSE = 12
"""How far a channel may be off before a pixel counts as different."""
SHARE = 0.002
"""The share of pixels that may differ."""


class Kept(NamedTuple):
    name: str
    choice: Choice
    width: int
    height: int

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}-{self.choice.value}.png"


KEPT = [
    Kept("message_list", Choice.LIGHT, 560, 480),
    Kept("message_list", Choice.DARK, 560, 480),
    Kept("message_list_direct", Choice.LIGHT, 400, 380),
    Kept("message_list_rich", Choice.LIGHT, 560, 860),
    Kept("message_list_rich", Choice.DARK, 560, 860),
    Kept("message_list_scrolled", Choice.DARK, 480, 320),
]


def row_of(picture: QImage, y: int) -> bytes:
    return bytes(cast("memoryview", picture.constScanLine(y)))


def different(first: QImage, second: QImage) -> float:
    """The share of pixels in which two pictures of one size differ."""
    form = QImage.Format.Format_RGB888
    pictures = [image.convertToFormat(form) for image in (first, second)]
    width = pictures[0].width() * 3
    off = 0
    for y in range(pictures[0].height()):
        ours, theirs = (row_of(picture, y)[:width] for picture in pictures)
        if ours != theirs:
            off += sum(abs(a - b) > CLOSE for a, b in zip(ours, theirs, strict=True))
    return off / (width * pictures[0].height())


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.file.stem)
def test_looks_as_it_did(qapp: QApplication, kept: Kept, tmp_path: Path) -> None:
    entry = dataclasses.replace(
        message_lists.ENTRIES[kept.name], size=QSize(kept.width, kept.height)
    )
    picture = shoot(entry, qapp, kept.choice)
    wanted = QImage(str(kept.file))
    assert picture.size() == wanted.size()
    shown = tmp_path / kept.file.name
    picture.save(str(shown))
    assert different(picture, wanted) <= SHARE, f"see {shown}"


def test_a_difference_is_noticed() -> None:
    light = QImage(str(KEPT[0].file))
    other = QImage(light)
    assert different(light, other) == 0
    other.fill(0)
    assert different(light, other) > 0.9
