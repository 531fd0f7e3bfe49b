"""The pictures of people and rooms as the window shows them: asked for once, decoded elsewhere."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from PySide6.QtGui import QImage, QPixmap

from app.domain.errors import AppError
from app.domain.pictures import MAX_PICTURE_BYTES, MAX_PICTURE_SIDE
from app.ui.imaging import ImageProcess
from app.ui.tasks import TaskOwner
from app.ui.theme import NoPictures, Theme

KEPT = 300
"""Pictures in memory: 75 MB if all are as large as can be."""

Load = Callable[[str], Awaitable[bytes]]


class Pictures:
    """Implements `PictureSource` for `theme`, from `load` (see `Conversations.picture`).

    What cannot be loaded or decoded is not asked for again.
    """

    def __init__(self, theme: Theme, load: Load, tasks: TaskOwner, process: ImageProcess) -> None:
        self._theme = theme
        self._load = load
        self._tasks = tasks
        self._process = process
        self._known: OrderedDict[str, QPixmap | None] = OrderedDict()
        theme.pictures = self

    def find(self, name: str) -> QPixmap | None:
        """Return a picture if it is here; else let it come, and `pictured` tell of it."""
        if name in self._known:
            self._known.move_to_end(name)
            return self._known[name]
        self._known[name] = None
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        self._tasks.spawn(self._fetch(name))
        return None

    async def prepared(self, image: bytes) -> bytes:
        """Return a picked image as it may be sent. Raises AppError("bad-picture")."""
        return await self._process.square(image, MAX_PICTURE_SIDE, MAX_PICTURE_BYTES)

    def close(self) -> None:
        """Give no more pictures."""
        if self._theme.pictures is self:
            self._theme.pictures = NoPictures()
        self._process.close()

    async def _fetch(self, name: str) -> None:
        try:
            pixels = await self._process.pixels(await self._load(name), MAX_PICTURE_SIDE)
        except AppError:
            return
        except asyncio.CancelledError:
            self._known.pop(name, None)
            raise
        row = pixels.width * 4
        kind = QImage.Format.Format_RGBA8888
        image = QImage(pixels.rgba, pixels.width, pixels.height, row, kind)
        self._known[name] = QPixmap.fromImage(image)
        self._theme.pictured.emit()
