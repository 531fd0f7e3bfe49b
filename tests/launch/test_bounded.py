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


def run(folder: Path, seconds: float, script: str, program: Path = PROGRAM) -> tuple[int, str, str]:
    """Return the status, what was printed, and what was kept."""
    log = folder / "log"
    own = [sys.executable, str(program), str(seconds), str(log)]
    command = [*own, "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, log.read_text("utf-8")


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return "zombie" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    return False


def test_what_is_printed_is_kept_and_the_status_returned(tmp_path: Path) -> None:
    assert run(tmp_path, 30, "echo one; echo two >&2; exit 3") == (3, "one\ntwo\n", "one\ntwo\n")


def test_what_is_left_running_is_named_and_killed(tmp_path: Path) -> None:
    status, told, kept = run(tmp_path, 30, "sleep 300 & setsid sleep 301 & echo $!")
    assert status == 0
    assert "left running" in told
    assert "sleep 300" in kept
    assert "sleep 301" in kept
    assert not is_running(int(told.split()[0]))


def test_what_takes_too_long_is_stopped(tmp_path: Path) -> None:
    status, told, _ = run(tmp_path, 0.5, "echo begun; sleep 300")
    assert status == bounded.TOO_LONG
    assert told.startswith("begun\n")
    assert "too long" in told


def test_a_worker_that_hangs_says_where(tmp_path: Path) -> None:
    """One is known by its command, and aborted for the stacks that this prints."""
    code = f"import faulthandler, time; faulthandler.enable(); time.sleep(300)  # {bounded.WORKER}"
    status, told, _ = run(tmp_path, 3, f"'{sys.executable}' -c '{code}'")
    assert status == bounded.TOO_LONG
    assert "most recent call first" in told


def test_who_goes_on_when_stopped_is_killed(tmp_path: Path) -> None:
    program = (tmp_path / "impatient.py").resolve()
    text = PROGRAM.read_text("utf-8").replace("GRACE = 60.0", "GRACE = 0.5")
    program.write_text(text, "utf-8")
    script = "trap '' INT; echo $$; while :; do sleep 0.1; done"
    status, told, _ = run(tmp_path, 0.5, script, program)
    assert status == bounded.TOO_LONG
    assert not is_running(int(told.split()[0]))


def test_orphans_that_end_are_gone(tmp_path: Path) -> None:
    """Who waits for such a process to be gone must not wait for ever."""
    orphan = "(sleep 0.1 & echo $! > pid); pid=$(cat pid)"
    wait = "for n in $(seq 100); do kill -0 $pid 2>/dev/null || exit 0; sleep 0.1; done; exit 1"
    assert run(tmp_path, 30, f"cd '{tmp_path}'; {orphan}; {wait}")[0] == 0
