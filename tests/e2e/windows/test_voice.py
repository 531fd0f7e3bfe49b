"""A voice message from one window to the other, by keys alone, with a microphone and a loudspeaker
that a sound server makes up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.windows.test_ways_in import go_to_last_message
from tests.support.desktop import Desktop, eventually
from tests.support.pulse import is_there, sound_server, speaker_held
from tests.support.windows import Window

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.window,
    pytest.mark.skipif(
        not is_there() and os.environ.get("CI") != "true", reason="needs pulseaudio"
    ),
]
# What FFmpeg tells of every file, and of the length of Opus.
LASTING = re.compile(r"(?:(\d+) minutes? ?)?(?:(\d+) seconds?)?")
CHATTER = r"^(Input #0|  |\[opus @|qt\.multimedia\.|PulseAudioService)"


@pytest.fixture
def loud(screen: Desktop, tmp_path: Path) -> Iterator[None]:
    """Programs that are opened from here on can be heard."""
    with sound_server(tmp_path / "pulse") as server:
        screen.env.update(server)
        yield


@pytest.mark.usefixtures("loud")
def test_a_voice_message_is_recorded_sent_and_played(request: pytest.FixtureRequest) -> None:
    ana, bob = request.getfixturevalue("pair")
    for window in (ana, bob):
        window.expect(CHATTER)
    bob.face()
    bob.keys("ctrl+shift+v")
    recorded(bob, "Recording a voice message", 2)
    bob.keys("space")
    bob.see("Recording paused")
    paused = recorded(bob, "Recording paused", 2)
    bob.keys("space")
    recorded(bob, "Recording a voice message", paused + 1)
    bob.keys("Return")
    # It goes on until the key reaches the window.
    length = bob.hear("You: Voice message, ").split(", ")[1]
    message = f"Voice message, {length}"
    ana.hear(f"Bob Martins: {message}, received, not listened to yet")
    with speaker_held(ana.desktop.env):
        play(ana)
        ana.hear(f"{message}, received, playing")
    eventually(lambda: ana.find("not listened to yet") is None, "it counts as heard")
    eventually(lambda: ana.find("playing") is None, "its end")
    with speaker_held(bob.desktop.env):
        play(bob)
        bob.hear(f"{message}, received, playing")


def recorded(window: Window, state: str, least: int) -> int:
    """Wait until a recording in this state is so many seconds long; return how many it is."""

    def look() -> int:
        part = window.find(f"{state}, ")
        told = LASTING.fullmatch(part.name.removeprefix(f"{state}, ")) if part else None
        minutes, seconds = map(int, told.groups("0")) if told else (0, 0)
        return minutes * 60 + seconds if minutes * 60 + seconds >= least else 0

    return eventually(look, f"{state} for {least} seconds")


def play(window: Window) -> None:
    """Go from the composer to the last message and press Space."""
    go_to_last_message(window)
    window.keys("space")
