"""Members who bring two together, and carry for two who have no way to each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.people import linked, room_of, same_history
from tests.e2e.programs import Cli, Stage
from tests.support.netns import Network, needs_hosts

pytestmark = pytest.mark.e2e


def through(cli: Cli, other: Cli) -> str | None:
    """Return who carries the link of two, None if nobody has to, or there is none."""
    links = cli.ask("links")["links"]
    found = [link["through"] for link in links if link["peer"] == other.peer]
    return found[0] if found else None


def test_two_who_share_no_server_meet_over_a_member(programs: Stage) -> None:
    one, other = programs.server(), programs.server()
    ana = programs.start("Ana", one.url)
    bob = programs.start("Bob", one.url, other.url)
    cem = programs.start("Cem", other.url)
    for cli in (ana, bob, cem):
        cli.ready().online()
    made = ana.ask("room_create", name="Lab")
    room = made["room"]
    for cli, others in ((bob, [ana]), (cem, [ana, bob])):
        cli.ask("room_join", invite=made["invite"])
        linked(room, cli, *others)
    one.kill()
    other.kill()
    for cli in (ana, cem):
        cli.event("server", state="offline")
        cli.say(room, f"{cli.name}, without any server")
    same_history(room, [ana, bob, cem], 2)
    ana.until(lambda _: through(ana, cem) is None, "links")


@needs_hosts
def test_a_member_carries_for_two_who_can_not_reach_each_other(
    tmp_path: Path, programs: Stage
) -> None:
    with Network(tmp_path, 4) as network:
        at, *hosts = network.hosts
        server = programs.server(host=at.address, prefix=at.prefix)
        network.refuse(hosts[0], hosts[1], "udp")
        started = [
            programs.start(name, server.url, prefix=host.prefix)
            for name, host in zip(("Ana", "Bob", "Cem"), hosts, strict=True)
        ]
        ana, bob, cem = people = [cli.ready().online() for cli in started]
        room = room_of(*people)
        assert (through(ana, bob), through(bob, ana)) == (cem.peer, cem.peer)
        server.kill()
        ana.event("server", state="offline")
        ana.say(room, "around the corner")
        bob.say(room, "x" * 20_000)
        same_history(room, people, 2)
        for cli in people:
            cli.quit()
