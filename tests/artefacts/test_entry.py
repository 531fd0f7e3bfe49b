"""What a frozen program runs: itself, or one of its own children."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.domain import programs
from app.domain.programs import RUN
from freeze import entry
from freeze.entry import start
from freeze.modules import own, resources

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def believed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Leave the environment of the tests alone."""
    asked: list[bool] = []
    monkeypatch.setattr(entry, "believe_the_system", lambda: asked.append(True))
    return asked


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file in which a module called `told` writes its arguments."""
    source = (
        "import sys, pathlib\n"
        "def main():\n"
        "    pathlib.Path(__file__).with_name('said').write_text(' '.join(sys.argv))\n"
        "    return {'7': 7}.get(sys.argv[-1])\n"
    )
    (tmp_path / "told.py").write_text(source, encoding="ascii")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "told", raising=False)
    monkeypatch.setitem(programs.CHILDREN, "a.child", "told")
    return tmp_path / "said"


def test_without_more_it_is_the_program(
    said: Path, monkeypatch: pytest.MonkeyPatch, believed: list[bool]
) -> None:
    monkeypatch.setattr(sys, "argv", ["parlor", "--name", "Ana"])
    assert start("told") == 0
    assert believed == [True]
    assert said.read_text() == "parlor --name Ana"


def test_a_child_gets_the_arguments_after_its_name(
    said: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["parlor", RUN, "a.child", "7"])
    assert start("app.__main__") == 7
    assert said.read_text() == "parlor 7"


@pytest.mark.parametrize("rest", [[], ["os"], ["told"], ["app.cli"]])
@pytest.mark.usefixtures("said")
def test_nothing_else_is_run(rest: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["parlor", RUN, *rest])
    assert start("told") == 2


@pytest.mark.parametrize("script", ["parlor", "parlor_cli", "parlor_server"])
def test_each_program_says_its_version(script: str) -> None:
    command: list[str | Path] = [
        sys.executable,
        ROOT / "packaging" / "freeze" / f"{script}.py",
        "--version",
    ]
    path = f"{ROOT / 'packaging'}:{ROOT}"
    done = subprocess.run(
        command, env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[0] == script.replace("_", "-")


def test_all_modules_of_a_package_are_found_also_late_ones() -> None:
    found = own("signaling")
    assert {"signaling", "signaling.__main__", "signaling.cluster.redis_bus"} <= set(found)
    assert len(found) == len(set(found))


def test_resources_keep_their_places_and_licences_come_later() -> None:
    places = {Path(file).relative_to(ROOT).as_posix(): place for file, place in resources()}
    assert places["resources/words/english.txt"] == "resources/words"
    assert not [name for name in places if name.startswith("resources/licences")]
    assert not [name for name in places if name.endswith(".py")]
    assert resources("VERSION") == [(str(ROOT / "resources" / "VERSION"), "resources")]
