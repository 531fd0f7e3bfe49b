"""Voice messages, sounds and films look as they did, and no state of them fails to paint.

To accept a change, look at the new picture first:
`python -m tests.gallery NAME [--dark] --out tests/ui/reference/FILE`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery.voice import ENTRIES
from tests.ui.kept_pictures import Kept, is_painted_at_any_width, looks_as_kept

KEPT = [
    Kept("voices", Choice.LIGHT),
    Kept("voices", Choice.DARK),
    Kept("recording", Choice.LIGHT),
    Kept("recording", Choice.DARK),
    Kept("recording-held", Choice.LIGHT),
    Kept("recording-lost", Choice.DARK),
    Kept("no-microphone", Choice.LIGHT),
    Kept("film-viewer", Choice.DARK),
]


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.file.stem)
def test_looks_as_it_did(qapp: QApplication, kept: Kept, tmp_path: Path) -> None:
    looks_as_kept(qapp, ENTRIES[kept.name], kept, tmp_path)


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_every_state_is_painted_at_any_width(qapp: QApplication, name: str) -> None:
    is_painted_at_any_width(qapp, ENTRIES[name])
