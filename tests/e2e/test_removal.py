"""Who is out of a group, between real programs: what they get, and what lets nobody in again."""

from __future__ import annotations

import pytest

from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Server, Stage

pytestmark = pytest.mark.e2e


def people_of(cli: Cli, room: str) -> set[str]:
    return {member["peer"] for member in cli.ask("members", room=room)["members"]}


def standing(cli: Cli, room: str) -> str:
    rooms = cli.ask("rooms")["rooms"]
    return str(next((r.get("standing", "member") for r in rooms if r["room"] == room), "gone"))


def out(cli: Cli, room: str) -> None:
    """Wait until somebody knows to be out."""
    cli.until(lambda _: standing(cli, room) == "removed", "rooms")


def test_who_is_removed_gets_nothing_that_follows(
    programs: Stage, trio: list[Cli], common_server: Server
) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    links = ana.ask("room_links", room=room)["links"]
    assert [link["link"] for link in links] == ["first"]
    ana.say(room, "before")
    eve.hear("before")
    ana.ask("room_kick", room=room, peer=eve.peer)
    for cli in trio:
        cli.event("member", room=room, peer=eve.peer, state="removed")
    out(eve, room)
    ana.say(room, "after")
    bob.hear("after")
    bob.say(room, "indeed")
    ana.hear("indeed")
    assert people_of(ana, room) == people_of(bob, room) == {ana.peer, bob.peer}
    assert eve.texts(room) == ["before"]
    assert eve.refused("send", room=room, text="hello?") == "room-removed"
    assert eve.refused("room_join", invite=links[0]["invite"]) == "room-removed"
    mallory = programs.start("Mallory", common_server.url).ready().online()
    mallory.ask("room_join", invite=links[0]["invite"])
    other = programs.start("Mel", common_server.url).ready().online()
    other.ask("room_join", code=links[0]["code"])
    ana.say(room, "much later")
    bob.hear("much later")
    assert people_of(ana, room) == {ana.peer, bob.peer}
    for stranger in (mallory, other):
        assert stranger.texts(room) == []
        assert people_of(stranger, room) == {stranger.peer}
