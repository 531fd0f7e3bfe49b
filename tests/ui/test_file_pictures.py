"""What one sees of files looks as it did, and no state of it fails to paint.

To accept a change, look at the new picture first:
`python -m tests.gallery NAME [--dark] --out tests/ui/reference/FILE`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery.files import ENTRIES
from tests.ui.kept_pictures import Kept, is_painted_at_any_width, looks_as_kept

KEPT = [
    Kept(name, choice)
    for name in ("file-cards", "file-cards-own", "file-pictures", "file-tab", "transfers")
    for choice in (Choice.LIGHT, Choice.DARK)
] + [
    Kept("file-drop", Choice.LIGHT),
    Kept("file-drop", Choice.DARK),
    Kept("sheet-send", Choice.LIGHT),
    Kept("sheet-send-image", Choice.DARK),
    Kept("sheet-file", Choice.LIGHT),
    Kept("sheet-files", Choice.DARK),
    Kept("viewer", Choice.DARK),
]


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.file.stem)
def test_looks_as_it_did(qapp: QApplication, kept: Kept, tmp_path: Path) -> None:
    looks_as_kept(qapp, ENTRIES[kept.name], kept, tmp_path)


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_every_state_is_painted_at_any_width(qapp: QApplication, name: str) -> None:
    is_painted_at_any_width(qapp, ENTRIES[name])
