"""People of one network who have no server at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.programs import Cli, Stage, stage
from tests.support.netns import namespace, needs_hosts, prefix

pytestmark = [pytest.mark.e2e, needs_hosts]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("lan")) as made:
        yield made


@pytest.fixture(scope="module")
def trio(scene: Stage) -> Iterator[tuple[Cli, Cli, Cli]]:
    """Ana and Bob on a machine of their own, and Eve there who meets nobody without a server."""
    with namespace() as name:
        here = prefix(name)
        ana, bob = (scene.start(name, prefix=here, lan=True) for name in ("Ana", "Bob"))
        eve = scene.start("Eve", prefix=here)
        yield ana.ready(), bob.ready(), eve.ready()


def test_an_invitation_or_a_code_is_enough(trio: tuple[Cli, Cli, Cli]) -> None:
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


def test_the_listed_are_found_and_written_to(trio: tuple[Cli, Cli, Cli]) -> None:
    ana, bob, eve = trio
    found = ana.until(lambda reply: reply["people"], "directory", query="")["people"]
    assert [(person["peer"], person["name"]) for person in found] == [(bob.peer, "Bob")]
    assert eve.refused("directory", query="") == "no-server"


def test_who_comes_back_is_met_again(scene: Stage, trio: tuple[Cli, Cli, Cli]) -> None:
    ana, bob, _ = trio
    room = ana.ask("room_create", name="Again")
    bob.ask("room_join", invite=room["invite"])
    ana.event("member", room=room["room"], peer=bob.peer, state="joined")
    bob.kill()
    ana.event("member", room=room["room"], peer=bob.peer, state="offline")
    said = ana.say(room["room"], "are you there?")
    bob = scene.again_offline(bob)
    bob.hear("are you there?")
    ana.event("status", message=said, state="delivered", by=bob.peer)
