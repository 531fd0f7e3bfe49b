"""Films and sounds that are here are looked at once, by the child process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtGui import QImage

from app.domain.errors import AppError
from app.domain.files import TransferState, TransferView
from app.domain.ids import EventId
from app.media.look_wire import Look
from app.media.process import MediaProcess
from app.ui.files import looks as module
from app.ui.files.looks import Looks, image_of, may_play
from app.ui.tasks import TaskOwner
from tests.media.samples import film, spoken
from tests.services.world import until
from tests.ui.files.views import view


@dataclass
class Looking:
    looks: Looks
    arrived: list[EventId]
    errors: list[Exception]
    tasks: TaskOwner


@pytest_asyncio.fixture
async def looking() -> AsyncIterator[Looking]:
    errors: list[Exception] = []
    arrived: list[EventId] = []
    tasks = TaskOwner(errors.append)
    process = MediaProcess()
    yield Looking(Looks(process, tasks, arrived.append), arrived, errors, tasks)
    process.close()
    await tasks.close()


def here(path: Path, name: str = "") -> TransferView:
    size = path.stat().st_size
    return view(name or path.name, state=TransferState.DONE, path=str(path), size=size)


async def test_a_film_gets_a_picture(looking: Looking, tmp_path: Path) -> None:
    found = here(film(tmp_path / "a.mp4", sound=True))
    assert looking.looks.find(found) is None
    assert looking.looks.picture(found) is None
    await until(lambda: looking.arrived)
    look = looking.looks.find(found)
    assert look is not None
    assert (look.has_film, look.has_sound, look.rgba) == (True, True, b"")
    picture = looking.looks.picture(found)
    assert picture is not None
    assert (picture.width(), picture.height()) == (96, 64)
    assert picture.pixelColor(40, 30).blue() > 170
    assert looking.looks.is_film(found)
    assert looking.arrived == [found.transfer]


async def test_a_sound_has_none(looking: Looking, tmp_path: Path) -> None:
    path = tmp_path / "bell.ogg"
    path.write_bytes(spoken(0.5).sound)
    found = here(path)
    assert (await looking.looks.look(found)).has_sound
    assert looking.looks.picture(found) is None
    assert not looking.looks.is_film(found)
    assert (await looking.looks.look(found)).ms == pytest.approx(507, abs=15)


async def test_what_is_none_is_asked_for_once(looking: Looking, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"no film")
    found = here(path)
    assert looking.looks.find(found) is None
    await until(lambda: not looking.tasks._tasks)
    assert looking.looks.find(found) is None
    assert not looking.tasks._tasks
    assert not [*looking.arrived, *looking.errors]
    with pytest.raises(AppError, match="bad media"):
        await looking.looks.look(found)


def test_what_may_play(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x")
    assert may_play(here(path, "a.MP3"))
    assert may_play(here(path, "a.webm"))
    assert not may_play(here(path, "a.txt"))
    assert not may_play(view("a.mp3"))
    assert not may_play(view("a.mp3", state=TransferState.DONE, path=str(path), size=0))
    assert not may_play(
        view("a.mp3", state=TransferState.DONE, path=str(path), files=2, is_folder=True)
    )


async def test_only_some_are_kept(
    looking: Looking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    monkeypatch.setattr(module, "PICTURES", 1)
    views = [here(film(tmp_path / f"{at}.mp4", frames=3)) for at in range(3)]
    for each in views:
        await looking.looks.look(each)
    assert len(looking.looks._pictures) == 1
    assert looking.looks.picture(views[2]) is not None
    for at in range(3):
        looking.looks.find(view(f"x{at}.mp4", state=TransferState.DONE, path=str(tmp_path / "n")))
    assert len(looking.looks._known) == 2


async def test_who_stops_waiting_may_ask_again(looking: Looking, tmp_path: Path) -> None:
    found = here(film(tmp_path / "a.mp4", frames=3))
    looking.looks.find(found)
    await asyncio.sleep(0)
    looking.tasks.cancel()
    await until(lambda: not looking.tasks._tasks)
    assert looking.looks.find(found) is None
    await until(lambda: looking.arrived)


def test_a_film_that_was_turned_stands_upright() -> None:
    red, blue = b"\xff\0\0\xff", b"\0\0\xff\xff"
    look = Look(0, has_film=True, width=2, height=1, turned=90, rgba=red + blue)
    found = image_of(look)
    assert (found.width(), found.height()) == (1, 2)
    assert found.pixelColor(0, 0).red() == 255
    assert isinstance(image_of(Look(0, has_film=True, width=2, height=1, rgba=red + blue)), QImage)
