from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from app.domain.errors import AppError
from app.ui.files.attachment import Attachment, attachments, has_files, of_paths, stored
from tests.gallery.entry import frozen_now

pytestmark = pytest.mark.usefixtures("qapp")


def image() -> QImage:
    made = QImage(8, 6, QImage.Format.Format_RGB32)
    made.fill(0x336699)
    return made


def test_text_is_no_file() -> None:
    mime = QMimeData()
    mime.setText("hello")
    assert not has_files(mime)
    assert attachments(mime, frozen_now()) == []
    mime.setUrls([QUrl("https://example.org/a.png")])
    assert not has_files(mime)


def test_an_image_beside_text_is_pasted_as_text() -> None:
    mime = QMimeData()
    mime.setImageData(image())
    assert has_files(mime)
    mime.setText("a cell of a table")
    assert not has_files(mime)


def test_files_and_folders_that_are_there_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a b.txt").write_text("hello")
    (tmp_path / "folder").mkdir()
    mime = QMimeData()
    names = ("a b.txt", "folder", "gone.txt")
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in names])
    found = attachments(mime, frozen_now())
    assert [each.path.name for each in found] == ["a b.txt", "folder"]
    assert (found[0].size, found[0].is_folder, found[1].is_folder) == (5, False, True)
    assert of_paths([Path("\0")]) == []


async def test_a_pasted_image_becomes_a_new_png(tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setImageData(image())
    [found] = attachments(mime, frozen_now())
    assert found.path.name == "Image 2025-11-21 09.52.00.png"
    first = await stored(found, tmp_path / "new")
    second = await stored(found, tmp_path / "new")
    assert second.name == "Image 2025-11-21 09.52.00 (2).png"
    assert QImage(str(first)).size() == image().size()
    assert await stored(Attachment(first), tmp_path) == first


async def test_where_nothing_can_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = Attachment(Path("x.png"), image=image())
    with pytest.raises(AppError, match="file unwritable"):
        await stored(found, tmp_path / "file" / "below")
    with pytest.raises(AppError, match="file unwritable"):
        await stored(Attachment(Path("x/y.png"), image=image()), tmp_path)
