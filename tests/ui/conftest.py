"""A window over an in-memory backend, and one theme for all tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtWidgets import QApplication

from app.media.process import COMMAND as MEDIA
from app.media.process import MediaProcess
from app.ui.imaging.process import COMMAND as IMAGING
from app.ui.imaging.process import ImageProcess
from app.ui.tasks import TaskOwner
from app.ui.theme import Choice, Theme
from tests.gallery import demo
from tests.ui.rig import Rig

# What Qt says of a machine without loudspeakers, and FFmpeg of any file.
SOUNDLESS = (
    "pipewire-0.3",
    "pa_context_connect",
    "No audio device detected",
    "Could not update timestamps",
    "No RHI backend",
    "Could not open media",
)

# What fades, repeats or is put off. A second is nothing to a machine that stands still for two:
# whoever waits for one of these emits its timeout.
WAITS_MS = (
    "controllers.drafts.SAVE_AFTER_MS",
    "controllers.network.GRACE_MS",
    "controllers.network_desk.STEP_MS",
    "controllers.sidebar.POLL_MS",
    "controllers.sidebar.SEARCH_DELAY_MS",
    "controllers.unsent.SAVE_AFTER_MS",
    "dialogs.invite.COPIED_MS",
    "dialogs.report.COPIED_MS",
    "messages.canvas.STICKY_MS",
    "messages.canvas.TYPING_MS",
    "messages.marks.FLASH_MS",
    "network.diagnosis_sheet.COPIED_MS",
    "voice.bar.BLINK_MS",
)
HOUR_MS = 3_600_000
PATIENCE_S = 90.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform cannot raise or size a window, and says so each time."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", *SOUNDLESS))


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application of pytest-qt, with a cursor that is in every picture."""
    qapp.setCursorFlashTime(0)
    return qapp


@pytest.fixture(autouse=True)
def nothing_passes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """No timer runs out in the middle of a test that happens to be slow."""
    for name in WAITS_MS:
        monkeypatch.setattr(f"app.ui.{name}", HOUR_MS)


@pytest.fixture(autouse=True)
def children_may_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no picture is that by its content, not because the machine took long to look."""
    for begin, command in ((ImageProcess.__init__, IMAGING), (MediaProcess.__init__, MEDIA)):
        monkeypatch.setattr(begin, "__defaults__", (command, PATIENCE_S))


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """The light theme, installed as the program does it."""
    made = Theme(Choice.LIGHT)
    made.install(qapp)
    return made


@pytest.fixture(autouse=True)
def light_again(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test chose, the next one begins in light colours."""
    yield
    if "theme" in request.fixturenames:
        request.getfixturevalue("theme").set_choice(Choice.LIGHT)


@pytest.fixture(autouse=True)
def nothing_begins_without_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest-qt lets timers fire after a test, too, when no loop runs; slow machines have some."""
    spawn = TaskOwner.spawn

    def spawn_on_loop(
        owner: TaskOwner, work: Coroutine[Any, Any, object]
    ) -> asyncio.Task[None] | None:
        if asyncio.events._get_running_loop() is not None:
            return spawn(owner, work)
        work.close()
        return None

    monkeypatch.setattr(TaskOwner, "spawn", spawn_on_loop)


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    """A window that stays on the screen would be taken for the next test's."""
    yield
    if QApplication.instance() is not None:
        left = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
        for each in left:
            each.hide()
        assert not left


@pytest_asyncio.fixture
async def rig(theme: Theme) -> AsyncIterator[Rig]:
    """A window with conversations of all kinds."""
    made = Rig(theme, demo.full())
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def fresh(theme: Theme) -> AsyncIterator[Rig]:
    """A window at its first start: nobody was talked to, one person is near by."""
    made = Rig(theme, demo.first_start())
    await made.start()
    yield made
    await made.stop()
