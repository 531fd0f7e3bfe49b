"""What is pinned, put away or forwarded looks as it did.

To accept a change, look at the new picture first:
`python -m tests.gallery NAME [--dark] --out tests/ui/reference/FILE`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery.entries import ENTRIES
from tests.gallery.shots import shoot
from tests.ui.test_pictures import FOLDER, different

SHARE = 0.004
KEPT = [
    ("window-pinned", Choice.LIGHT),
    ("window-pinned", Choice.DARK),
    ("sheet-forward", Choice.LIGHT),
    ("sheet-forward", Choice.DARK),
    ("calendar", Choice.DARK),
    ("message_list_kept", Choice.LIGHT),
    ("message_list_kept", Choice.DARK),
]
BARE = ["window-pinned-narrow", "window-archive", "sheet-pins"]


@pytest.mark.parametrize(("name", "choice"), KEPT)
def test_looks_as_it_did(qapp: QApplication, name: str, choice: Choice, tmp_path: Path) -> None:
    picture = shoot(ENTRIES[name], qapp, choice)
    wanted = QImage(str(FOLDER / f"{name}-{choice.value}.png"))
    assert picture.size() == wanted.size()
    shown = tmp_path / f"{name}.png"
    picture.save(str(shown))
    assert different(picture, wanted) <= SHARE, f"see {shown}"


@pytest.mark.parametrize("name", BARE)
def test_every_state_is_painted(qapp: QApplication, name: str) -> None:
    for choice in (Choice.LIGHT, Choice.DARK):
        picture = shoot(ENTRIES[name], qapp, choice)
        colours = {picture.pixel(x, y) for x in range(0, 300, 7) for y in range(0, 260, 9)}
        assert len(colours) > 4
