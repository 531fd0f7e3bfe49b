"""The check for newer versions looks as it did, and no state of it fails to paint.

To accept a change, look at the new picture first:
`python -m tests.gallery NAME [--dark] --out tests/ui/reference/FILE`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery.updates import ENTRIES
from tests.ui.kept_pictures import Kept, is_painted_at_any_width, looks_as_kept

KEPT = [Kept("sheet-updates", Choice.LIGHT), Kept("sheet-updates-hidden", Choice.DARK)]
BARE = sorted(set(ENTRIES) - {kept.name for kept in KEPT})


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.file.stem)
def test_looks_as_it_did(qapp: QApplication, kept: Kept, tmp_path: Path) -> None:
    looks_as_kept(qapp, ENTRIES[kept.name], kept, tmp_path)


@pytest.mark.parametrize("name", BARE)
def test_every_state_is_painted_at_any_width(qapp: QApplication, name: str) -> None:
    is_painted_at_any_width(qapp, ENTRIES[name])
