"""A voice message from the button to the conversation, by mouse and by keys alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.errors import AppError
from app.ui.controllers import speaking as module
from app.ui.controllers.speaking import ELSEWHERE, FULL, TOO_SHORT, Speaking, load_media
from app.ui.voice.bar import RecordingBar
from app.ui.voice.recorder import State
from app.ui.voice.source import Source
from tests.ui.files.views import SURVEY
from tests.ui.rig import Rig
from tests.ui.voice.tones import ToneSource

KEY = Qt.Key


def speaking(rig: Rig) -> Speaking:
    return rig.session.files.media.speaking


async def give(rig: Rig, source: ToneSource | None = None, failing: str = "") -> ToneSource:
    """Let there be a microphone, and open a conversation."""
    made = source or ToneSource()

    async def found() -> Source:
        if failing:
            raise AppError(failing)
        return made

    speaking(rig).open_source = found
    await rig.open(SURVEY)
    return made


def bar(rig: Rig) -> RecordingBar:
    return speaking(rig).bar


def state(rig: Rig) -> State:
    return speaking(rig).recorder.state


async def press(rig: Rig, key: Qt.Key) -> None:
    focused = rig.focus()
    assert focused is not None
    QTest.keyClick(focused, key)
    await rig.settle(6)


async def test_recorded_and_sent_by_mouse(rig: Rig) -> None:
    source, composer = await give(rig), rig.session.composer
    await rig.click(composer.voice)
    assert (bar(rig).isVisible(), composer.field.isVisible()) == (True, False)
    source.speak(2.3)
    await rig.settle(2)
    assert bar(rig).time.text() == "0:02"
    assert bar(rig).accessibleName() == "Recording a voice message, 2 seconds"
    await rig.click(bar(rig).hold)
    assert (state(rig), bar(rig).hold.isVisible()) == (State.PAUSED, False)
    await rig.click(bar(rig).go_on)
    await rig.click(bar(rig).send)
    name, sound, voice = rig.backend.transfers.said[0]
    assert (name[:6], name[-4:], sound[:4], voice.ms) == ("Voice ", ".ogg", b"OggS", 2300)
    assert max(voice.wave) > 150
    assert (source.closed, bar(rig).isVisible(), composer.field.isVisible()) == (True, False, True)
    assert rig.focus() is composer.field
    assert rig.session.view.messages.visible_messages()[-1].file is not None


async def test_by_keys_alone(rig: Rig) -> None:
    source = await give(rig)
    await rig.act("voice")
    assert rig.focus() is bar(rig)
    source.speak(1)
    await press(rig, KEY.Key_Space)
    assert state(rig) is State.PAUSED
    assert bar(rig).accessibleName() == "Recording paused, 1 second"
    await press(rig, KEY.Key_Space)
    source.speak(1)
    await press(rig, KEY.Key_Return)
    assert [voice.ms for _, _, voice in rig.backend.transfers.said] == [2000]


async def test_it_answers_what_is_being_answered(rig: Rig) -> None:
    source = await give(rig)
    await rig.act("reply-previous")
    answered = rig.session.conversation.writing._task
    assert answered is not None
    await rig.act("voice")
    source.speak(1)
    rig.backend.transfers.failing = AppError("disk-full")
    await press(rig, KEY.Key_Return)
    await press(rig, KEY.Key_Return)
    assert rig.backend.transfers.answered == [answered.message.event] * 2
    assert not rig.session.composer.bar.isVisible()


async def test_the_key_sends_the_second_time(rig: Rig) -> None:
    source = await give(rig)
    await rig.act("voice")
    source.speak(1)
    await rig.act("voice")
    assert len(rig.backend.transfers.said) == 1
    await rig.act("voice")
    assert speaking(rig).is_going_on


async def test_tab_goes_through_its_buttons(rig: Rig) -> None:
    await give(rig)
    await rig.act("voice")
    seen = []
    for _ in range(3):
        await press(rig, KEY.Key_Tab)
        seen.append(rig.focus())
    assert seen == [bar(rig).drop, bar(rig).hold, bar(rig).send]
    assert all(each.accessibleName() for each in seen if each is not None)
    bar(rig).hold.setFocus()
    await press(rig, KEY.Key_Space)
    assert rig.focus() is bar(rig).go_on


async def test_escape_holds_first_and_discards_then(rig: Rig) -> None:
    source = await give(rig)
    await rig.act("voice")
    source.speak(3)
    await press(rig, KEY.Key_Escape)
    assert state(rig) is State.PAUSED
    await press(rig, KEY.Key_Escape)
    assert (state(rig), source.closed, bar(rig).isVisible()) == (State.IDLE, True, False)
    assert not rig.backend.transfers.said


async def test_discarded_by_mouse(rig: Rig) -> None:
    source = await give(rig)
    await rig.act("voice")
    source.speak(1)
    await rig.click(bar(rig).drop)
    assert not speaking(rig).is_going_on
    assert not rig.backend.transfers.said


async def test_a_slip_of_the_finger(rig: Rig) -> None:
    source = await give(rig)
    await rig.act("voice")
    source.speak(0.1)
    await press(rig, KEY.Key_Return)
    assert rig.session.composer.problem.text() == TOO_SHORT
    assert not rig.backend.transfers.said


@pytest.mark.parametrize(
    ("code", "begins"),
    [
        ("no-microphone", "No microphone"),
        ("microphone-refused", "This system does not let"),
        ("microphone-unusable", "The microphone did not start"),
        ("no-multimedia", "Sound and film need"),
    ],
)
async def test_without_a_microphone_it_says_why(rig: Rig, code: str, begins: str) -> None:
    await give(rig, failing=code)
    await rig.click(rig.session.composer.voice)
    assert rig.session.composer.problem.text().startswith(begins)
    assert not bar(rig).isVisible()


async def test_what_could_not_be_sent_is_kept_and_sent_again(rig: Rig) -> None:
    source = await give(rig)
    await rig.act("voice")
    source.speak(1)
    rig.backend.transfers.failing = AppError("disk-full")
    await press(rig, KEY.Key_Return)
    assert bar(rig).line.text().startswith("The disk is full")
    assert bar(rig).isVisible()
    await press(rig, KEY.Key_Return)
    first, second = rig.backend.transfers.said
    assert first == second
    assert not bar(rig).isVisible()


async def test_a_microphone_that_goes_away(rig: Rig) -> None:
    source = await give(rig)
    await rig.act("voice")
    source.speak(1)
    source.failed.emit(AppError("microphone-lost"))
    await rig.settle(2)
    assert bar(rig).line.text().startswith("The microphone is gone")
    assert bar(rig).accessibleName().startswith("Recording ended")
    await press(rig, KEY.Key_Return)
    assert len(rig.backend.transfers.said) == 1


async def test_at_its_greatest_length_it_waits_to_be_sent(rig: Rig) -> None:
    source = await give(rig)
    speaking(rig).recorder._longest = 1000
    await rig.act("voice")
    source.speak(2)
    assert bar(rig).line.text() == FULL
    await press(rig, KEY.Key_Space)
    await press(rig, KEY.Key_Return)
    assert rig.backend.transfers.said[0][2].ms == 1000


async def test_a_recording_waits_in_its_conversation(rig: Rig) -> None:
    source = await give(rig)
    await rig.act("voice")
    source.speak(1)
    await rig.open("Family")
    assert (state(rig), bar(rig).isVisible()) == (State.PAUSED, False)
    assert rig.session.composer.field.isVisible()
    await rig.act("voice")
    assert rig.session.composer.problem.text() == ELSEWHERE
    await rig.open(SURVEY)
    assert bar(rig).isVisible()
    await rig.act("voice")
    room = rig.session.conversation.room
    assert room is not None
    assert rig.backend.chats.book[room].messages[-1].file is not None


async def test_nowhere_nothing_is_recorded(rig: Rig) -> None:
    await rig.act("voice")
    speaking(rig).send()
    speaking(rig).hold()
    assert not speaking(rig).is_going_on


async def test_a_conversation_that_was_left_while_the_microphone_was_asked_for(rig: Rig) -> None:
    source = await give(rig)
    speaking(rig).begin()
    rig.session.open_room(rig.summary("Family").room)
    rig.session.conversation._room = None
    await rig.settle()
    assert not speaking(rig).is_going_on
    assert not source.closed


async def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_NEEDED", ("no_such_module_anywhere",))
    with pytest.raises(AppError, match="no multimedia"):
        await load_media()
