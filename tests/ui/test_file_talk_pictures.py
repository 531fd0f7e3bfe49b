"""Files as messages look as they did. See `test_file_pictures` for how to accept a change."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.theme import Choice
from tests.gallery.file_talk import ENTRIES
from tests.ui.kept_pictures import Kept, is_painted_at_any_width, looks_as_kept


@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.DARK])
def test_looks_as_it_did(qapp: QApplication, choice: Choice, tmp_path: Path) -> None:
    looks_as_kept(qapp, ENTRIES["file-talk"], Kept("file-talk", choice), tmp_path)


def test_it_is_painted_at_any_width(qapp: QApplication) -> None:
    is_painted_at_any_width(qapp, ENTRIES["file-talk"])
