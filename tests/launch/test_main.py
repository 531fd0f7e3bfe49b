"""The launcher as a person meets it."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from launch.main import parse, version
from launch.shell import Problem

ROOT = Path(__file__).resolve().parents[2]


def parlor(*arguments: str, root: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher of a checkout and return what it said."""
    return subprocess.run(
        [sys.executable, root / "parlor", *arguments],
        env={**os.environ, **env}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a fresh checkout in which nothing is set up."""
    others_work_there = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "packaging", tmp_path / "packaging", ignore=others_work_there)
    (tmp_path / "resources").mkdir()
    for name in ("parlor", "resources/VERSION"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("argv", [["--yes", "test", "-k", "x"], ["test", "--yes", "-k", "x"]])
def test_yes_may_stand_before_or_after_the_command(argv: list[str]) -> None:
    launch = parse(ROOT, argv)
    assert launch is not None
    assert (launch.command, launch.arguments, launch.yes) == ("test", ["-k", "x"], True)


def test_further_arguments_are_passed_on() -> None:
    launch = parse(ROOT, ["run", "parlor:abc", "--yes"])
    assert launch is not None
    assert (launch.arguments, launch.yes) == (["parlor:abc", "--yes"], False)


def test_an_unknown_command_is_a_problem() -> None:
    with pytest.raises(Problem, match="no command 'rnu'"):
        parse(ROOT, ["rnu"])


def test_help_and_version_need_nothing_set_up(copy: Path) -> None:
    assert "COMMAND" in parlor(root=copy).stdout
    assert parlor("--help", root=copy).returncode == 0
    assert parlor("--version", root=copy).stdout == f"parlor {version(ROOT)}\n"
    assert not (copy / ".tools").exists()


def test_a_failure_is_one_sentence_and_the_status_1() -> None:
    done = parlor("rnu")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("parlor: There is no command 'rnu'")
    assert done.stderr.count("\n") == 1


def test_a_place_that_cannot_be_written_is_told(copy: Path) -> None:
    (copy / ".tools").write_text("a file, not a folder", encoding="ascii")
    done = parlor("server", root=copy)
    assert done.returncode == 1
    assert done.stderr.startswith("parlor: Setting Parlor up did not work: ")
    assert done.stderr.count("\n") == 1


def test_an_index_that_does_not_answer_is_told(copy: Path, tmp_path: Path) -> None:
    path = os.pathsep.join([str(ROOT / ".tools" / "uv" / "bin"), os.environ["PATH"]])
    if shutil.which("uv", path=path) is None:
        pytest.skip("no uv is set up here")
    dead = "http://127.0.0.1:9/simple"
    done = parlor(
        "server", root=copy, PATH=path, UV_DEFAULT_INDEX=dead, UV_HTTP_RETRIES="0",
        UV_CACHE_DIR=str(tmp_path / "cache"), UV_NO_CONFIG="1",
    )  # fmt: skip
    assert done.returncode == 1
    assert "could not be reached" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (copy / ".venv" / "parlor-lock").exists()


def test_an_old_python_can_read_why_it_is_turned_away() -> None:
    source = (ROOT / "parlor").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 4))
    assert "f'" not in source
    assert 'f"' not in source
