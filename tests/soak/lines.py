"""Files between programs on different machines of a network that is as bad as wanted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Json, Stage, stage
from tests.e2e.sending import (
    MEGABYTE,
    accept,
    digest,
    done,
    file_of,
    held_back,
    inbox,
    moving,
    offer,
)
from tests.support.coturn import TurnServer, running_turn
from tests.support.netns import Host, Network

ROUND_TRIP = 0.05
RATE = 50e6 / 8
PATIENCE = 180.0
SLOW_GOODBYE = "timeout graceful shutdown exceeded"
"""What the server says when a line is too slow for the last words."""
REFUSED = {"direct": (), "webrtc": ("tcp",), "relay": ("tcp", "udp")}
"""What must not pass between two people for a way to be the only one."""
OTHER_NETWORK = "10.77.0.99"


@dataclass(slots=True)
class Far:
    """Two people on machines of their own; a third machine has the server."""

    network: Network
    programs: Stage
    people: list[Cli]
    room: str

    @property
    def hosts(self) -> list[Host]:
        """Return the two people's machines, in their order."""
        return self.network.hosts[1:]

    def send(self, size: int) -> tuple[str, Path]:
        """Let the first offer and the second accept."""
        path = file_of(self.programs.folder / "from", size)
        transfer = offer(self.people[0], self.room, path)
        accept(self.programs, self.people[1], transfer)
        return transfer, path

    def there(self, transfer: str, path: Path) -> Json:
        """Wait until it came whole, alone and over one lane; return how it came."""
        bob = self.people[1]
        assert digest(done(bob, transfer, PATIENCE)) == digest(path)
        assert [one.name for one in inbox(self.programs, bob).iterdir()] == [path.name]
        told = bob.events("file_progress")
        return {"lanes": sorted({str(one["lane"]) for one in told if one["lane"]})}


@contextmanager
def far(folder: Path, way: str = "direct", loss: float = 0.0, rate: float = RATE) -> Iterator[Far]:
    """Yield two linked people between whom only this way of moving files is open.

    `loss` is the share of frames lost each way, `rate` in bytes a second.
    """
    with ExitStack() as stack:
        network = stack.enter_context(Network(folder, 3))
        programs = stack.enter_context(stage(folder))
        programs.expect(SLOW_GOODBYE)
        server_host, *hosts = network.hosts
        for host in hosts:
            network.set(host, delay=ROUND_TRIP / 2)
        for protocol in REFUSED[way]:
            network.refuse(hosts[0], hosts[1], protocol)
        server = programs.server(host=server_host.address, prefix=server_host.prefix)
        people = [
            programs.start(name, server.url, prefix=host.prefix)
            for name, host in zip(("Ana", "Bob"), hosts, strict=True)
        ]
        for cli in people:
            cli.ready().online()
        if way == "relay":
            where = server_host.address, server_host.prefix
            use_relay(people, stack.enter_context(running_turn(folder, *where)))
        room = room_of(*people)
        for host in hosts:
            network.set(host, loss=loss, rate=rate)
        yield Far(network, programs, people, room)


def use_relay(people: list[Cli], turn: TurnServer) -> None:
    server = {"url": turn.url, "username": turn.username, "credential": turn.credential}
    for cli in people:
        cli.ask("ice_servers", servers=[server])


def lossy(
    folder: Path, loss: float, size: int, way: str = "direct", *, recovery: bool = False
) -> Json:
    """Send over a line that loses frames; return how fast it was, of what the line could carry."""
    with far(folder, way, loss) as away:
        for cli in away.people:
            cli.ask("file_settings", recovery=recovery)
        ana, bob = away.people
        held_back(ana)
        transfer, path = away.send(size)
        bob.event("file_progress", transfer=transfer, lane=way)
        begun = time.monotonic()
        ana.ask("file_settings", cap_up=0)
        told = away.there(transfer, path)
        share = size / (time.monotonic() - begun) / RATE
        return {**told, "loss": loss, "of_line": round(share, 2)}


def cut(folder: Path, seconds: float, way: str = "direct", size: int = 16 * MEGABYTE) -> Json:
    """Cut the line in the middle; return what was given beyond the file's own bytes."""
    with far(folder, way) as away:
        giver = away.hosts[0]
        transfer, path = away.send(size)
        moving(away.people[1], transfer, size // 4)
        away.network.set(giver, cut=True)
        time.sleep(seconds)
        away.network.set(giver, cut=False)
        back = time.monotonic()
        told = away.there(transfer, path)
        more = away.network.given(giver) - size
        return {**told, "seconds_after": round(time.monotonic() - back, 1), "more_bytes": more}


def moved(folder: Path, who: int, way: str = "direct", size: int = 16 * MEGABYTE) -> Json:
    """Give one machine another address in the middle."""
    with far(folder, way) as away:
        transfer, path = away.send(size)
        moving(away.people[1], transfer, size // 4)
        away.hosts[who].move_to(OTHER_NETWORK)
        told = away.there(transfer, path)
        more = away.network.given(away.hosts[0]) - size
        return {**told, "more_bytes": more}
