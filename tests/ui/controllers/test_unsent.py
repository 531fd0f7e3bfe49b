"""Files that were chosen and not sent are still there in the next window."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from app.ui.controllers.unsent import DISCARD, KEY, SEND
from app.ui.files.send_sheet import SendSheet
from app.ui.theme import Theme
from tests.gallery import demo
from tests.ui.fake_backend import FakeBackend
from tests.ui.files.views import SURVEY
from tests.ui.rig import Rig


@pytest_asyncio.fixture
async def backend() -> AsyncIterator[FakeBackend]:
    yield demo.full()


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for path in paths:
        path.write_text("hello")
    return paths


async def choose(rig: Rig, paths: list[Path]) -> SendSheet:
    await rig.open(SURVEY)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    rig.session.files.attaching._on_mime(mime)
    await rig.settle()
    return rig.dialog(SendSheet)


async def closed_in_the_middle(theme: Theme, backend: FakeBackend, paths: list[Path]) -> None:
    rig = Rig(theme, backend)
    await rig.start()
    sheet = await choose(rig, paths)
    assert not rig.session.view.unsent.isVisible()
    sheet.field.setText("Look at these")
    assert "Look" not in backend.settings[KEY]
    rig.session.files.attaching.unsent._timer.timeout.emit()  # half a second has passed
    await rig.settle()
    assert "Look at these" in backend.settings[KEY]
    await rig.stop()


async def test_they_are_offered_again_after_a_restart(
    theme: Theme, backend: FakeBackend, two: list[Path]
) -> None:
    await closed_in_the_middle(theme, backend, two)
    rig = Rig(theme, backend)
    await rig.start()
    try:
        bar = rig.session.view.unsent
        await rig.open("Jonas Weber")
        assert not bar.isVisible()
        await rig.open(SURVEY)
        assert bar.isVisible()
        assert bar.words.text() == "2 files were not sent"
        bar.pressed.emit(SEND)
        await rig.settle()
        sheet = rig.dialog(SendSheet)
        assert sheet.caption == "Look at these"
        assert not bar.isVisible()
        sheet.go.click()
        await rig.settle()
        assert backend.transfers.offered == [(two[0], "Look at these"), (two[1], "")]
        assert not bar.isVisible()
        assert backend.settings[KEY] == "{}"
    finally:
        await rig.stop()


async def test_they_are_discarded_or_gone(
    theme: Theme, backend: FakeBackend, two: list[Path]
) -> None:
    await closed_in_the_middle(theme, backend, two[:1])
    rig = Rig(theme, backend)
    await rig.start()
    try:
        bar = rig.session.view.unsent
        await rig.open(SURVEY)
        assert bar.words.text() == "“\u2066a.txt\u2069” was not sent"
        two[0].rename(two[0].with_suffix(".moved"))
        bar.pressed.emit(SEND)
        await rig.settle()
        assert rig.no_dialog()
        assert not bar.isVisible()
        sheet = await choose(rig, two[1:])
        sheet.reject()
        await rig.settle()
        assert backend.settings[KEY] == "{}"
        sheet = await choose(rig, two[1:])
        await rig.session.files.attaching.unsent.load()
        assert not bar.isVisible()
        bar.pressed.emit(DISCARD)
        sheet.reject()
    finally:
        await rig.stop()


@pytest.mark.parametrize("stored", ["", "[]", '{"?": {"paths": []}}'])
async def test_what_cannot_be_read_is_nothing(
    theme: Theme, backend: FakeBackend, stored: str
) -> None:
    backend.settings[KEY] = stored
    rig = Rig(theme, backend)
    await rig.start()
    try:
        await rig.open(SURVEY)
        assert not rig.session.view.unsent.isVisible()
        mime = QMimeData()
        image = QImage(9, 9, QImage.Format.Format_RGB32)
        mime.setImageData(image)
        rig.session.files.attaching._on_mime(mime)
        await rig.settle()
        assert backend.settings[KEY] == "{}"
        rig.dialog(SendSheet).reject()
    finally:
        await rig.stop()
