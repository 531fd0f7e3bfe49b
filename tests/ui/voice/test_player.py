"""One sound plays at a time, and each is gone on with where it was left."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.domain.errors import AppError
from app.domain.ids import EventId
from app.ui.voice import engine
from app.ui.voice.engine import Engine
from app.ui.voice.player import Player
from app.ui.voice.sounding import SILENT, Sounding, clock, lasting, next_rate, speed
from tests.media.samples import spoken

pytestmark = pytest.mark.usefixtures("qapp")
ONE, OTHER = EventId(b"1" * 32), EventId(b"2" * 32)
WAIT_MS = 60_000


class Hand(QObject):
    """An engine that plays when the test says so."""

    moved = Signal(int)
    lasts = Signal(int)
    ended = Signal()
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.story: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> object:
        return lambda *given: self.story.append((name, *given))


class Played:
    def __init__(self) -> None:
        self.hand = Hand()
        self.player = Player(lambda: self.hand)  # type: ignore[arg-type,return-value]
        self.changed: list[object] = []
        self.finished: list[object] = []
        self.failed: list[tuple[object, str]] = []
        self.player.changed.connect(self.changed.append)
        self.player.finished.connect(self.finished.append)
        self.player.failed.connect(lambda which, error: self.failed.append((which, error.code)))


@pytest.fixture
def played() -> Played:
    return Played()


def test_from_the_beginning_to_the_end(played: Played) -> None:
    player, hand = played.player, played.hand
    player.play(ONE, "/a", 4000)
    assert hand.story == [("load", "/a", 0), ("set_rate", 1.0), ("play",)]
    assert player.sounding(ONE) == Sounding(True, True, 0, 4000)
    hand.lasts.emit(4010)
    hand.moved.emit(1000)
    assert player.sounding(ONE) == Sounding(True, True, 1000, 4010)
    assert player.sounding(ONE).share == pytest.approx(0.2494, abs=0.001)
    hand.ended.emit()
    assert player.current is None
    assert played.finished == [ONE]
    assert player.sounding(ONE, 4000) == Sounding(ms=4000)
    assert played.changed == [ONE] * 4


def test_pausing_remembers_the_place(played: Played) -> None:
    player, hand = played.player, played.hand
    player.play(ONE, "/a", 4000)
    hand.moved.emit(1500)
    player.pause()
    hand.moved.emit(0)  # an engine may say so once it is told to stop
    assert player.sounding(ONE) == Sounding(True, False, 1500, 4000)
    hand.story.clear()
    player.play(ONE, "/a", 4000)
    assert hand.story == [("set_rate", 1.0), ("play",)]


def test_another_one_silences_the_first_which_is_gone_on_with(played: Played) -> None:
    player, hand = played.player, played.hand
    player.play(ONE, "/a", 4000)
    hand.moved.emit(1500)
    player.play(OTHER, "/b", 9000)
    assert player.sounding(ONE, 4000) == Sounding(at_ms=1500, ms=4000)
    assert player.sounding(OTHER).active
    hand.story.clear()
    player.play(ONE, "/a", 4000)
    assert hand.story[0] == ("load", "/a", 1500)


def test_what_stands_at_its_end_begins_again(played: Played) -> None:
    player, hand = played.player, played.hand
    player.play(ONE, "/a", 4000)
    player.seek(ONE, 3900)
    hand.story.clear()
    player.play(ONE, "/a", 4000)
    assert ("seek", 0) in hand.story


def test_seeking_before_and_while_it_plays(played: Played) -> None:
    player, hand = played.player, played.hand
    player.seek(ONE, 2000)
    assert (player.sounding(ONE, 4000).share, hand.story) == (0.5, [])
    player.play(ONE, "/a", 4000)
    assert hand.story[0] == ("load", "/a", 2000)
    player.seek(ONE, -5)
    assert hand.story[-1] == ("seek", 0)


def test_speeds(played: Played) -> None:
    player, hand = played.player, played.hand
    player.faster()
    player.play(ONE, "/a", 4000)
    assert ("set_rate", 1.5) in hand.story
    player.faster()
    player.faster()
    assert (player.rate, hand.story[-1]) == (1.0, ("set_rate", 1.0))
    assert next_rate(7.0) == 1.0
    assert [speed(rate) for rate in (1.0, 1.5)] == ["1\u00d7", "1.5\u00d7"]


def test_what_cannot_be_played(played: Played) -> None:
    player, hand = played.player, played.hand
    player.play(ONE, "/a")
    hand.failed.emit(AppError("no-speaker"))
    assert player.sounding(ONE).active
    hand.failed.emit(AppError("cannot-play"))
    hand.failed.emit(AppError("cannot-play"))
    hand.ended.emit()
    assert player.current is None
    assert not played.finished
    assert played.failed == [(ONE, "no-speaker"), (ONE, "cannot-play")]


def test_nothing_happens_to_nothing(played: Played) -> None:
    player = played.player
    player.pause()
    player.stop()
    assert (played.hand.story, played.changed) == ([], [])
    assert player.sounding(ONE) == SILENT


def test_only_so_many_places_are_remembered(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.voice.player.REMEMBERED", 2)
    for at in range(4):
        played.player.play(EventId(bytes([at]) * 32), "/a", 4000)
        played.hand.moved.emit(100 + at)
    assert [played.player.sounding(EventId(bytes([at]) * 32)).at_ms for at in range(4)] == [
        0,
        0,
        102,
        103,
    ]


def test_words() -> None:
    assert [clock(ms) for ms in (-1, 999, 7_999, 750_000, 3_725_000)] == [
        "0:00",
        "0:00",
        "0:07",
        "12:30",
        "1:02:05",
    ]
    assert [lasting(ms) for ms in (0, 1000, 7_200, 60_000, 125_000)] == [
        "1 second",
        "1 second",
        "7 seconds",
        "1 minute",
        "2 minutes 5 seconds",
    ]


def test_a_real_file_is_played_to_its_end(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "voice.ogg"
    path.write_bytes(spoken(8.0).sound)
    player = Player(Engine)
    moved: list[int] = []
    player.set_rate(2.0)
    player.seek(ONE, 300)
    with qtbot.waitSignal(player.finished, timeout=WAIT_MS):
        player.play(ONE, str(path), 8000)
        player.changed.connect(lambda which: moved.append(player.sounding(which).at_ms))
        qtbot.waitUntil(lambda: len(set(moved)) > 3, timeout=WAIT_MS)
        player.seek(ONE, 7800)  # a sound that is short is over while a slow machine looks away
    assert moved.pop() == 0
    assert moved == sorted(moved)
    assert 300 <= moved[0] < 7000
    player.stop()


def test_a_file_that_is_none_cannot_be_played(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "voice.ogg"
    path.write_bytes(b"no sound")
    player = Player(Engine)
    with qtbot.waitSignal(player.failed, timeout=WAIT_MS) as heard:
        player.play(ONE, str(path))
    assert heard.args is not None
    assert (heard.args[0], heard.args[1].code) == (ONE, "cannot-play")
    assert player.current is None


@pytest.mark.parametrize("there", [True, False])
def test_without_a_loudspeaker_it_says_so_once(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    outputs = SimpleNamespace(audioOutputs=lambda: ["one"] if there else [])
    path = tmp_path / "voice.ogg"
    path.write_bytes(spoken(0.5).sound)
    player, heard = Player(Engine), list[str]()
    player.failed.connect(lambda _which, error: heard.append(error.code))
    player.set_rate(2.0)
    player._begin()
    monkeypatch.setattr(engine, "QMediaDevices", outputs)
    with qtbot.waitSignal(player.finished, timeout=WAIT_MS):
        player.play(ONE, str(path), 500)
    assert heard == ([] if there else ["no-speaker"])
