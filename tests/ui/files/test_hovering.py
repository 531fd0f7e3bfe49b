"""What is dragged over us by programs that are late to say what it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl

from app.ui.files.attachment import UNREADABLE, URLS, Hovering, attachments, left_out

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Late(QMimeData):
    """Says that it has files, and which ones only when it is asked in its own format."""

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        raw = f"{QUrl.fromLocalFile(str(path)).toString()}\r\n" if path else ""
        self.setData(URLS, raw.encode())

    def urls(self) -> list[QUrl]:
        return []


def test_what_is_said_late_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "north.bin"
    path.write_bytes(b"x")
    (found,) = attachments(Hovering().dropped(Late(path)), NOW)
    assert found.path == path


def test_what_was_said_earlier_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "north.bin"
    path.write_bytes(b"x")
    said = QMimeData()
    said.setUrls([QUrl.fromLocalFile(str(path))])
    hovering = Hovering()
    assert hovering.look(said)
    (found,) = attachments(hovering.dropped(Late(None)), NOW)
    assert found.path == path


def test_what_is_never_said_is_asked_for_again() -> None:
    dropped = Hovering().dropped(Late(None))
    assert attachments(dropped, NOW) == []
    assert left_out(dropped, []) == UNREADABLE
