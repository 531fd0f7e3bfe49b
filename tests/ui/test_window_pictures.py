"""The window, its sheets and its pages look as they did, and no state of them fails to paint.

To accept a change, look at the new picture first:
`python -m tests.gallery NAME [--dark] --out tests/ui/reference/FILE`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery import about, desktop, network, updates, windows
from tests.ui.kept_pictures import Kept, is_painted_at_any_width, looks_as_kept

GALLERIES = (windows, network, desktop, about, updates)
ENTRIES = {name: entry for one in GALLERIES for name, entry in one.ENTRIES.items()}
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
    Kept("network", Choice.LIGHT),
    Kept("network", Choice.DARK),
    Kept("network-measured", Choice.LIGHT),
    Kept("network-measured", Choice.DARK),
    Kept("network-small", Choice.DARK),
    Kept("sheet-diagnosis", Choice.LIGHT),
    Kept("sheet-diagnosis", Choice.DARK),
    Kept("sheet-network", Choice.LIGHT),
    Kept("room-around", Choice.LIGHT),
    Kept("room-around", Choice.DARK),
    Kept("room-couriers", Choice.LIGHT),
    Kept("sheet-link", Choice.LIGHT),
    Kept("sheet-computer", Choice.DARK),
    Kept("sheet-about", Choice.LIGHT),
    Kept("sheet-about-licence", Choice.DARK),
    Kept("sheet-updates", Choice.LIGHT),
    Kept("sheet-updates-hidden", Choice.DARK),
]
BARE = sorted(set(ENTRIES) - {kept.name for kept in KEPT})


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.file.stem)
def test_looks_as_it_did(qapp: QApplication, kept: Kept, tmp_path: Path) -> None:
    looks_as_kept(qapp, ENTRIES[kept.name], kept, tmp_path)


@pytest.mark.parametrize("name", BARE)
def test_every_state_is_painted_at_any_width(qapp: QApplication, name: str) -> None:
    is_painted_at_any_width(qapp, ENTRIES[name])
