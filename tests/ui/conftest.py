"""A window over an in-memory backend, and one theme for all tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtWidgets import QApplication

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform cannot raise or size a window, and says so each time."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", *SOUNDLESS))


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
