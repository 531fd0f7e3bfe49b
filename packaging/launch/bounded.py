"""Run a command that has to end: `bounded.py SECONDS LOG COMMAND ...`.

What it prints is printed and kept in LOG. If it takes longer than SECONDS, it is stopped, and
a minute later killed, for a status of 124. Whatever it leaves running is named and killed: a log
that something still holds open would otherwise never end.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

GRACE = 60.0
"""Seconds between stopping it and killing it."""
LAST_WORDS = 2.0
"""Seconds for what was printed and not yet read."""
TOO_LONG = 124
WORKER = "exec(eval(sys.stdin.readline()))"
"""In the command of whoever runs tests for another; aborted, it says where all its threads are."""
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of whatever outlives its own parent below this process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def heed_interrupts() -> None:
    """Let SIGINT stop what is begun from here on: below a script's background job it is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def children(pid: int) -> list[int]:
    """Return the processes directly below one, those that have ended but for their status not."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = path.read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.append(int(path.parent.name))
    return found


def below(pid: int) -> list[int]:
    """Return all processes below one."""
    return [one for child in children(pid) for one in (child, *below(child))]


def name(pid: int) -> str:
    """Return a process's command, shortened."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
        return words.decode("utf-8", "replace").strip()[:160]
    return ""


def kill_below(pid: int) -> list[str]:
    """Kill all processes below one; return their names."""
    names: list[str] = []
    while left := below(pid):
        for one in left:
            names.append(f"{one} {name(one)}")
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        time.sleep(0.1)
        _bury()
    return names


def bury_others(child: int) -> None:
    """Take the status of adopted processes that have ended, as the system's first process does."""
    with suppress(ChildProcessError):
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if ended.si_pid == child:
                return
            os.waitpid(ended.si_pid, 0)


def _bury() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


class Bounded:
    """One run; times are seconds of the monotonic clock."""

    def __init__(self, command: list[str], seconds: float, log: IO[bytes]) -> None:
        self._log = log
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._is_late = False
        read, write = os.pipe()
        self._said = os.fdopen(read, "rb", buffering=0)
        os.set_blocking(read, False)
        self._child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=write, stderr=subprocess.STDOUT
        )
        os.close(write)

    def run(self) -> int:
        """Return the command's status, or TOO_LONG."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._said, selectors.EVENT_READ)
            while self._child.poll() is None:
                selector.select(0.5)
                self._pass_on()
                bury_others(self._child.pid)
                self._mind_the_time()
            end = time.monotonic() + LAST_WORDS
            while time.monotonic() < end and self._pass_on():
                selector.select(0.1)
        return TOO_LONG if self._is_late else self._child.returncode

    def _pass_on(self) -> bool:
        """Print what there is; return whether there may be more."""
        while chunk := self._said.read(1 << 16):
            self._print(chunk)
        return chunk is None

    def _print(self, chunk: bytes) -> None:
        self._log.write(chunk)
        self._log.flush()
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()

    def tell(self, text: str) -> None:
        """Print a line of our own."""
        self._print(f"\nparlor: {text}\n".encode())

    def _mind_the_time(self) -> None:
        if time.monotonic() < self._end:
            return
        self._end = time.monotonic() + GRACE
        if self._is_late:
            kill_below(os.getpid())
            return
        self._is_late = True
        self.tell(f"This has taken {self._seconds:.0f} s, which is too long; it is stopped.")
        running = {pid: name(pid) for pid in below(os.getpid())}
        workers = [pid for pid, words in running.items() if WORKER in words]
        for pid in workers or running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGABRT if workers else signal.SIGINT)


def main(seconds: str, log: str, *command: str) -> int:
    """Run the command; return its status."""
    adopt_orphans()
    heed_interrupts()
    with Path(log).open("ab") as sink:
        bounded = Bounded([*command], float(seconds), sink)
        status = bounded.run()
        if left := kill_below(os.getpid()):
            bounded.tell("\n  ".join(["These were left running and are killed:", *left]))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
