"""Who is out of a group, between real programs: what they get, and what lets nobody in again."""

from __future__ import annotations

import time

import pytest

from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Json, Server, Stage

pytestmark = pytest.mark.e2e


def peers(reply: Json) -> set[str]:
    """Return who is a member by an answer to `members`."""
    return {member["peer"] for member in reply["members"]}


def people_of(cli: Cli, room: str) -> set[str]:
    return peers(cli.ask("members", room=room))


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


def test_who_is_removed_while_away_learns_it_later(programs: Stage, trio: list[Cli]) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    ana.say(room, "before")
    eve.hear("before")
    eve.quit()
    ana.ask("room_kick", room=room, peer=eve.peer, ban=True)
    ana.say(room, "after")
    bob.hear("after")
    assert [one["peer"] for one in ana.ask("room_banned", room=room)["banned"]] == [eve.peer]
    eve = programs.again(eve)
    out(eve, room)
    assert eve.texts(room) == ["before"]
    link = ana.ask("room_link", room=room)
    eve.ask("room_join", invite=link["invite"])
    assert ana.refused("room_invite", room=room, peer=eve.peer) == "peer-banned"
    assert ana.refused("room_readmit", room=room, peer=bob.peer) == "not-banned"
    ana.ask("room_readmit", room=room, peer=eve.peer)
    eve.ask("room_join", invite=ana.ask("room_link", room=room)["invite"])
    wanted = {cli.peer for cli in trio}
    for cli in (ana, bob, eve):
        cli.until(lambda reply: peers(reply) == wanted, "members", room=room)
    eve.say(room, "back again")
    bob.hear("back again")


def test_who_leaves_gets_nothing_that_follows(trio: list[Cli]) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    eve.ask("room_leave", room=room)
    for cli in (ana, bob):
        cli.event("member", room=room, peer=eve.peer, state="left")
    before = eve.mark()
    ana.say(room, "she has left")
    bob.hear("she has left")
    bob.ask("send", room=room, text="so she has")
    ana.hear("so she has")
    assert not eve.events("message", before)


def test_what_is_killed_in_the_middle_is_whole_afterwards(programs: Stage, trio: list[Cli]) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    for wait in (0.0, 0.02, 0.1):
        ana.post("room_kick", room=room, peer=eve.peer)
        time.sleep(wait)
        ana.kill()
        ana = programs.again(ana)
        if eve.peer not in people_of(ana, room):
            break
    else:
        ana.ask("room_kick", room=room, peer=eve.peer)
    out(eve, room)
    bob.until(lambda _: people_of(bob, room) == {ana.peer, bob.peer}, "rooms")
    ana.say(room, "whole")
    bob.hear("whole")
    bob.say(room, "indeed")
    ana.hear("indeed")
    assert eve.texts(room) == []
