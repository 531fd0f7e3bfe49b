"""Requests, rejection, blocking and verification between several programs."""

from __future__ import annotations

import pytest

from tests.e2e.people import linked, room_of
from tests.e2e.programs import Cli, Server, Stage

pytestmark = pytest.mark.e2e


def state_of(cli: Cli, other: Cli) -> str:
    """Return what `other` is to `cli`, "" for nobody in particular."""
    contacts = cli.ask("contacts")["contacts"]
    return next((str(one["state"]) for one in contacts if one["peer"] == other.peer), "")


def test_a_request_waits_for_both_and_outlives_restarts(
    programs: Stage, common_server: Server
) -> None:
    ana, bob = programs.people("Ana", "Bob", server=common_server.url)
    bob.quit()
    room = ana.ask("contact_request", peer=bob.peer, text="May I?")["room"]
    assert state_of(ana, bob) == "requested"
    ana.quit()
    bob = programs.again(bob)
    ana = programs.again(ana)
    assert state_of(ana, bob) == "requested"

    asked = bob.event("contact", peer=ana.peer, state="incoming", text="May I?")
    assert asked["name"] == "Ana"
    assert bob.ask("rooms")["rooms"] == []
    assert bob.events("message") == []
    bob.quit()
    bob = programs.again(bob)
    assert state_of(bob, ana) == "incoming"
    assert bob.ask("rooms")["rooms"] == []

    assert bob.ask("contact_accept", peer=ana.peer)["room"] == room
    assert bob.hear("May I?")["room"] == room
    ana.event("contact", peer=bob.peer, state="friend")
    bob.say(room, "You may")
    assert ana.hear("You may")["author"] == bob.peer
    assert (state_of(ana, bob), state_of(bob, ana)) == ("friend", "friend")
    assert bob.refused("contact_accept", peer=ana.peer) == "no-request"


def test_answering_a_request_with_one_accepts_it(pair: list[Cli]) -> None:
    ana, bob = pair
    room = ana.ask("contact_request", peer=bob.peer, text="Hello")["room"]
    bob.event("contact", peer=ana.peer, state="incoming")
    assert bob.ask("contact_request", peer=ana.peer, text="Hello too")["room"] == room
    ana.hear("Hello too")
    for one, other in ((ana, bob), (bob, ana)):
        one.event("contact", peer=other.peer, state="friend")


def test_who_is_rejected_is_told_nothing(pair: list[Cli]) -> None:
    ana, bob = pair
    room = ana.ask("contact_request", peer=bob.peer, text="Hello")["room"]
    bob.event("contact", peer=ana.peer, state="incoming")
    bob.ask("contact_reject", peer=ana.peer)
    assert state_of(bob, ana) == ""
    mark = bob.mark()
    ana.say(room, "Are you there?")
    common = room_of(bob, ana)
    ana.say(common, "in the room of all")
    bob.hear("in the room of all")
    assert state_of(ana, bob) == "requested"
    assert [room["room"] for room in bob.ask("rooms")["rooms"]] == [common]
    assert bob.events("contact", mark) == []
    assert bob.refused("contact_reject", peer=ana.peer) == "no-request"


def test_who_is_blocked_sees_nobody_and_reaches_nobody(trio: list[Cli]) -> None:
    ana, bob, eve = trio
    direct = ana.ask("contact_request", peer=bob.peer, text="Hello")["room"]
    bob.event("contact", peer=ana.peer, state="incoming")
    bob.ask("contact_accept", peer=ana.peer)
    ana.event("contact", peer=bob.peer, state="friend")
    common = room_of(eve, ana, bob)

    mark = ana.mark()
    bob.ask("contact_block", peer=ana.peer)
    assert state_of(bob, ana) == "blocked"
    ana.event("link", mark, peer=bob.peer, state="offline")
    ana.say(direct, "a word in private")
    ana.say(common, "a word to all")
    assert bob.hear("a word to all")["author"] == ana.peer
    bob.say(common, "an answer to all")
    ana.hear("an answer to all")
    members = ana.ask("members", room=common)["members"]
    assert next(one["state"] for one in members if one["peer"] == bob.peer) == "offline"
    assert bob.texts(direct) == ["Hello"]
    assert bob.refused("contact_request", peer=ana.peer, text="x") == "peer-blocked"
    assert bob.refused("contact_unblock", peer=eve.peer) == "not-blocked"

    bob.ask("contact_unblock", peer=ana.peer)
    assert state_of(bob, ana) == "friend"
    ana.say(direct, "a word again")
    bob.hear("a word again")
    assert bob.texts(direct) == ["Hello", "a word again"]
    linked(common, ana, bob, eve)


def test_safety_numbers_and_what_we_call_people(pair: list[Cli]) -> None:
    ana, bob = pair
    number = ana.ask("safety", peer=bob.peer)["number"]
    assert number == bob.ask("safety", peer=ana.peer)["number"]
    assert len(number.replace(" ", "")) == 60
    room = room_of(ana, bob)
    assert ana.ask("verify", peer=bob.peer) | {"id": 0} == {
        "id": 0,
        "ok": True,
        "number": number,
        "verified": True,
    }
    assert not bob.ask("safety", peer=ana.peer)["verified"]
    assert ana.refused("safety", peer=ana.peer) == "own-id"
    ana.ask("contact_describe", peer=bob.peer, alias="Bobby", note="met in Lisbon")
    bob.say(room, "hello")
    assert ana.hear("hello")["name"] == "Bobby"
    found = ana.ask("people", query="bobb")["people"]
    assert (found[0]["peer"], found[0]["source"]) == (bob.peer, "contacts")


def test_presence_and_privacy(pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    ana.ask("presence", state="busy")
    bob.event("presence", peer=ana.peer, state="busy")
    bob.ask("privacy", read_receipts=False)
    message = ana.say(room, "hello")
    bob.hear("hello")
    bob.ask("read", room=room, message=message)
    mark = bob.mark()
    ana.ask("presence", state="invisible")
    bob.event("presence", mark, peer=ana.peer, state="offline")
    bob.event("member", mark, room=room, peer=ana.peer, state="offline")
    bob.until(
        lambda reply: all(one["peer"] != ana.peer for one in reply["people"]),
        "directory",
        query="ana",
    )
    ana.event("status", message=message, state="delivered", by=bob.peer)
    assert all(one["state"] != "read" for one in ana.events("status"))
