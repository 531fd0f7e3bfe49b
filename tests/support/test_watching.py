"""Runs of several workers of which something goes wrong: each ends, and names what."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.watching import Watch

ROOT = Path(__file__).resolve().parents[2]
SWALLOWS = """
import time
def test_hangs():
    while True:
        try:
            time.sleep(1)
        except BaseException:
            pass
"""
DIES = """
import os, pytest
@pytest.mark.parametrize("number", range(20))
def test_dies(number):
    os.kill(os.getpid(), 9) if number == 1 else None
"""
FAILS = """
def test_fails():
    assert "this" == "that"
"""
WAITS = """
import threading, pytest
from tests.support import watching
watching.Watch.__init__.__defaults__ = 4.0, 8.0
@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    if hasattr(session.config, "workerinput"):
        threading.Event().wait()
"""
HARMLESS = """
import time, pytest
@pytest.mark.parametrize("number", range(8))
def test_harmless(number):
    time.sleep(0.02)
"""
OPTIONS = ("-n", "2", "--dist", "loadfile", "--max-worker-restart", "0", "--timeout", "1")
PLUGINS = ("-p", "no:cacheprovider", "-p", "tests.conftest", "-p", "no:cov")


def run(folder: Path, **files: str) -> tuple[int, str]:
    """Run test files with two workers; return the status and the whole output."""
    (folder / "pytest.ini").write_text(
        "[pytest]\nfaulthandler_timeout = 3\nfaulthandler_exit_on_timeout = true\n"
        "asyncio_default_fixture_loop_scope = function\n",
        encoding="ascii",
    )
    for name, text in {**files, "harmless": HARMLESS}.items():
        (folder / f"test_{name}.py").write_text(text, encoding="ascii")
    env = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, *PLUGINS],
        cwd=folder,
        env={**env, "PYTHONPATH": f"{ROOT}:{ROOT / 'packaging'}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=50,
        check=False,
    )
    return done.returncode, done.stdout


def test_who_hangs_and_takes_no_interruption_is_named_with_its_stack(tmp_path: Path) -> None:
    status, told = run(tmp_path, hangs=SWALLOWS)
    assert status == 1, told
    assert "in test_hangs" in told
    assert "crashed while running 'test_hangs.py::test_hangs'" in told
    assert "1 failed, 8 passed" in told


def test_a_death_and_a_failure_are_told_at_once(tmp_path: Path) -> None:
    more = {f"more_{number}": HARMLESS for number in range(4)}
    status, told = run(tmp_path, dies=DIES, fails=FAILS, **more)
    assert status == 1, told
    assert ">>> test_fails.py::test_fails failed (call" in told
    assert told.index(">>> test_fails.py::test_fails") < told.index("= FAILURES =")
    assert "crashed while running 'test_dies.py::test_dies[1]'" in told
    assert "2 failed, 59 passed" in told


def test_workers_that_wait_for_ever_are_ended(tmp_path: Path) -> None:
    """Also if no test is at it whose time would be up."""
    (tmp_path / "conftest.py").write_text(WAITS, encoding="ascii")
    status, told = run(tmp_path)
    assert status != 0, told
    assert "in pytest_runtestloop" in told
    assert "crashed while running 'test_harmless.py::test_harmless[0]'" in told


def test_a_quiet_run_tells_who_is_at_it() -> None:
    said: list[str] = []
    watch = Watch(said.append, quiet=0.01)
    watch.pytest_runtest_logstart("one")
    watch.pytest_runtest_logstart("two")
    watch.pytest_runtest_logfinish("one")
    watch.pytest_sessionstart()
    while not said:
        watch.over.wait(0.01)
    watch.over.set()
    assert said[0].endswith("At it: two for 0 s")
