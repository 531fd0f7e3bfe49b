from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from launch import bounded

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
PROGRAM = Path(bounded.__file__)
HURRIED = """
import runpy, sys, time
from pathlib import Path
steady = time.monotonic
time.monotonic = lambda: steady() + 1000 * len([*Path.cwd().glob("late*")])
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Lets a thousand seconds go by when a file appears whose name begins with "late"."""


BEHIND = ("sh", "-c", 'trap \'\' INT; exec "$0" "$@"')
"""Begins a command with SIGINT ignored, as a script does in the background."""


def run(folder: Path, script: str, *before: str) -> tuple[int, str, str]:
    """Return the status, what was printed, and what was kept of what may take 100 s.

    `script` runs in `folder`. By "touch late1" it makes its time be up, by "touch late2" the grace.
    """
    log = folder / "log"
    own = [*before, sys.executable, "-c", HURRIED, str(PROGRAM), "100", str(log)]
    command = [*own, "sh", "-c", script]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=90, check=False
    )
    return done.returncode, done.stdout, log.read_text("utf-8")


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, 0)
        return "zombie" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    return False


def test_what_is_printed_is_kept_and_the_status_returned(tmp_path: Path) -> None:
    assert run(tmp_path, "echo one; echo two >&2; exit 3") == (3, "one\ntwo\n", "one\ntwo\n")


def test_what_is_left_running_is_named_and_killed(tmp_path: Path) -> None:
    status, told, kept = run(tmp_path, "sleep 300 & setsid sleep 301 & echo $!")
    assert status == 0
    assert "left running" in told
    assert "sleep 300" in kept
    assert "sleep 301" in kept
    assert not is_running(int(told.split()[0]))


def test_what_takes_too_long_is_stopped(tmp_path: Path) -> None:
    status, told, _ = run(tmp_path, "echo begun; touch late1; sleep 300")
    assert status == bounded.TOO_LONG
    assert told.startswith("begun\n")
    assert "too long" in told


def test_it_is_stopped_in_the_background_of_a_script_as_well(tmp_path: Path) -> None:
    script = "trap 'echo heard; exit 1' INT; touch late1; while :; do sleep 0.1; done"
    status, told, _ = run(tmp_path, script, *BEHIND)
    assert status == bounded.TOO_LONG
    assert told.endswith("heard\n")


def test_a_worker_that_hangs_says_where(tmp_path: Path) -> None:
    """One is known by its command, and aborted for the stacks that this prints."""
    code = f"# {bounded.WORKER}\nimport faulthandler, pathlib, time\nfaulthandler.enable()\n"
    code += 'pathlib.Path("late1").touch()\ntime.sleep(300)'
    status, told, _ = run(tmp_path, f"'{sys.executable}' -c '{code}'")
    assert status == bounded.TOO_LONG
    assert "most recent call first" in told


def test_who_goes_on_when_stopped_is_killed(tmp_path: Path) -> None:
    script = "trap 'touch late2' INT; echo $$; touch late1; while :; do sleep 0.1; done"
    status, told, _ = run(tmp_path, script)
    assert status == bounded.TOO_LONG
    assert not is_running(int(told.split()[0]))


def test_orphans_that_end_are_gone(tmp_path: Path) -> None:
    """Who waits for such a process to be gone must not wait for ever."""
    orphan = "(sleep 0.1 & echo $! > pid); pid=$(cat pid)"
    wait = "for n in $(seq 300); do kill -0 $pid 2>/dev/null || exit 0; sleep 0.1; done; exit 1"
    assert run(tmp_path, f"{orphan}; {wait}")[0] == 0
