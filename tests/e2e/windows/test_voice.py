"""A voice message from one window to the other, by keys alone, with a microphone and a loudspeaker
that a sound server makes up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desktop import Desktop, eventually
from tests.support.pulse import is_there, sound_server
from tests.support.windows import Window

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.window,
    pytest.mark.skipif(
        not is_there() and os.environ.get("CI") != "true", reason="needs pulseaudio"
    ),
]
# What FFmpeg tells of every file, and of the length of Opus.
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
    bob.see("Recording a voice message, 2 seconds", timeout=60)
    bob.keys("space")
    bob.see("Recording paused")
    bob.keys("space")
    bob.see("Recording a voice message, 4 seconds")
    bob.keys("Return")
    # It may be a second longer before the key reaches the window.
    message = bob.hear("You: Voice message, ").removeprefix("You: ").partition(" seconds,")[0]
    ana.hear(f"Bob Martins: {message} seconds, received, not listened to yet")
    play(ana)
    ana.hear(f"{message} seconds, received, playing")
    eventually(lambda: ana.find("not listened to yet") is None, "it counts as heard")
    eventually(lambda: ana.find("playing") is None, "its end")
    play(bob)
    bob.hear("playing")


def play(window: Window) -> None:
    """Go from the composer to the last message and press Space."""
    window.face()
    window.keys("ctrl+shift+t")
    window.keys("shift+Tab", "space")
