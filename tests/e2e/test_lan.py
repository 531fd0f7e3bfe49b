"""People of one network who have no server, or one that somebody's app runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.e2e.programs import Cli, Stage, stage
from tests.support.netns import Network, ip, namespace, needs_hosts, prefix

pytestmark = [pytest.mark.e2e, needs_hosts]


class Trio(NamedTuple):
    ana: Cli
    bob: Cli
    eve: Cli


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("lan")) as made:
        yield made


@pytest.fixture(scope="module")
def trio(scene: Stage) -> Iterator[Trio]:
    """Ana and Bob on a machine of their own, and Eve there who meets nobody without a server."""
    with namespace() as name:
        here = prefix(name)

        def start(who: str, *, lan: bool = True) -> Cli:
            folder = scene.folder / who
            return scene.keep(Cli(folder, who, "--discover", prefix=here, lan=lan))

        started = Trio(start("Ana"), start("Bob"), start("Eve", lan=False))
        for cli in started:
            cli.ready()
        yield started


def test_an_invitation_or_a_code_is_enough(trio: Trio) -> None:
    ana, bob, _ = trio
    room = ana.ask("room_create", name="Lab")
    assert bob.ask("room_join", invite=room["invite"])["room"] == room["room"]
    said = ana.say(room["room"], "no server here")
    bob.hear("no server here")
    ana.event("status", message=said, state="delivered", by=bob.peer)
    other = bob.ask("room_create", name="Other")
    assert ana.ask("room_join", code=other["code"])["room"] == other["room"]
    ana.event("member", room=other["room"], peer=bob.peer, state="online")
    assert not [said for cli in (ana, bob) for said in cli.events("server")]


def test_the_listed_are_found(trio: Trio) -> None:
    ana, bob, eve = trio
    found = ana.until(lambda reply: reply["people"], "directory", query="")["people"]
    assert [(person["peer"], person["name"]) for person in found] == [(bob.peer, "Bob")]
    assert eve.refused("directory", query="") == "no-server"


def test_another_app_runs_the_server_when_the_one_that_did_is_killed(
    scene: Stage, trio: Trio
) -> None:
    ana, bob, eve = trio
    url = ana.ask("host")["server"]
    lan = ana.ask("lan")
    assert (lan["direct"], lan["may_host"], lan["hosting"]) == (True, True, url)
    for cli in trio:
        cli.event("server", server=url, state="online")
    room = bob.ask("room_create", name="Undisturbed")
    eve.ask("room_join", invite=room["invite"])
    eve.event("member", room=room["room"], peer=bob.peer, state="online")
    marks = {cli: cli.mark() for cli in (bob, eve)}
    ana.kill()
    for cli, mark in marks.items():
        cli.event("server", mark, state="online")
    assert [bool(cli.ask("lan")["hosting"]) for cli in (bob, eve)] == [True, False]
    bob.say(room["room"], "still here")
    eve.hear("still here")
    assert not eve.events("link", marks[eve])
    again = scene.again(ana)
    assert not again.ask("lan")["hosting"]
    mark = again.mark()
    bob.ask("lan", may_host=False)
    bob.ask("stop_hosting")
    again.event("server", mark, state="online")
    assert again.ask("lan")["hosting"]


def test_two_machines_meet_and_meet_again(programs: Stage, tmp_path: Path) -> None:
    with Network(tmp_path, 2) as network:
        ana, bob = (
            programs.start(name, prefix=host.prefix, lan=True)
            for name, host in zip(("Ana", "Bob"), network.hosts, strict=True)
        )
        room = ana.ready().ask("room_create", name="Lab")
        bob.ready().ask("room_join", invite=room["invite"])
        ana.event("member", room=room["room"], peer=bob.peer, state="joined")
        bob.kill()
        said = ana.say(room["room"], "are you there?")
        bob = programs.again_offline(bob)
        bob.hear("are you there?")
        ana.event("status", message=said, state="delivered", by=bob.peer)
        for cli in (ana, bob):
            cli.quit()


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="needs IPv6")
def test_the_addresses_that_a_line_has_by_itself_are_enough(scene: Stage) -> None:
    """No router gives any, and IPv4 has none: all there is are IPv6 link-local ones."""
    with namespace() as one, namespace() as other:
        ends = ("eth0", "netns", one, "type", "veth", "peer", "name", "eth0", "netns", other)
        ip("link", "add", *ends)
        people = []
        for who, name in (("Gil", one), ("Hal", other)):
            ip("netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=0")
            ip("-n", name, "link", "set", "eth0", "up", "multicast", "on")
            people.append((who, prefix(name)))
        gil, hal = [
            scene.keep(Cli(scene.folder / who, who, prefix=here, lan=True)) for who, here in people
        ]
        gil.ready()
        hal.ready()
        room = gil.ask("room_create", name="Cable")
        hal.ask("room_join", invite=room["invite"])
        gil.event("member", room=room["room"], peer=hal.peer, state="online")
        said = gil.say(room["room"], "over the cable")
        gil.event("status", message=said, state="delivered", by=hal.peer)
        assert [link["route"] for link in hal.ask("links")["links"]] == ["lan"]
        gil.quit()
        hal.quit()
