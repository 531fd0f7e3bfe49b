"""Many real programs talk for minutes while they and their server are killed at random.

Run: python -m tests.soak.peers [--peers 20] [--minutes 10] [--seed N]. Prints one JSON object:
nothing may be lost, nothing twice, the order one for all, and memory must not grow: the growth is
the slope of the resident memory of those who live, in MiB an hour, in the second half of the time.
Exits with 1 if messages are missing.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.people import same_history
from tests.e2e.programs import Cli, Json, Server, Stage, stage

START_TOGETHER = 4
SAY_EVERY = 0.25
KILL_EVERY = 10.0
SERVER_KILL_EVERY = 90.0
SAMPLE_EVERY = 5.0
MEBIBYTE = 1024 * 1024
SETTLED_AFTER = 30.0
"""Seconds of a program's life whose memory is not counted: it is still filling its caches."""


@dataclass(slots=True)
class Memory:
    """Samples of a program's resident memory: its age in seconds, and MiB."""

    samples: list[tuple[float, float]] = field(default_factory=list)

    def slope(self) -> float | None:
        """Return the growth in MiB an hour, None if it did not live long enough."""
        settled = [sample for sample in self.samples if sample[0] > SETTLED_AFTER]
        if len(settled) < 6:
            return None
        ages, sizes = zip(*settled, strict=True)
        return statistics.linear_regression(ages, sizes).slope * 3600


@dataclass(slots=True)
class Life:
    """One run of somebody's program."""

    cli: Cli
    begun: float
    memory: Memory = field(default_factory=Memory)

    def sample(self) -> None:
        status = Path(f"/proc/{self.cli.process.pid}/statm").read_text("ascii")
        size = int(status.split()[1]) * 4096 / MEBIBYTE
        self.memory.samples.append((time.monotonic() - self.begun, size))


class Soak:
    """Knows what was said and by whom it is running; `run` makes the trouble."""

    def __init__(self, programs: Stage, peers: int, chance: random.Random) -> None:
        self._programs = programs
        self._chance = chance
        self._server: Server = programs.server()
        self._room = ""
        self._lives: list[Life] = []
        self._past: list[Memory] = []
        self.said: list[str] = []
        self.kills = 0
        self.server_kills = 0
        self._start(peers)

    def _start(self, peers: int) -> None:
        invite = ""
        while len(self._lives) < peers:
            numbers = range(len(self._lives), min(len(self._lives) + START_TOGETHER, peers))
            names = [f"P{number}" for number in numbers]
            for cli in self._programs.people(*names, server=self._server.url):
                if not invite:
                    made = cli.ask("room_create", name="Soak")
                    self._room, invite = made["room"], made["invite"]
                else:
                    cli.ask("room_join", invite=invite)
                self._lives.append(Life(cli, time.monotonic()))

    def run(self, seconds: float) -> None:
        """Talk, sample and kill until the time is over."""
        now = time.monotonic()
        end, sample, kill = now + seconds, now, now + KILL_EVERY
        server = now + SERVER_KILL_EVERY
        while (now := time.monotonic()) < end:
            self._say()
            if now >= sample:
                sample = now + SAMPLE_EVERY
                for life in self._lives:
                    life.sample()
            if now >= kill:
                kill = now + KILL_EVERY * self._chance.uniform(0.5, 1.5)
                self._kill_one()
            if now >= server:
                server = now + SERVER_KILL_EVERY
                self._kill_server()
            time.sleep(SAY_EVERY)

    def _say(self) -> None:
        """Let somebody say something; what was answered with ok must not be lost."""
        text = f"words {len(self.said)}"
        self._chance.choice(self._lives).cli.say(self._room, text)
        self.said.append(text)

    def _kill_one(self) -> None:
        place = self._chance.randrange(len(self._lives))
        life = self._lives[place]
        self._past.append(life.memory)
        life.cli.kill()
        again = self._programs.again_offline(life.cli)
        self._lives[place] = Life(again, time.monotonic())
        self.kills += 1

    def _kill_server(self) -> None:
        self._server.kill()
        self._server = self._programs.server(self._server.port)
        self.server_kills += 1

    def compared(self) -> Json:
        """Wait until everybody has everything in one order; return the figures."""
        begun = time.monotonic()
        texts = same_history(self._room, [life.cli for life in self._lives], len(self.said))
        assert sorted(texts) == sorted(self.said)
        memories = [*self._past, *(life.memory for life in self._lives)]
        slopes = [slope for memory in memories if (slope := memory.slope()) is not None]
        sizes = [size for memory in memories for _, size in memory.samples[-1:]]
        return {
            "messages": len(self.said),
            "kills": self.kills,
            "server_kills": self.server_kills,
            "settled_in_s": round(time.monotonic() - begun, 1),
            "mib_each": round(statistics.median(sizes), 1),
            "mib_growth_an_hour": round(statistics.median(slopes), 1) if slopes else None,
        }


def soaked(folder: Path, peers: int, seconds: float, seed: int) -> Json:
    """Let so many people talk for so long; return the figures, or raise AssertionError."""
    with stage(folder) as programs:
        soak = Soak(programs, peers, random.Random(seed))
        soak.run(seconds)
        return {"peers": peers, "seconds": seconds, "seed": seed, **soak.compared()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            told = {
                "ok": True,
                **soaked(Path(folder), given.peers, given.minutes * 60, given.seed),
            }
        except AssertionError as error:
            told = {"ok": False, "seed": given.seed, "why": str(error)[-3000:]}
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if told["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
