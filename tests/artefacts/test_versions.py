"""One version for everything, and every program says it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from app.config import parse_arguments
from launch.main import version as launched
from resources.version import version
from signaling.flags import parser

ROOT = Path(__file__).resolve().parents[2]


def test_it_is_a_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", version())


def test_all_read_the_same_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"file": "resources/VERSION"}
    assert launched(ROOT) == version()


@pytest.mark.parametrize("program", ["parlor", "parlor-cli"])
def test_the_apps_programs_say_it(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments(program, "", ["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"{program} {version()}\n")


def test_the_server_says_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--version"])
    assert capsys.readouterr().out == f"parlor-server {version()}\n"
