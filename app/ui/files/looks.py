"""What films and sounds that are here are: looked at once, by the child process."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTransform

from app.domain.errors import AppError
from app.domain.files import TransferView
from app.domain.ids import EventId
from app.media.look_wire import Look
from app.media.process import MediaProcess
from app.ui.files.phrases import glyph
from app.ui.files.remembered import Key, Remembered
from app.ui.messages.sound import is_here
from app.ui.tasks import TaskOwner

KEPT = 200
PICTURES = 48
SIDE = 320
"""Logical pixels of a picture of a film, at most."""
_PLAYING = {"film", "music"}


def may_play(view: TransferView) -> bool:
    """Whether it is here and its name is one of films and sounds."""
    return is_here(view) and view.size > 0 and (view.voice_ms > 0 or glyph(view.name) in _PLAYING)


class Looks:
    """`arrived` is called with whose look has come."""

    def __init__(
        self, process: MediaProcess, tasks: TaskOwner, arrived: Callable[[EventId], object]
    ) -> None:
        self._process, self._tasks, self._arrived = process, tasks, arrived
        self._known = Remembered[Look]()
        self._pictures: OrderedDict[Key, QImage] = OrderedDict()
        self.ratio = 1.0

    def find(self, view: TransferView) -> Look | None:
        """Return what a file is if that is known; else let it be looked at, if it may play."""
        if not may_play(view):
            return None
        key = (view.transfer, view.path)
        if not self._known.asked(key, KEPT):
            self._tasks.spawn(self._fetch(view, key))
        return self._known[key]

    def picture(self, view: TransferView) -> QImage | None:
        """Return the picture of a film if it is here."""
        look = self.find(view)
        if look is None or not look.has_film:
            return None
        return self._pictures.get((view.transfer, view.path))

    def is_film(self, view: TransferView) -> bool:
        """Whether it was looked at and is a film."""
        look = self._known.get((view.transfer, view.path))
        return look is not None and look.has_film

    async def look(self, view: TransferView) -> Look:
        """Return what a file is, as soon as that is known.

        Raises AppError("bad-media" | "file-not-found").
        """
        key = (view.transfer, view.path)
        found = self._known.get(key)
        return found if found is not None else await self._look(view, key)

    async def _look(self, view: TransferView, key: Key) -> Look:
        found = await self._process.look(Path(view.path), round(SIDE * self.ratio))
        if found.rgba:
            self._keep(key, image_of(found, self.ratio))
        bare = Look(found.ms, found.has_sound, found.has_film)
        self._known[key] = bare
        return bare

    def _keep(self, key: Key, picture: QImage) -> None:
        self._pictures[key] = picture
        self._pictures.move_to_end(key)
        while len(self._pictures) > PICTURES:
            gone, _ = self._pictures.popitem(last=False)
            self._known.pop(gone, None)

    async def _fetch(self, view: TransferView, key: Key) -> None:
        try:
            await self._look(view, key)
        except AppError:
            return
        except asyncio.CancelledError:
            self._known.pop(key, None)
            raise
        self._arrived(view.transfer)


def image_of(look: Look, ratio: float = 1.0) -> QImage:
    """Return the picture of a film, the right way up."""
    kind = QImage.Format.Format_RGBA8888
    found = QImage(look.rgba, look.width, look.height, look.width * 4, kind).copy()
    if look.turned:
        turn = QTransform().rotate(look.turned)
        found = found.transformed(turn, Qt.TransformationMode.FastTransformation)
    found.setDevicePixelRatio(ratio)
    return found
