"""Where there is no screen the window's program says so in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType

from app.ui.display import Said

MAKE = "from app.ui.display import make_application; make_application(); print('made')"
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def make(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in SCREENS}
    return subprocess.run(
        [sys.executable, "-c", MAKE],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("platform", ["xcb", "nonsense"])
def test_without_a_screen_it_ends_with_one_sentence(platform: str) -> None:
    ended = make(QT_QPA_PLATFORM=platform)
    assert ended.returncode == 1
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert line.startswith("parlor: no window can be shown here: ")
    assert line.endswith(". parlor-cli works without a screen.")
    assert "einstall" not in line


def test_with_one_it_goes_on() -> None:
    ended = make(QT_QPA_PLATFORM="offscreen")
    assert (ended.returncode, ended.stdout) == (0, "made\n")


def test_what_is_not_fatal_is_said_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    said = Said()
    said.hear(QtMsgType.QtWarningMsg, QMessageLogContext(), "a strange screen \n")
    assert capsys.readouterr().err == ""
    said.repeat()
    assert capsys.readouterr().err == "a strange screen\n"
