"""A film as large as the window: played, held, sought and made louder, also by keys alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.files import TransferState
from app.ui.controllers.media import MediaDesk
from app.ui.files.film_viewer import FilmViewer
from app.ui.theme import Theme
from tests.media.samples import film
from tests.services.world import until
from tests.ui.fake_names import room_of
from tests.ui.files.views import MARA, SURVEY, view
from tests.ui.rig import Rig

KEY = Qt.Key
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of a minute: it is not over before the test looks at it."""
    made = tmp_path_factory.mktemp("film") / "lens.mp4"
    return film(made, frames=300, rate=5, sound=True)


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=WAIT_MS)


def place(viewer: FilmViewer) -> int:
    return viewer.engine.media.position()


@pytest.fixture
def viewer(qapp: QApplication, theme: Theme, path: Path) -> Iterator[FilmViewer]:
    assert qapp is not None
    parent = QWidget()
    parent.resize(640, 480)
    shown = view("lens.mp4", state=TransferState.DONE, path=str(path), size=5_000_000)
    still = QImage(96, 64, QImage.Format.Format_RGB32)
    still.fill(Qt.GlobalColor.red)
    made = FilmViewer(theme, parent, shown, still)
    made.show()
    yield made
    made.close()
    parent.deleteLater()


def middle(viewer: FilmViewer) -> tuple[int, int, int]:
    colour = viewer.area.grab().toImage().pixelColor(viewer.area.rect().center())
    return colour.red(), colour.green(), colour.blue()


def test_a_still_picture_stands_until_it_begins(viewer: FilmViewer, qtbot: QtBot) -> None:
    assert middle(viewer) == (255, 0, 0)
    assert viewer.accessibleName() == "Film lens.mp4"
    viewer.start()
    wait(qtbot, lambda: middle(viewer)[2] > 170)
    wait(qtbot, lambda: place(viewer) > 200)
    assert viewer.play_button.accessibleName() == "Pause"
    assert viewer.time.text().endswith("/ 1:00")
    assert viewer.place.value() > 0


def test_keys(viewer: FilmViewer, qtbot: QtBot) -> None:
    viewer.start()
    wait(qtbot, lambda: place(viewer) > 0)
    area = viewer.area
    assert QApplication.focusWidget() in {area, None}
    QTest.keyClick(area, KEY.Key_Space)
    assert not viewer.engine.is_playing
    assert viewer.play_button.accessibleName() == "Play"
    held_at = place(viewer)
    QTest.keyClick(area, KEY.Key_Right)
    wait(qtbot, lambda: place(viewer) > held_at + 4500)
    QTest.keyClick(area, KEY.Key_Left)
    wait(qtbot, lambda: place(viewer) < held_at + 500)
    QTest.keyClick(area, KEY.Key_Down)
    assert viewer.engine.sound.volume() == pytest.approx(0.9, abs=0.01)
    QTest.keyClick(area, KEY.Key_Up)
    QTest.keyClick(area, KEY.Key_M)
    assert viewer.engine.sound.isMuted()
    assert viewer.mute_button.accessibleName() == "Unmute"
    QTest.keyClick(area, KEY.Key_M)
    assert viewer.mute_button.accessibleName() == "Mute"
    QTest.keyClick(area, KEY.Key_Z)
    QTest.keyClick(area, KEY.Key_Escape)
    assert not viewer.isVisible()
    assert viewer.engine.media.source().isEmpty()


def test_the_mouse(viewer: FilmViewer, qtbot: QtBot) -> None:
    viewer.start()
    wait(qtbot, lambda: place(viewer) > 0)
    plays = []
    for pressed in (Qt.MouseButton.RightButton, Qt.MouseButton.LeftButton):
        QTest.mouseClick(viewer.area, pressed)
        plays.append(viewer.engine.is_playing)
    assert plays == [True, False]
    viewer.place.setSliderPosition(500)
    viewer.place.sliderMoved.emit(500)
    wait(qtbot, lambda: abs(place(viewer) - 30_000) < 300)
    heard: list[object] = []
    viewer.opened.connect(heard.append)
    viewer.shown_in_folder.connect(heard.append)
    for button in viewer.findChildren(type(viewer.close_button)):
        if button.accessibleName() in {"Open with another program", "Show in folder"}:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(heard) == 2


def test_everything_has_a_name_and_comes_in_order(viewer: FilmViewer) -> None:
    seen: list[QWidget] = []
    at = viewer.area.nextInFocusChain()
    while at is not None and at is not viewer.area:
        if at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.window() is viewer:
            seen.append(at)
        at = at.nextInFocusChain()
    assert [each.accessibleName() for each in seen if each.accessibleName() != "Film lens.mp4"] == [
        "Play",
        "Place",
        "Mute",
        "Volume",
        "Open with another program",
        "Show in folder",
        "Close",
    ]


def test_what_cannot_be_played_is_said(viewer: FilmViewer, qtbot: QtBot, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no film at all")
    viewer.engine.load(str(bad))
    wait(qtbot, lambda: bool(viewer.area.words))
    assert viewer.area.words.startswith("This cannot be played here")
    assert viewer.area.accessibleDescription() == viewer.area.words
    viewer.area.grab()


async def test_a_click_on_the_card_opens_it(rig: Rig, path: Path) -> None:
    media: MediaDesk = rig.session.files.media
    room = room_of(SURVEY)
    found = rig.backend.transfers.put(
        room, MARA, "lens.mp4", 5000, state=TransferState.DONE, path=str(path)
    )
    rig.session.sidebar.stop()
    await rig.session.files.load()
    await rig.open(SURVEY)
    await until(lambda: media.looks.is_film(found), "looked at")
    await rig.settle()
    row = rig.session.view.messages._rows[-1]
    assert row.item.transfer is not None
    assert row.item.transfer.film == "1:00"
    at = row.item.transfer.tile.center().toPoint()
    at.setY(at.y() + row.y)
    no_keys = Qt.KeyboardModifier.NoModifier
    viewport = rig.session.view.messages.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, no_keys, at)
    await until(lambda: bool(rig.window.findChildren(FilmViewer)), "open")
    shown = rig.dialog(FilmViewer)
    await rig.until(lambda: place(shown) > 0, "it plays")
    QTest.keyClick(shown, KEY.Key_Escape)
    await rig.settle()
    assert rig.no_dialog()
