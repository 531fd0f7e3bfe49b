"""Small pictures and the viewer, over the real child process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.errors import AppError
from app.domain.files import TransferState, TransferView
from app.domain.ids import EventId
from app.ui.files.deeds import Deed
from app.ui.files.thumbnails import KEPT, Thumbnails, is_here, picture
from app.ui.files.viewer import Viewer
from app.ui.imaging import ImageProcess
from app.ui.tasks import TaskOwner
from tests.services.world import until
from tests.ui.fake_names import room_of
from tests.ui.files.views import MARA, SURVEY, view
from tests.ui.imaging.images import encoded
from tests.ui.rig import Rig

DONE = TransferState.DONE
NO_KEYS = Qt.KeyboardModifier.NoModifier


def here(place: Path, name: str = "a.png", **what: object) -> TransferView:
    made = replace(view(name), state=DONE, path=str(place), size=900)
    return replace(made, **what)  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def small() -> AsyncIterator[tuple[Thumbnails, list[EventId]]]:
    process, heard = ImageProcess(), list[EventId]()
    tasks = TaskOwner()
    yield Thumbnails(process, tasks, heard.append), heard
    await tasks.close()
    process.close()


Small = tuple[Thumbnails, list[EventId]]


async def test_a_picture_comes_once_and_is_small(small: Small, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(900, 300))
    one, heard = here(path), small[1]
    small[0].ratio = 2.0
    assert small[0].find(one) is None
    assert small[0].find(one) is None
    await until(lambda: bool(heard))
    assert heard == [one.transfer]
    found = small[0].find(one)
    assert found is not None
    assert (found.width(), found.devicePixelRatio()) == (640, 2.0)
    assert small[0].has(one)


async def test_what_is_no_picture_is_asked_for_once(small: Small, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"MZ")
    one = here(path)
    assert small[0].find(one) is None
    await until(lambda: not small[0]._tasks._tasks)
    assert small[0].find(one) is None
    assert not small[0]._tasks._tasks
    assert not small[0].has(one)


async def test_only_so_many_are_kept_and_what_was_stopped_can_come_later(
    small: Small, tmp_path: Path
) -> None:
    for number in range(KEPT + 5):
        small[0].find(here(tmp_path / "gone.png", f"{number}.png"))
    assert len(small[0]._known) == KEPT
    small[0]._tasks.cancel()
    await asyncio.sleep(0)
    await until(lambda: not small[0]._tasks._tasks)
    assert not any(small[0].has(here(tmp_path, f"{number}.png")) for number in range(KEPT))


def test_only_whole_single_small_images_are_tried(tmp_path: Path) -> None:
    assert is_here(here(tmp_path))
    assert is_here(here(tmp_path, own=True, state=TransferState.OFFERED))
    refused = (
        {"state": TransferState.RUNNING},
        {"size": 10**9},
        {"size": 0},
        {"is_folder": True},
        {"path": ""},
        {"own": True, "state": TransferState.PREPARING},
    )
    assert not any(is_here(here(tmp_path, **what)) for what in refused)
    assert not is_here(here(tmp_path, "a.svg"))


async def test_what_cannot_be_read_is_no_picture(tmp_path: Path) -> None:
    process = ImageProcess()
    for path in (tmp_path / "gone.png", tmp_path, Path("\0")):
        with pytest.raises(AppError, match="bad picture"):
            await picture(process, path, 100)
    process.close()


def shown_pictures(rig: Rig, tmp_path: Path, number: int) -> list[TransferView]:
    found = []
    for at in range(number):
        path = tmp_path / f"{at}.png"
        path.write_bytes(encoded(60 + at, 40))
        made = rig.backend.transfers.put(
            room_of(SURVEY),
            MARA,
            path.name,
            900,
            at_ms=rig.backend.chats.now_ms + at,
            state=DONE,
            path=str(path),
        )
        found.append(made)
    return found


def forget(one: TransferView) -> None:
    Path(one.path).unlink()


async def test_a_click_on_a_small_picture_opens_the_viewer(rig: Rig, tmp_path: Path) -> None:
    files, heard = rig.session.files, list[str]()
    files.deeds.handling.opener = heard.append
    views = shown_pictures(rig, tmp_path, 3)
    await files.load()
    await rig.open(SURVEY)
    await until(lambda: all(files.pictures.small.has(one) for one in views))
    await rig.settle()
    files.deeds.do(views[1].transfer, Deed.OPEN)
    await rig.settle()
    viewer = rig.dialog(Viewer)
    assert viewer.line.text().startswith("2 of 3")
    await until(lambda: viewer.area.image.width() == 61)
    QTest.keyClick(viewer, Qt.Key.Key_Right)
    await until(lambda: viewer.area.image.width() == 62)
    assert not viewer.next.isEnabled()
    QTest.keyClick(viewer, Qt.Key.Key_Right)
    QTest.keyClick(viewer, Qt.Key.Key_Left)
    assert viewer.name.text() == "1.png"
    viewer.opened.emit(viewer.current)
    viewer.shown_in_folder.emit(viewer.current)
    await rig.settle()
    assert heard == [views[1].path, str(tmp_path)]
    forget(views[1])
    viewer.opened.emit(viewer.current)
    await rig.settle()
    assert "not there any more" in rig.window.trouble.words.text()
    QTest.keyClick(viewer, Qt.Key.Key_Escape)
    await rig.settle()
    assert rig.no_dialog()


async def test_the_viewer_zooms_moves_and_says_when_there_is_nothing(rig: Rig) -> None:
    async def load(one: TransferView) -> QImage:
        if one.name == "gone.png":
            raise AppError("bad-picture")
        made = QImage(2000, 1000, QImage.Format.Format_RGB32)
        made.fill(0x334455)
        return made

    made = [view("a.png"), replace(view("gone.png"), peer_name="Leo")]
    viewer = Viewer(rig.window.theme, rig.window, rig.session._tasks, made, load)
    viewer.show()
    viewer.start_at(view("somebody else's"))
    await rig.settle()
    area = viewer.area
    whole = area.place()
    assert whole.width() <= area.width()
    QTest.keyClick(viewer, Qt.Key.Key_Plus)
    assert area.place().width() > whole.width()
    QTest.mousePress(area, Qt.MouseButton.LeftButton, NO_KEYS, QPoint(300, 300))
    left = area.place().left()
    QTest.mouseMove(area, QPoint(250, 300))
    QTest.mouseRelease(area, Qt.MouseButton.LeftButton, NO_KEYS, QPoint(250, 300))
    assert area.place().left() <= left
    at = QPointF(10, 10)
    for turn in (120, -120):
        wheel = QWheelEvent(
            at,
            at,
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            NO_KEYS,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(area, wheel)
    QTest.keyClick(viewer, Qt.Key.Key_Minus)
    QTest.keyClick(viewer, Qt.Key.Key_0)
    assert area.place() == whole
    QTest.mouseDClick(area, Qt.MouseButton.LeftButton)
    assert area.zoom == 2.0
    viewer.grab()
    QTest.keyClick(viewer, Qt.Key.Key_Space)
    await rig.settle()
    assert area.image.isNull()
    assert viewer.accessibleName().startswith("Picture gone.png")
    viewer.grab()
    viewer.reject()
    viewer.deleteLater()
    await rig.settle(2)
