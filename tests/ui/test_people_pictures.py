"""Requests, profiles and safety numbers look as they did, and no state fails to paint."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery.people import ENTRIES
from tests.ui.kept_pictures import Kept, looks_as_kept

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
    looks_as_kept(qapp, ENTRIES[kept.name], kept, tmp_path)
