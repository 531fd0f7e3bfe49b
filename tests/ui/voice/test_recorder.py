"""A recording from its first sound to its end, from a device that makes its own sound."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.domain.errors import AppError
from app.media.pcm import Pcm
from app.ui.voice.recorder import Recorder, State
from tests.ui.voice.tones import ToneSource

pytestmark = pytest.mark.usefixtures("qapp")
WAIT_MS = 60_000


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def stands(recorder: Recorder) -> State:
    return recorder.state


def test_what_was_said_is_there_at_the_end(recorder: Recorder) -> None:
    source = ToneSource()
    recorder.begin(source)
    assert stands(recorder) is State.RECORDING
    source.speak(1.2)
    assert recorder.ms == 1200
    assert min(recorder.levels[2:]) > 150
    made = recorder.finish()
    assert made is not None
    assert (made.ms, made.sound[:4], source.closed) == (1200, b"OggS", True)
    assert (stands(recorder), recorder.ms, recorder.levels) == (State.IDLE, 0, b"")
    assert recorder.finish() is None


def test_it_records_while_time_goes_on(recorder: Recorder, qtbot: QtBot) -> None:
    recorder.begin(ToneSource(Pcm(44_100, 2, "flt"), ticks=True))
    qtbot.waitUntil(lambda: recorder.ms >= 1000, timeout=WAIT_MS)
    recorder.pause()
    before = recorder.ms
    qtbot.wait(30)
    assert (recorder.ms, stands(recorder)) == (before, State.PAUSED)
    recorder.resume()
    qtbot.waitUntil(lambda: recorder.ms > before, timeout=WAIT_MS)
    made = recorder.finish()
    assert made is not None
    assert made.ms > before


def test_pausing_and_going_on_only_where_that_makes_sense(recorder: Recorder) -> None:
    recorder.pause()
    recorder.resume()
    assert stands(recorder) is State.IDLE
    source = ToneSource()
    recorder.begin(source)
    recorder.resume()
    assert stands(recorder) is State.RECORDING
    recorder.pause()
    source.speak(1)
    assert (recorder.ms, stands(recorder)) == (0, State.PAUSED)


def test_a_slip_of_the_finger_is_nothing(recorder: Recorder) -> None:
    source = ToneSource()
    recorder.begin(source)
    source.speak(0.2)
    assert recorder.finish() is None


def test_what_is_given_up_is_gone_and_another_one_can_begin(recorder: Recorder) -> None:
    first, second = ToneSource(), ToneSource()
    recorder.begin(first)
    first.speak(1)
    recorder.begin(second)
    assert (first.closed, recorder.ms) == (True, 0)
    second.speak(1)
    recorder.drop()
    assert (second.closed, stands(recorder), recorder.ms) == (True, State.IDLE, 0)
    recorder.drop()


def test_it_ends_at_its_greatest_length_and_can_be_sent_then() -> None:
    recorder, source = Recorder(longest_ms=1000), ToneSource()
    recorder.begin(source)
    source.speak(3)
    assert (stands(recorder), recorder.ms, recorder.is_full) == (State.ENDED, 1000, True)
    recorder.resume()
    recorder.pause()
    assert stands(recorder) is State.ENDED
    made = recorder.finish()
    assert made is not None
    assert made.ms == 1000


def test_a_microphone_that_goes_away_loses_nothing(recorder: Recorder) -> None:
    heard: list[AppError] = []
    recorder.failed.connect(heard.append)
    source = ToneSource()
    recorder.begin(source)
    source.speak(1)
    source.failed.emit(AppError("microphone-lost"))
    assert (stands(recorder), [each.code for each in heard]) == (
        State.ENDED,
        ["microphone-lost"],
    )
    made = recorder.finish()
    assert made is not None
    assert made.ms == 1000


def test_a_microphone_that_cannot_be_opened(recorder: Recorder) -> None:
    source = ToneSource()
    source.failing = "microphone-unusable"
    with pytest.raises(AppError, match="microphone unusable"):
        recorder.begin(source)
    assert stands(recorder) is State.IDLE
