"""What the cards of sounds lead to: played, fetched first, sought, gone on with by itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from app.domain.errors import AppError
from app.domain.files import TransferState, TransferView, Voice
from app.domain.ids import EventId, to_text
from app.media.look_wire import Look
from app.ui.controllers.playing import Playing
from app.ui.messages.sound import Play, Seek, Skip, SoundStrip, Speed
from app.ui.voice.sounding import Sounding
from tests.media.samples import film, spoken
from tests.services.world import until
from tests.ui.fake_names import FROZEN_MS, room_of
from tests.ui.files.views import JONAS, MARA, SURVEY
from tests.ui.rig import Rig
from tests.ui.voice.test_player import Hand

ROOM = room_of(SURVEY)
DONE = TransferState.DONE
SPOKEN = spoken(1.0)


def playing(rig: Rig) -> Playing:
    return rig.session.files.media.playing


@pytest.fixture
def sound(tmp_path: Path) -> str:
    path = tmp_path / "voice.ogg"
    path.write_bytes(SPOKEN.sound)
    return str(path)


def put(rig: Rig, author: str, path: str, number: int = 0, **what: Any) -> TransferView:
    voice = Voice(SPOKEN.ms, SPOKEN.wave)
    known: dict[str, Any] = {"state": DONE, "path": path} | what
    at = FROZEN_MS + number * 1000
    put = rig.backend.transfers.put
    return put(ROOM, author, "Voice.ogg", len(SPOKEN.sound), voice=voice, at_ms=at, **known)


def put_seen(rig: Rig, author: str, path: str, number: int = 0) -> TransferView:
    """Put one there that the child has looked at already: it takes longer than all the rest."""
    view = put(rig, author, path, number)
    playing(rig)._looks._known[view.transfer, view.path] = Look(SPOKEN.ms, has_sound=True)
    return view


def last(hand: Hand) -> tuple[object, ...]:
    return hand.story[-1]


async def prepare(rig: Rig) -> None:
    """Read what is there; a child takes so long that the list would look about meanwhile."""
    rig.session.sidebar.stop()
    await rig.session.files.load()


async def begin(rig: Rig) -> Hand:
    """Open the conversation, with an engine that plays when the test says so."""
    hand = Hand()
    playing(rig).player._make = lambda: hand  # type: ignore[assignment,return-value]
    await prepare(rig)
    await rig.open(SURVEY)
    return hand


async def want(rig: Rig, view: TransferView, wanted: object) -> None:
    row = rig.backend.transfers.row(view)
    rig.session.view.messages.sound_wanted.emit(row, wanted)
    await rig.settle(4)


def stands(rig: Rig, view: TransferView) -> Sounding:
    return playing(rig).sounding(view.transfer, SPOKEN.ms)


async def plays(rig: Rig, view: TransferView) -> None:
    await until(lambda: stands(rig, view).playing, "it plays")


def strip(rig: Rig, view: TransferView) -> tuple[SoundStrip, int]:
    for row in rig.session.view.messages._rows:
        if row.item.message.event == view.transfer:
            assert row.item.transfer is not None
            assert row.item.transfer.sound is not None
            return row.item.transfer.sound, row.y
    raise AssertionError("not shown")


async def test_a_click_plays_and_the_next_one_holds(rig: Rig, sound: str) -> None:
    view = put(rig, MARA, sound)
    hand = await begin(rig)
    assert stands(rig, view) == Sounding(ms=SPOKEN.ms, new=True)
    shown, y = strip(rig, view)
    viewport = rig.session.view.messages.viewport()
    place = (shown.button.center() + QPointF(0, y)).toPoint()
    no_keys = Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, no_keys, place)
    await plays(rig, view)
    assert hand.story[0] == ("load", sound, 0)
    assert not stands(rig, view).new
    await until(lambda: "voice" in rig.backend.settings, "noted")
    kept = json.loads(rig.backend.settings["voice"])
    assert kept == {"rate": 1.0, "heard": [to_text(view.transfer)]}
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, no_keys, place)
    await rig.settle(2)
    assert stands(rig, view) == Sounding(True, False, 0, SPOKEN.ms)


async def test_keys_alone(rig: Rig, sound: str) -> None:
    view = put_seen(rig, MARA, sound)
    hand = await begin(rig)
    messages = rig.session.view.messages
    messages.setFocus()
    QTest.keyClick(messages, Qt.Key.Key_Space)
    await plays(rig, view)
    QTest.keyClick(messages, Qt.Key.Key_S)
    assert last(hand) == ("set_rate", 1.5)
    QTest.keyClick(messages, Qt.Key.Key_Right)
    assert last(hand) == ("seek", SPOKEN.ms - 1)
    QTest.keyClick(messages, Qt.Key.Key_Left)
    assert last(hand) == ("seek", 0)
    QTest.keyClick(messages, Qt.Key.Key_Space)
    assert last(hand) == ("pause",)
    await rig.settle(2)
    assert json.loads(rig.backend.settings["voice"])["rate"] == 1.5


async def test_the_menu_plays_and_speeds_up(rig: Rig, sound: str) -> None:
    view = put_seen(rig, MARA, sound)
    hand = await begin(rig)
    messages, menu = rig.session.view.messages, rig.session.files.deeds.menu
    messages.menu_wanted.emit(rig.backend.transfers.row(view), messages.mapToGlobal(QPoint(9, 9)))
    offers = {action.text(): action for action in menu.actions()}
    assert {"Play", "Play at 1.5\u00d7"} <= offers.keys()
    offers["Play at 1.5\u00d7"].trigger()
    offers["Play"].trigger()
    menu.hide()
    await plays(rig, view)
    assert ("set_rate", 1.5) in hand.story
    messages.menu_wanted.emit(rig.backend.transfers.row(view), messages.mapToGlobal(QPoint(9, 9)))
    assert "Pause" in {action.text() for action in menu.actions()}
    menu.hide()


async def test_what_is_not_here_is_fetched_and_plays_then(rig: Rig, sound: str) -> None:
    view = put(rig, MARA, "", state=TransferState.OFFERED)
    await begin(rig)
    await want(rig, view, Seek(0.5))
    assert rig.backend.transfers.story == []
    await want(rig, view, Play())
    assert rig.backend.transfers.story == [("accept", view.transfer)]
    rig.backend.transfers.move(view.transfer, state=DONE, path=sound)
    await plays(rig, view)


async def test_where_it_is_sought_is_where_it_goes_on(rig: Rig, sound: str) -> None:
    view = put_seen(rig, MARA, sound)
    hand = await begin(rig)
    await want(rig, view, Seek(0.5))
    assert stands(rig, view).at_ms == round(SPOKEN.ms / 2)
    await want(rig, view, Skip(-100))
    await want(rig, view, Play())
    await plays(rig, view)
    assert hand.story[0] == ("load", sound, round(SPOKEN.ms / 2) - 100)


async def test_the_next_new_one_follows_by_itself(rig: Rig, sound: str) -> None:
    first, ours = put_seen(rig, MARA, sound), put_seen(rig, rig.backend.chats.me, sound, 1)
    second, third = (
        put_seen(rig, JONAS, sound, 2),
        put(rig, MARA, "", 3, state=TransferState.OFFERED),
    )
    hand = await begin(rig)
    await want(rig, first, Play())
    await plays(rig, first)
    hand.ended.emit()
    await plays(rig, second)
    assert not stands(rig, ours).active
    hand.ended.emit()
    await rig.settle(6)
    assert not stands(rig, third).active
    await want(rig, first, Play())
    await plays(rig, first)
    hand.ended.emit()
    await rig.settle(6)
    assert not stands(rig, second).active


async def test_only_one_plays(rig: Rig, sound: str) -> None:
    first, second = put_seen(rig, MARA, sound), put_seen(rig, JONAS, sound, 1)
    await begin(rig)
    await want(rig, first, Play())
    await plays(rig, first)
    await want(rig, second, Play())
    await plays(rig, second)
    assert not stands(rig, first).playing


async def test_recording_silences_it(rig: Rig, sound: str) -> None:
    view = put_seen(rig, MARA, sound)
    await begin(rig)
    await want(rig, view, Play())
    await plays(rig, view)
    rig.session.files.media.speaking.began.emit()
    assert not stands(rig, view).playing


async def test_what_is_gone_is_let_go_of(rig: Rig, sound: str) -> None:
    view = put_seen(rig, MARA, sound)
    hand = await begin(rig)
    await want(rig, view, Play())
    await plays(rig, view)
    rig.backend.transfers.move(view.transfer, state=TransferState.CANCELLED)
    await rig.settle(4)
    assert hand.story[-1] == ("stop",)


@pytest.mark.parametrize("content", [b"", b"\0" * 4000, b"OggS" + bytes(3000)])
async def test_what_is_no_sound_is_refused_in_words(
    rig: Rig, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "voice.ogg"
    path.write_bytes(content)
    view = put(rig, MARA, str(path))
    hand = await begin(rig)
    await want(rig, view, Play())
    await until(rig.window.trouble.isVisible, "said")
    assert not hand.story
    assert stands(rig, view).new


async def test_without_multimedia_it_is_said(
    rig: Rig, sound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = put(rig, MARA, sound)
    hand = await begin(rig)
    monkeypatch.delitem(sys.modules, "app.ui.voice.engine", raising=False)
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    await want(rig, view, Play())
    await until(rig.window.trouble.isVisible, "said")
    assert not hand.story


async def test_a_film_without_sound_is_no_voice(rig: Rig, tmp_path: Path) -> None:
    view = put(rig, MARA, str(film(tmp_path / "a.mp4")))
    hand = await begin(rig)
    await want(rig, view, Play())
    await until(rig.window.trouble.isVisible, "said")
    assert not hand.story


async def test_what_cannot_be_played_is_said(rig: Rig, sound: str) -> None:
    view = put_seen(rig, MARA, sound)
    hand = await begin(rig)
    await want(rig, view, Play())
    await plays(rig, view)
    hand.failed.emit(AppError("cannot-play"))
    await rig.settle(2)
    assert rig.window.trouble.isVisible()


@pytest.mark.parametrize(
    ("stored", "rate"),
    [
        ('{"rate": 2.0, "heard": []}', 2.0),
        ('{"rate": 7}', 1.0),
        ("[]", 1.0),
        ("nonsense", 1.0),
        ('{"heard": ["!"], "rate": 2.0}', 1.0),
        ('{"heard": 5}', 1.0),
    ],
)
async def test_what_was_stored(rig: Rig, stored: str, rate: float) -> None:
    rig.backend.settings["voice"] = stored
    await playing(rig).load()
    assert playing(rig).player.rate == rate


async def test_what_was_heard_is_known_after_a_restart(rig: Rig, sound: str) -> None:
    view = put(rig, MARA, sound)
    rig.backend.settings["voice"] = json.dumps({"heard": [to_text(view.transfer)]})
    await begin(rig)
    assert not stands(rig, view).new


async def test_only_the_latest_are_remembered(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.controllers.playing.HEARD", 2)
    playing(rig)._heard = {EventId(bytes([at]) * 32): None for at in range(5)}
    await playing(rig)._store()
    assert [event[0] for event in playing(rig)._heard] == [3, 4]


async def test_a_message_of_which_nothing_is_known(rig: Rig, sound: str) -> None:
    view = put(rig, MARA, sound)
    await begin(rig)
    rig.session.files.deeds.known.clear()
    await want(rig, view, Play())
    await want(rig, view, Speed())
    assert playing(rig).player.rate == 1.0


async def test_it_really_plays(rig: Rig, tmp_path: Path) -> None:
    """With Qt's own player, whether this machine has loudspeakers or not."""
    path = tmp_path / "long.ogg"
    path.write_bytes(spoken(8.0).sound)
    view = put(rig, MARA, str(path))
    await prepare(rig)
    await rig.open(SURVEY)
    places = []
    playing(rig).player.changed.connect(lambda _which: places.append(stands(rig, view).at_ms))
    await want(rig, view, Play())
    await rig.until(lambda: len(set(places)) > 2, "it moves")
    await want(rig, view, Seek(0.97))
    await rig.until(lambda: not stands(rig, view).active, "it ends")
