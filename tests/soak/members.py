"""Three on machines of their own, without any server: two find each other again over the third.

Run: python -m tests.soak.members. Prints the seconds until the two are linked over the third, after
nothing passes between them any more, and directly again, after it does. Needs Linux and root. About
a minute.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.people import room_of, same_history
from tests.e2e.programs import Cli, Json, Stage, stage
from tests.soak.lines import SLOW_GOODBYE
from tests.support.netns import Host, Network

PATIENCE = 90.0


@dataclass(slots=True)
class Trio:
    """Ana, Bob and Cem are linked with each other; their server is gone."""

    network: Network
    programs: Stage
    hosts: list[Host]
    people: list[Cli]
    room: str

    def link(self) -> Json:
        """Return what Ana says of her link to Bob."""
        links = self.people[0].ask("links")["links"]
        return next(dict(link) for link in links if link["peer"] == self.people[1].peer)

    def wait(self, wanted: Callable[[Json], bool]) -> float:
        """Return the seconds until the link is as wanted."""
        begun = time.monotonic()
        while not wanted(self.link()):
            assert time.monotonic() - begun < PATIENCE, self.link()
            time.sleep(0.1)
        return round(time.monotonic() - begun, 1)

    def talk(self) -> None:
        """Let all say something, which arrives once and in one order."""
        sizes = {len(cli.history(self.room)) for cli in self.people}
        for cli in self.people:
            cli.say(self.room, f"{cli.name} at {time.monotonic()}")
        same_history(self.room, self.people, max(sizes) + len(self.people))


@contextmanager
def trio(folder: Path) -> Iterator[Trio]:
    with Network(folder, 4) as network, stage(folder) as programs:
        programs.expect(SLOW_GOODBYE)
        middle, *hosts = network.hosts
        server = programs.server(host=middle.address, prefix=middle.prefix)
        started = [
            programs.start(name, server.url, prefix=host.prefix)
            for name, host in zip(("Ana", "Bob", "Cem"), hosts, strict=True)
        ]
        people = [cli.ready().online() for cli in started]
        made = Trio(network, programs, hosts, people, room_of(*people))
        server.kill()
        people[0].event("server", state="offline")
        made.talk()
        yield made
        for cli in people:
            cli.quit()


def is_direct(link: Json) -> bool:
    return link["state"] == "online" and link["through"] is None


def no_way(folder: Path) -> Json:
    """Let nothing pass between two any more, and later everything again."""
    with trio(folder) as three:
        three.network.refuse(three.hosts[0], three.hosts[1], "udp")
        over = three.wait(lambda link: link["through"] == three.people[2].peer)
        three.talk()
        three.network.refuse(three.hosts[0], three.hosts[1], "udp", refuse=False)
        return {"over a member": over, "direct again": three.wait(is_direct)}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(json.dumps(no_way(Path(folder))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
