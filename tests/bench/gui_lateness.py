"""How long the window's loop is held up: while starting, connecting, and while messages arrive.

Run: python -m tests.bench.gui_lateness [--messages N] [--blame]. Prints one JSON object, in ms:
for each phase how late a timer of 2 ms was (p50, p99, max), and the most that was computed during
one wait by the loop's own thread (`busy`) and by all of the program's (`program`, which may hold
the interpreter); the rest of a wait is the machine's. `--blame` adds whose lines
ran while the loop was held up, found by a second thread, which costs some of what it measures.

The window is the real one, painted off screen; the other person is a `parlor-cli`, and both use a
server of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import app.ui  # noqa: F401 - ahead of Qt, as in the program

# isort: split
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Stage, stage

AIM_MS = 8.0
EVERY_MS = 2
SETTLE_S = 2.0
DEPTH = 4


class Wait(NamedTuple):
    """Milliseconds that the timer was late, that its thread and the whole program computed."""

    late: float
    busy: float
    program: float


class Watch:
    """A timer that notes how late it is, phase by phase; lives on the window's thread."""

    def __init__(self) -> None:
        self.waits: dict[str, list[Wait]] = {}
        self.phase = "starting"
        self.begun = time.perf_counter()
        self.orders: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._computed = (time.thread_time(), time.process_time())
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(EVERY_MS)

    def _tick(self) -> None:
        late = (time.perf_counter() - self.begun) * 1000 - EVERY_MS
        busy = (time.thread_time() - self._computed[0]) * 1000
        program = (time.process_time() - self._computed[1]) * 1000
        self.waits.setdefault(self.phase, []).append(Wait(max(late, 0.0), busy, program))
        while not self.orders.empty():
            self.orders.get()()
        self._computed = (time.thread_time(), time.process_time())
        self.begun = time.perf_counter()


class Blame:
    """Looks at the window's thread while its timer is late, and counts what it is doing."""

    def __init__(self, watch: Watch) -> None:
        self.seen: dict[str, Counter[str]] = {}
        self._watch, self._main = watch, threading.get_ident()
        sys.setswitchinterval(0.001)
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            time.sleep(0.001)
            if (time.perf_counter() - self._watch.begun) * 1000 > AIM_MS + EVERY_MS:
                self.seen.setdefault(self._watch.phase, Counter())[self._place()] += 1

    def _place(self) -> str:
        """Return the innermost functions of ours on the window's stack, and what they call."""
        frame = sys._current_frames().get(self._main)
        names: list[str] = []
        while frame is not None and len(names) < DEPTH:
            ours = "/app/" in frame.f_code.co_filename
            if ours or not names:
                names.append(f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}")
            frame = frame.f_back
        return " < ".join(names)


def summary(waits: list[Wait]) -> dict[str, float]:
    late = sorted(wait.late for wait in waits)
    cuts = statistics.quantiles(late, n=100) if len(late) > 1 else late * 99
    return {
        "p50": round(cuts[49], 2),
        "p99": round(cuts[98], 2),
        "max": round(late[-1], 1),
        "busy_max": round(max(wait.busy for wait in waits), 1),
        "program_max": round(max(wait.program for wait in waits), 1),
        "busy_over_aim": sum(wait.busy > AIM_MS for wait in waits),
        "waits": len(waits),
    }


def window_of(title: str = "MainWindow") -> object:
    return next(w for w in QApplication.topLevelWidgets() if type(w).__name__ == title)


class Course:
    """What happens to the window, told from a thread of its own."""

    def __init__(self, watch: Watch, bob: Cli, room: str, messages: int) -> None:
        self._watch, self._bob, self._room, self._messages = watch, bob, room, messages
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._go()
        except AssertionError as error:
            self.failure = error
        finally:
            self._watch.orders.put(self._leave)

    def _go(self) -> None:
        bob = self._bob
        mark = bob.mark()
        bob.event("link", mark, state="online")
        self._phase("linked")
        self._arrive("arriving in another conversation")
        self._watch.orders.put(self._open)
        self._phase("opening")
        time.sleep(SETTLE_S)
        self._arrive("arriving in the open conversation")

    def _phase(self, name: str) -> None:
        self._watch.orders.put(lambda: setattr(self._watch, "phase", name))

    def _arrive(self, phase: str) -> None:
        """Let as many messages come in as were asked for, and the window come to rest."""
        time.sleep(SETTLE_S)
        self._phase(phase)
        mark = self._bob.mark()
        for number in range(self._messages):
            text = f"{phase}, number {number}. " * 3
            last = self._bob.post("send", room=self._room, text=text)
        # Only the last is looked for: this thread shares the interpreter with the window.
        time.sleep(SETTLE_S)
        reply = self._bob.wait(lambda said: said.get("id") == last, "the last reply", mark)
        self._bob.event("status", mark, message=reply["message"], state="delivered")
        time.sleep(SETTLE_S)
        self._phase("at rest")

    def _open(self) -> None:
        window: object = window_of()
        registry = getattr(window, "actions_registry")  # noqa: B009 - the window's type is Qt's here
        registry.action("nth-1").trigger()

    def _leave(self) -> None:
        window: object = window_of()
        window.close()  # type: ignore[attr-defined]


def befriended(programs: Stage) -> tuple[Cli, Cli, str]:
    """Return two people who know each other; the first one's program has ended."""
    server = programs.server()
    ana, bob = programs.people("Ana", "Bob", server=server.url)
    room = room_of(ana, bob)
    ana.quit()
    bob.until(
        lambda reply: all(
            m["state"] != "online" or m["peer"] == bob.peer for m in reply["members"]
        ),
        "members",
        room=room,
    )
    return ana, bob, room


def measure(messages: int, *, blame: bool) -> dict[str, object]:
    from app.__main__ import main as run_parlor  # noqa: PLC0415 - as late as in the program

    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as programs:
        ana, bob, room = befriended(programs)
        app = QApplication(["parlor"])
        watch = Watch()
        blamed = Blame(watch) if blame else None
        course = Course(watch, bob, room, messages)
        code = run_parlor(["--data-dir", str(ana.folder), *ana.arguments])
        del app
        if course.failure is not None or code:
            raise RuntimeError(f"exit code {code}: {course.failure}")
        found: dict[str, object] = {"aim_ms": AIM_MS, "messages": messages}
        found |= {phase: summary(waits) for phase, waits in watch.waits.items()}
        if blamed is not None:
            found["blame"] = {
                phase: dict(counter.most_common(12)) for phase, counter in blamed.seen.items()
            }
        return found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--blame", action="store_true")
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    json.dump(measure(chosen.messages, blame=chosen.blame), sys.stdout, indent=1)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
