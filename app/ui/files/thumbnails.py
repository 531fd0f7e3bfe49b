"""Pictures of image files that are here, decoded by the child process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QImage

from app.domain.errors import AppError
from app.domain.files import TransferState, TransferView
from app.domain.ids import EventId
from app.ui.files.phrases import is_image
from app.ui.files.remembered import Key, Remembered
from app.ui.imaging import ImageProcess
from app.ui.imaging.wire import MAX_INPUT, MAX_SIDE
from app.ui.tasks import TaskOwner

KEPT = 64
SIDE = 320
"""Logical pixels of a small picture, at most."""


def is_here(view: TransferView) -> bool:
    """Whether a file is an image that lies whole on this machine."""
    whole = view.state is TransferState.DONE or (
        view.own and view.state is not TransferState.PREPARING
    )
    small = 0 < view.size <= MAX_INPUT and view.files == 1 and not view.is_folder
    return whole and small and bool(view.path) and is_image(view.name)


async def picture(process: ImageProcess, path: Path, side: int) -> QImage:
    """Return an image file, made smaller if it is more than `side` pixels wide or high.

    Raises AppError("bad-picture") for what is none, is gone, too large or does harm.
    """
    try:
        content = await asyncio.to_thread(_read, path)
    except (OSError, ValueError) as error:
        raise AppError("bad-picture") from error
    pixels = await process.pixels(content, min(side, MAX_SIDE))
    kind = QImage.Format.Format_RGBA8888
    found = QImage(pixels.rgba, pixels.width, pixels.height, pixels.width * 4, kind)
    return found.copy()  # the bytes are not Qt's


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_INPUT + 1)


class Thumbnails:
    """Small pictures, asked for once; `arrived` is called with whose picture has come."""

    def __init__(
        self, process: ImageProcess, tasks: TaskOwner, arrived: Callable[[EventId], object]
    ) -> None:
        self._process, self._tasks, self._arrived = process, tasks, arrived
        self._known = Remembered[QImage]()
        self.ratio = 1.0

    def find(self, view: TransferView) -> QImage | None:
        """Return a picture if it is here; else let it come, if there can be one."""
        key = (view.transfer, view.path)
        if not is_here(view):
            return None
        if not self._known.asked(key, KEPT):
            self._tasks.spawn(self._fetch(view, key))
        return self._known[key]

    def has(self, view: TransferView) -> bool:
        """Whether its picture was decoded, so that a larger one can be, too."""
        return self._known.get((view.transfer, view.path)) is not None

    async def _fetch(self, view: TransferView, key: Key) -> None:
        try:
            side = round(SIDE * self.ratio)
            found = await picture(self._process, Path(view.path), side)
        except AppError:
            return
        except asyncio.CancelledError:
            self._known.pop(key, None)
            raise
        found.setDevicePixelRatio(self.ratio)
        self._known[key] = found
        self._arrived(view.transfer)
