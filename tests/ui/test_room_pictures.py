"""Rooms, their government and invitations look as they did, and no state fails to paint."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery.rooms import ENTRIES
from tests.ui.kept_pictures import Kept, is_painted_at_any_width, looks_as_kept

KEPT = [
    Kept("room-peers", Choice.LIGHT),
    Kept("room-info", Choice.LIGHT),
    Kept("room-info", Choice.DARK),
    Kept("room-removed", Choice.DARK),
    Kept("invitations", Choice.LIGHT),
    Kept("invitations", Choice.DARK),
    Kept("invitation-cards", Choice.LIGHT),
    Kept("invitation-cards", Choice.DARK),
    Kept("sheet-invite-people", Choice.LIGHT),
    Kept("sheet-invite-withdrawn", Choice.DARK),
    Kept("sheet-create-room", Choice.DARK),
    Kept("sheet-write-to", Choice.LIGHT),
]


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.file.stem)
def test_looks_as_it_did(qapp: QApplication, kept: Kept, tmp_path: Path) -> None:
    looks_as_kept(qapp, ENTRIES[kept.name], kept, tmp_path)


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_every_state_is_painted_at_any_width(qapp: QApplication, name: str) -> None:
    is_painted_at_any_width(qapp, ENTRIES[name])
