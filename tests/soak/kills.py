"""Files through the death of any program that has to do with them, at any moment."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.people import linked, room_of
from tests.e2e.programs import WAIT, Cli, Json, Stage, stage
from tests.e2e.sending import (
    MEGABYTE,
    accept,
    digest,
    done,
    file_of,
    inbox,
    offer,
    shown,
    workers_of,
)
from tests.soak.lines import use_relay
from tests.support.coturn import running_turn
from tests.support.netns import LONE, carried, namespace, prefix

VICTIMS = ("sender", "receiver", "sender's worker", "receiver's worker")
SMALL = 16 * 1024
OVER = frozenset({"done", "failed", "declined", "cancelled"})


@dataclass(slots=True)
class Victims:
    """Ana sends and Bob receives, with nobody else on their network, so that bytes count."""

    programs: Stage
    people: list[Cli]
    room: str
    folders: bool = False
    """Send folders of small files too."""
    cap: int = 0
    """Bytes a second until somebody is killed."""
    clean: float = 0.0
    """Bytes that go over the network for each of a file, when nobody is killed."""
    sent_again: list[int] = field(default_factory=list)

    @property
    def wire(self) -> int:
        """Return the bytes that went over the network so far."""
        return carried(self.people[0].process.pid)

    def hold(self, cap: int) -> None:
        """Let the sender give so many bytes a second, 0 for all that goes."""
        self.people[0].ask("file_settings", cap_up=cap)

    def kill(self, victim: str) -> bool:
        """Kill one of `VICTIMS` without a word and start it again; False if it is not there."""
        who = 0 if victim.startswith("sender") else 1
        if victim.endswith("worker"):
            workers = workers_of(self.people[who])
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
            return bool(workers)
        orphans = workers_of(self.people[who])
        self.people[who].kill()
        assert all(gone(orphan) for orphan in orphans), "a worker outlives its program"
        self.people[who] = self.programs.again(self.people[who])
        return True

    def settled(self, transfer: str) -> Path:
        """Return where a file is as soon as it is there."""
        bob = self.people[1]
        if (view := shown(bob, transfer))["state"] == "done":
            return Path(view["path"])
        return done(bob, transfer, timeout=60)


def gone(pid: int) -> bool:
    """Wait until a process has ended; tell whether it has."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def source_of(folder: Path, size: int, number: int, *, folders: bool) -> Path:
    """Make what is sent: with `folders` each third time one of small files."""
    if not folders or number % 3 != 2:
        return file_of(folder, size, f"{number}.bin")
    top = folder / f"{number}.bin"
    top.mkdir(parents=True)
    for place in range(size // SMALL):
        file_of(top / f"{place % 10}", SMALL, f"{place}")
    return top


def undisturbed(scene: Victims, size: int) -> None:
    """Send a file while nobody is killed, to know what that costs."""
    ana, bob = scene.people
    path = file_of(scene.programs.folder / "from", size, "clean.bin")
    before = scene.wire
    transfer = offer(ana, scene.room, path)
    accept(scene.programs, bob, transfer)
    assert digest(done(bob, transfer, timeout=60)) == digest(path)
    scene.clean = (scene.wire - before) / size


def one(scene: Victims, victim: str, at: float, size: int) -> Json:
    """Send a file and kill `victim` when the share `at` of it is there; return what it cost."""
    ana, bob = scene.people
    number = len(scene.sent_again)
    scene.hold(scene.cap)
    folder = scene.programs.folder / f"from {number}"
    path = source_of(folder, size, number, folders=scene.folders)
    before = scene.wire
    transfer = offer(ana, scene.room, path)
    accept(scene.programs, bob, transfer)
    end = time.monotonic() + WAIT
    while (view := shown(bob, transfer))["done"] < at * size and view["state"] not in OVER:
        assert time.monotonic() < end, bob.story()
        time.sleep(0.01)
    had = view["done"]
    killed = scene.kill(victim)
    scene.hold(0)
    linked(scene.room, *scene.people)
    there = scene.settled(transfer)
    assert digest(there) == digest(path)
    scene.sent_again.append(round((scene.wire - before) / scene.clean - size))
    names = {one.name for one in inbox(scene.programs, scene.people[1]).iterdir()}
    assert names == {"clean.bin", *(f"{number}.bin" for number in range(number + 1))}
    return {"victim": victim, "had": had, "killed": killed, "more": scene.sent_again[-1]}


def all_gone(folder: Path) -> bool:
    """Tell whether no process speaks of this folder in its arguments any more."""
    needle = os.fsencode(folder)
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if needle in (process / "cmdline").read_bytes() and process.name != str(os.getpid()):
                return False
    return True


def killed(
    folder: Path, runs: int, way: str = "direct", size: int = 48 * MEGABYTE, seed: int = 1
) -> Json:
    """Kill in `runs` transfers one after the other, each time somebody, somewhere.

    If everybody's turn comes more than once, folders of small files are sent too.
    """
    chances = random.Random(seed)
    told = []
    with namespace(LONE) as name, ExitStack() as held:
        if way == "relay":
            turn = held.enter_context(running_turn(folder, LONE, prefix(name)))
        programs = held.enter_context(stage(folder))
        programs.expect("the worker for files has ended")
        server = programs.server(prefix=prefix(name))
        people = [
            programs.start(who, server.url, prefix=prefix(name)).ready().online()
            for who in ("Ana", "Bob")
        ]
        scene = Victims(programs, people, room_of(*people), runs > len(VICTIMS), size // 8)
        if way == "relay":
            use_relay(people, turn)
        for person in people:
            person.ask("file_settings", ways=[way])
        undisturbed(scene, size)
        for number in range(runs):
            victim = VICTIMS[number % len(VICTIMS)]
            told.append(one(scene, victim, chances.random(), size))
        receiver = people[1].folder
        kept = sorted(str(one.relative_to(receiver)) for one in receiver.rglob("*"))
    assert all_gone(folder)
    most = max(one["more"] for one in told)
    return {"runs": told, "clean": round(scene.clean, 3), "most_sent_again": most, "kept": kept}
