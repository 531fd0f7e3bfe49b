"""What is about to be sent: files that are there, or an image from the clipboard."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from app.domain.errors import AppError
from app.ui.phrases import count

MOST = 100
"""Files that are taken at once."""
TOGETHER = "put them into a folder to send them all."
NOTHING_LEFT = "What you dropped is not there any more."
UNREADABLE = "What you dropped could not be read. Drag it here again."
URLS = "text/uri-list"


@dataclass(frozen=True, slots=True)
class Attachment:
    """`path` is where it lies; for an `image` that lies nowhere yet, only a name."""

    path: Path
    size: int = 0
    is_folder: bool = False
    image: QImage | None = None


def has_files(mime: QMimeData) -> bool:
    """Whether there is anything that could be sent as a file, rather than as text."""
    return bool(_local(mime)) or (mime.hasImage() and not mime.text().strip())


class Hovering:
    """What is dragged over us: of some drags the files can be read only before they are dropped."""

    def __init__(self) -> None:
        self._urls: list[QUrl] = []

    def look(self, mime: QMimeData) -> bool:
        """Take note of it; tell whether there is anything that could be sent as a file."""
        self._urls = mime.urls() or self._urls
        return has_files(mime)

    def dropped(self, mime: QMimeData) -> QMimeData:
        """Return what was dropped, with the files that were there before if they are gone now."""
        if mime.urls() or not mime.hasFormat(URLS):
            return mime
        made = QMimeData()
        again = bytes(mime.data(URLS).data()).decode(errors="replace").split()
        made.setUrls([QUrl(line) for line in again] or self._urls)
        return made


def _local(mime: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def attachments(mime: QMimeData, now: datetime) -> list[Attachment]:
    """Return what was dropped or pasted; an image gets its name from the time."""
    if paths := _local(mime):
        return of_paths(paths)
    image = mime.imageData() if has_files(mime) else None
    if not isinstance(image, QImage) or image.isNull():
        return []
    name = Path(f"Image {now:%Y-%m-%d %H.%M.%S}.png")
    return [Attachment(name, 0, image=image)]


def left_out(mime: QMimeData, found: Sequence[Attachment]) -> str:
    """Say what of that was not taken, and why; "" if all was."""
    offered = len(_local(mime))
    gone = min(offered, MOST) - len(found) if offered else 0
    said = []
    if offered > MOST:
        said.append(f"Only {MOST} of {count(offered, 'item')} are taken; {TOGETHER}")
    if gone:
        said.append(f"{count(gone, 'item')} cannot be found any more.")
    nothing = NOTHING_LEFT if offered else UNREADABLE
    return " ".join(said) if found else nothing


def of_paths(paths: Sequence[Path]) -> list[Attachment]:
    """Return those that are there."""
    found = []
    for path in paths[:MOST]:
        try:
            size = path.stat().st_size
        except (OSError, ValueError):
            continue
        found.append(Attachment(path, size, path.is_dir()))
    return found


async def stored(attachment: Attachment, folder: Path) -> Path:
    """Return where it lies, after writing an image to a new file in `folder`.

    Raises AppError("file-unwritable").
    """
    if attachment.image is None:
        return attachment.path
    return await asyncio.to_thread(_write, attachment.image, folder, attachment.path)


def _write(image: QImage, folder: Path, name: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        number = 1
        while path.exists():
            number += 1
            path = folder / f"{name.stem} ({number}){name.suffix}"
    except OSError as error:
        raise AppError("file-unwritable", {"reason": error.strerror or str(error)}) from error
    if not image.save(str(path), "PNG"):  # type: ignore[call-overload]
        raise AppError("file-unwritable", {"reason": str(folder)})
    return path
