"""The command that builds: its plan, its steps, and what it says when something is wrong."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

import artefacts.__main__ as building
from artefacts import comparing, machine
from artefacts.plan import Build, Step, plan
from launch import debian
from launch.shell import Problem
from resources.version import version

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def epoch(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return when everything was made."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    return 1_790_000_000


def test_a_plan_says_what_is_built(tmp_path: Path, epoch: int) -> None:
    build = plan(ROOT, tmp_path / "dist", tmp_path / "build")
    assert (build.version, build.epoch, build.machine) == (version(), epoch, platform.machine())
    assert build.out.is_dir()
    assert build.app == tmp_path / "build" / "frozen" / "parlor"
    assert build.server == tmp_path / "build" / "frozen" / "parlor-server"
    assert build.environ()["SOURCE_DATE_EPOCH"] == str(epoch)
    assert build.environ()["PYTHONHASHSEED"] == "0"


@pytest.mark.parametrize(("machine", "name"), [("x86_64", "amd64"), ("riscv64", "riscv64")])
def test_debian_has_its_own_names(tmp_path: Path, machine: str, name: str) -> None:
    build = Build(ROOT, tmp_path, tmp_path, "1.0.0", 0, machine)
    assert build.debian_machine == name


def test_without_more_the_last_commit_dates_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert plan(ROOT, tmp_path, tmp_path).epoch > 1_600_000_000
    with pytest.raises(Problem, match="SOURCE_DATE_EPOCH must say"):
        plan(_bare(tmp_path), tmp_path, tmp_path)


def _bare(folder: Path) -> Path:
    (folder / "resources").mkdir()
    (folder / "resources" / "VERSION").write_text("1.0.0\n", encoding="ascii")
    return folder


def test_a_date_is_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(Problem, match="'yesterday'"):
        plan(ROOT, tmp_path, tmp_path)


def one_file(build: Build) -> list[Path]:
    path = build.out / "one.txt"
    path.write_text("one", encoding="ascii")
    return [path, build.out]


def no_luck(build: Build) -> list[Path]:
    raise Problem(f"Nothing works in {build.version}.")


def full_disk(build: Build) -> list[Path]:
    raise OSError(28, "No space left on device", str(build.out))


STEPS = (
    Step("one", "make a file", one_file),
    Step("none", "fail", no_luck, is_asked=True),
    Step("full", "fill the disk", full_disk, is_asked=True),
)


def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(building, "STEPS", STEPS)
    folders = ("--out", str(tmp_path / "dist"), "--work", str(tmp_path / "build"))
    return building.main([*arguments, *folders])


@pytest.mark.usefixtures("epoch")
def test_the_usual_steps_are_taken_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(tmp_path, monkeypatch) == 0
    said = capsys.readouterr()
    assert said.err == "parlor: one: make a file\n"
    file, folder = said.out.splitlines()
    assert file.endswith("7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed")
    assert folder.endswith("dist/")


@pytest.mark.usefixtures("epoch")
@pytest.mark.parametrize(
    ("step", "words"), [("none", "Nothing works in"), ("full", "the disk is full")]
)
def test_a_failure_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    step: str,
    words: str,
) -> None:
    assert build(tmp_path, monkeypatch, "--only", step) == 1
    assert words in capsys.readouterr().err.splitlines()[-1]


def test_a_step_that_is_not_known_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        build(tmp_path, monkeypatch, "--only", "dance")
    assert "dance" in capsys.readouterr().err


def test_this_machine_can_be_asked_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "binutils" in machine.lacking()
    assert len(machine.lacking()) == len(set(machine.lacking()))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is needed")
def test_what_cannot_be_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "lacking", lambda: ["binutils"])
    monkeypatch.setattr(debian, "is_debian", lambda: False)
    with pytest.raises(Problem, match="binutils"):
        machine.ensure(yes=True)
    monkeypatch.setattr(machine, "lacking", list)
    machine.ensure(yes=False)


def test_what_differs_between_two_builds_is_named(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        (folder / "app").mkdir(parents=True)
        for name in ("same", "changed", "mode"):
            (folder / "app" / name).write_text(name, encoding="ascii")
        (folder / "app" / "link").symlink_to("same")
    (one / "older").write_text("of an earlier build", encoding="ascii")
    (one / "app" / "lost").write_text("made once", encoding="ascii")
    (other / "app" / "changed").write_text("otherwise", encoding="ascii")
    (other / "app" / "mode").chmod(0o700)
    (other / "app" / "link").unlink()
    (other / "app" / "link").symlink_to("changed")
    expected = ["app/changed", "app/link", "app/lost", "app/mode"]
    assert comparing.different(one, other) == expected
    assert comparing.different(one, one) == []


def test_a_second_build_is_one_of_a_copy_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "root"
    maker = root / "packaging" / "build"
    maker.parent.mkdir(parents=True)
    maker.write_text(MAKER, encoding="ascii")
    maker.chmod(0o755)
    for command in (("init", "-q"), ("add", ".")):
        subprocess.run(["git", "-C", str(root), *command], check=True)
    first = Build(root, tmp_path / "dist", tmp_path / "build", "1.0.0", 7, "x86_64")
    for folder in (first.out, first.app):
        folder.mkdir(parents=True)
    (first.out / "made").write_text("at 7 always\n", encoding="ascii")
    comparing.compare(first, ["always"])
    assert "byte for byte" in capsys.readouterr().err
    with pytest.raises(Problem, match="differ between two builds: made/made"):
        comparing.compare(first, ["differently"])
    with pytest.raises(Problem, match="did not work"):
        comparing.compare(first, ["--fail"])


MAKER = """#!/bin/sh
[ "$1" = --fail ] && exit 1
mkdir -p "$3" "$5/frozen/parlor"
echo "at $SOURCE_DATE_EPOCH $1" > "$3/made"
"""
