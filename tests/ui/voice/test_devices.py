"""Qt's own microphone and player on a sound server: real devices, only that nobody hears them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.files import ROOT
from tests.support.pulse import is_there, sound_server

pytestmark = pytest.mark.skipif(
    not is_there() and os.environ.get("CI") != "true", reason="needs pulseaudio"
)
PROGRAM = [sys.executable, "-m", "tests.ui.voice.device_program"]


def run(path: Path, server: dict[str, str]) -> dict[str, Any]:
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **server}
    done = subprocess.run(
        [*PROGRAM, str(path)], cwd=ROOT, env=env, capture_output=True, text=True, check=False,
        timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_microphone_is_recorded_and_played_back(tmp_path: Path) -> None:
    with sound_server(tmp_path / "pulse") as server:
        found = run(tmp_path / "voice.ogg", server)
    assert 1000 <= found["ms"] < found["took"] + 1000
    assert 500 < found["held"] <= found["ms"]
    assert min(found["wave"]) > 100
    assert found["idle"]


def test_without_one_it_is_said(tmp_path: Path) -> None:
    with sound_server(tmp_path / "pulse", microphone=False) as server:
        found = run(tmp_path / "voice.ogg", server)
    assert found in ({"code": "no-microphone"}, {"code": "microphone-unusable"})


def test_without_a_sound_server_it_is_said(tmp_path: Path) -> None:
    assert run(tmp_path / "voice.ogg", {"PULSE_SERVER": "unix:/nowhere"}) == {
        "code": "no-microphone"
    }
