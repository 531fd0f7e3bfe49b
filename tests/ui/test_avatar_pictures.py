"""Pictures of people and rooms in the window."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.domain.errors import AppError
from app.ui import pictures as pictures_module
from app.ui.imaging import ImageProcess
from app.ui.pictures import Pictures
from app.ui.tasks import TaskOwner
from app.ui.theme import NoPictures, Theme
from app.ui.widgets.avatar import Avatar, Face, paint_face
from tests.services.world import until
from tests.ui.imaging.images import encoded
from tests.ui.rig import Rig

RED = "#ff0000"


class Shelf:
    """Pictures by name, and what was asked for."""

    def __init__(self) -> None:
        self.images = {"red": encoded(64, 64, colour=RED), "broken": b"\x89PNG\r\n\x1a\n"}
        self.asked: list[str] = []

    async def load(self, name: str) -> bytes:
        self.asked.append(name)
        if name not in self.images:
            raise AppError("unknown-picture")
        return self.images[name]


@pytest_asyncio.fixture
async def shelf(theme: Theme) -> AsyncIterator[tuple[Shelf, Pictures]]:
    shelf, tasks = Shelf(), TaskOwner()
    made = Pictures(theme, shelf.load, tasks, ImageProcess())
    yield shelf, made
    made.close()
    await tasks.close()
    assert isinstance(theme.pictures, NoPictures)


async def arrived(pictures: Pictures) -> None:
    await until(lambda: not pictures._tasks._tasks)


def pixel(theme: Theme, face: Face) -> QColor:
    """Return what is painted at the left of the middle."""
    image = QImage(40, 40, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    paint_face(painter, QRectF(0, 0, 40, 40), face, theme, QColor("black"))
    painter.end()
    return image.pixelColor(8, 20)


async def test_a_picture_takes_the_place_of_initials_when_it_is_here(
    theme: Theme, shelf: tuple[Shelf, Pictures]
) -> None:
    store, pictures = shelf
    plain, face = Face(b"a", "Ana Costa"), Face(b"a", "Ana Costa", picture="red")
    avatar = Avatar(theme, 40)
    avatar.set_face(face)
    told: list[int] = []
    theme.pictured.connect(lambda: told.append(1))
    assert pixel(theme, face) == pixel(theme, plain) != QColor(RED)
    await arrived(pictures)
    assert (pixel(theme, face), told) == (QColor(RED), [1])
    assert store.asked == ["red"]
    assert avatar.grab().toImage().pixelColor(10, 20).red() > 200


async def test_what_is_no_picture_leaves_the_initials(
    theme: Theme, shelf: tuple[Shelf, Pictures]
) -> None:
    store, pictures = shelf
    for name in ("broken", "missing", "broken", "missing"):
        face = Face(b"a", "Ana Costa", picture=name)
        assert pixel(theme, face) == pixel(theme, Face(b"a", "Ana Costa"))
        await arrived(pictures)
    assert store.asked == ["broken", "missing"]


async def test_old_pictures_are_let_go(
    shelf: tuple[Shelf, Pictures], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, pictures = shelf
    monkeypatch.setattr(pictures_module, "KEPT", 2)
    for name in ("red", "missing", "broken"):
        pictures.find(name)
        await arrived(pictures)
    assert pictures.find("red") is None
    await arrived(pictures)
    assert store.asked.count("red") == 2


async def test_a_picked_image_is_made_small(shelf: tuple[Shelf, Pictures]) -> None:
    _, pictures = shelf
    small = await pictures.prepared(encoded(700, 300))
    assert small[8:12] == b"WEBP"


async def test_our_own_picture_stands_in_the_sidebar(rig: Rig) -> None:
    await rig.backend.conversations.set_own_picture(encoded(64, 64, colour=RED))
    await rig.settle()
    face = rig.window.sidebar.header.me._face
    assert face is not None
    assert face.picture == rig.backend.profile.picture
    rig.window.sidebar.header.me.grab()
    pictures = rig.session.pictures
    await until(lambda: pictures.find(face.picture) is not None)
    await rig.settle()
