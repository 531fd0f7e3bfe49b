"""Runs of several workers of which something goes wrong: each ends, and names what."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.watching import Watch

ROOT = Path(__file__).resolve().parents[2]
SWALLOWS = """
import time, pytest
@pytest.mark.timeout(1)
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
from pathlib import Path
from tests.support import sharing_out, watching
watching.Watch.__init__.__defaults__ = 0.5, 1.0
end_workers, schedule = watching.Watch._end_workers, sharing_out.ByKind.schedule
scheduled = threading.Event()
def once_they_wait(watch):
    if scheduled.is_set() and len([*Path.cwd().glob("waits-*")]) == 2:
        end_workers(watch)
def and_tell(scheduler):
    schedule(scheduler)
    scheduled.set()
watching.Watch._end_workers = once_they_wait
sharing_out.ByKind.schedule = and_tell
@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    if hasattr(session.config, "workerinput"):
        Path("waits-" + session.config.workerinput["workerid"]).touch()
        threading.Event().wait()
"""
HARMLESS = """
import time, pytest
@pytest.mark.parametrize("number", range(8))
def test_harmless(number):
    time.sleep(0.02)
"""
OPTIONS = ("-n", "2", "--dist", "loadfile", "--max-worker-restart", "0")
PLUGINS = ("-p", "no:cacheprovider", "-p", "tests.conftest", "-p", "no:cov")


def run(folder: Path, files: Mapping[str, str], patience: float = 60.0) -> tuple[int, str]:
    """Run test files with two workers; return the status and the whole output.

    A test that has taken `patience` seconds ends its worker.
    """
    (folder / "pytest.ini").write_text(
        f"[pytest]\nfaulthandler_timeout = {patience}\nfaulthandler_exit_on_timeout = true\n"
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
        timeout=150,
        check=False,
    )
    return done.returncode, done.stdout


def test_who_hangs_and_takes_no_interruption_is_named_with_its_stack(tmp_path: Path) -> None:
    status, told = run(tmp_path, {"hangs": SWALLOWS}, patience=4.0)
    assert status == 1, told
    assert "in test_hangs" in told
    assert "crashed while running 'test_hangs.py::test_hangs'" in told
    assert "1 failed, 8 passed" in told


def test_a_death_and_a_failure_are_told_at_once(tmp_path: Path) -> None:
    more = {f"more_{number}": HARMLESS for number in range(4)}
    status, told = run(tmp_path, {"dies": DIES, "fails": FAILS, **more})
    assert status == 1, told
    assert ">>> test_fails.py::test_fails failed (call" in told
    assert told.index(">>> test_fails.py::test_fails") < told.index("= FAILURES =")
    assert "crashed while running 'test_dies.py::test_dies[1]'" in told
    assert "2 failed, 59 passed" in told


def test_workers_that_wait_for_ever_are_ended(tmp_path: Path) -> None:
    """Also if no test is at it whose time would be up."""
    (tmp_path / "conftest.py").write_text(WAITS, encoding="ascii")
    status, told = run(tmp_path, {})
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
    watch._thread.join()
    assert re.search(r"At it: two for \d+ s$", said[0])
