"""Two who talk from machines of their own while their network is bad; a third has the server."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal

from tests.e2e.people import room_of, same_history
from tests.e2e.programs import Cli, Json, Server, Stage, stage
from tests.soak.lines import SLOW_GOODBYE
from tests.support.coturn import TurnServer, running_turn
from tests.support.nat import Kind, home
from tests.support.netns import Host, Network

Help = Literal["none", "stun", "turn", "turn by TCP"]
"""What of a real coturn the two are told of."""
Family = Literal["IPv4", "IPv6", "both"]


@dataclass(slots=True)
class Pair:
    """`lines` are the machines on the switch: the routers of those who are behind one."""

    network: Network
    programs: Stage
    server: Server
    lines: Sequence[Host]
    people: list[Cli]
    room: str = ""
    said: int = 0

    def meet(self) -> float:
        """Let them into one room; return the seconds until both are linked there."""
        begun = time.monotonic()
        self.room = room_of(*self.people)
        return round(time.monotonic() - begun, 1)

    def route(self) -> str:
        return str(self.people[0].ask("links")["links"][0]["route"])

    def say(self, each: int) -> None:
        """Let both say so many things, in turn."""
        for number in range(each):
            for cli in self.people:
                cli.post("send", room=self.room, text=f"{cli.name} {self.said + number}")
        self.said += each

    def heard(self) -> None:
        """Wait until both have all of it, once, in one order, and each one's words in theirs."""
        texts = same_history(self.room, self.people, self.said * len(self.people))
        for cli in self.people:
            own = [text for text in texts if text.startswith(f"{cli.name} ")]
            assert own == [f"{cli.name} {number}" for number in range(self.said)]

    def talk(self, each: int) -> float:
        """Say and hear; return the seconds it took."""
        begun = time.monotonic()
        self.say(each)
        self.heard()
        return round(time.monotonic() - begun, 1)


@contextmanager
def pair(
    folder: Path,
    nat: Kind | None = None,
    help_by: Help = "none",
    family: Family = "IPv4",
    refused: Sequence[str] = (),
) -> Iterator[Pair]:
    """Yield two people who are online, not in a room yet; `refused` protocols pass nowhere."""
    with ExitStack() as stack:
        network = stack.enter_context(Network(folder, 3))
        programs = stack.enter_context(stage(folder))
        programs.expect(SLOW_GOODBYE)
        for one, other in combinations(network.hosts, 2):
            for protocol in refused:
                network.refuse(one, other, protocol)
        if family != "IPv4":
            for host in network.hosts:
                host.use_ipv6(only=family == "IPv6")
        middle, *lines = network.hosts
        hosts = lines[:2]
        if nat is not None:
            hosts = [stack.enter_context(home(router, nat)) for router in hosts]
        server = programs.server(host=middle.address, prefix=middle.prefix)
        people = [
            programs.start(name, server.url, prefix=host.prefix)
            for name, host in zip(("Ana", "Bob"), hosts, strict=True)
        ]
        for cli in people:
            cli.ready().online()
        if help_by != "none":
            turn = stack.enter_context(running_turn(folder, middle.address, middle.prefix))
            for cli in people:
                cli.ask("ice_servers", servers=[_told(turn, help_by)])
        yield Pair(network, programs, server, lines, people)


def _told(turn: TurnServer, help_by: Help) -> Json:
    if help_by == "stun":
        return {"url": f"stun:{turn.host}:{turn.port}"}
    url = turn.url if help_by == "turn" else turn.url.replace("udp", "tcp")
    return {"url": url, "username": turn.username, "credential": turn.credential}
