"""When the environment has to be made anew, and where things are looked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from launch import environment, qtlibs
from launch.debian import agreed
from launch.environment import LOCKS, Checkout, is_ready
from launch.shell import Problem


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path)
    made.bin.mkdir(parents=True)
    made.python.touch()
    made.lock("app").parent.mkdir(parents=True)
    for name in LOCKS:
        made.lock(name).write_text(f"{name}==1", encoding="ascii")
    return made


def test_without_a_stamp_nothing_is_ready(checkout: Checkout) -> None:
    assert not any(is_ready(checkout, name) for name in LOCKS)


def test_a_wider_lock_serves_the_narrower_ones(checkout: Checkout) -> None:
    checkout.stamp.write_text(checkout.lock_stamp("app"), encoding="ascii")
    assert [is_ready(checkout, name) for name in LOCKS] == [True, True, False]


def test_a_changed_lock_is_noticed(checkout: Checkout) -> None:
    checkout.stamp.write_text(checkout.lock_stamp("app"), encoding="ascii")
    checkout.lock("app").write_text("app==2", encoding="ascii")
    assert not is_ready(checkout, "app")


def test_a_broken_stamp_or_a_lost_interpreter_is_noticed(checkout: Checkout) -> None:
    checkout.stamp.write_bytes(b"\xff")
    assert not is_ready(checkout, "app")
    checkout.stamp.write_text(checkout.lock_stamp("app"), encoding="ascii")
    checkout.python.unlink()
    assert not is_ready(checkout, "app")


def test_an_environment_that_is_ready_is_left_alone(checkout: Checkout) -> None:
    checkout.stamp.write_text(checkout.lock_stamp("test"), encoding="ascii")
    environment.ensure(checkout, "server")
    assert not checkout.tools.exists()


def test_libraries_unpacked_privately_come_first(tmp_path: Path) -> None:
    (tmp_path / "usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    (tmp_path / "lib/x86_64-linux-gnu").mkdir(parents=True)
    found = qtlibs.with_private({"LD_LIBRARY_PATH": "/own"}, tmp_path)["LD_LIBRARY_PATH"]
    assert found.split(":") == [
        str(tmp_path / "usr/lib/x86_64-linux-gnu"),
        str(tmp_path / "lib/x86_64-linux-gnu"),
        "/own",
    ]


def test_without_private_libraries_nothing_changes(tmp_path: Path) -> None:
    assert qtlibs.with_private({"A": "b"}, tmp_path) == {"A": "b"}


def test_nobody_is_asked_in_a_ci_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert agreed("Really?", yes=False)


def test_without_a_terminal_silence_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert not agreed("Really?", yes=False)
    assert agreed("Really?", yes=True)


def test_too_little_space_is_told_before_anything_is_fetched(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(environment.SPACE, "app", 10**12)
    shutil.rmtree(checkout.venv)
    with pytest.raises(Problem, match=r"takes 10+ MB, and only \d+ MB of this disk are free\.$"):
        environment.ensure(checkout, "app")
    assert [path.name for path in checkout.tools.iterdir()] == ["lock"]
