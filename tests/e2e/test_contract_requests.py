"""Every request of the contract that is built, and the notices, with the fields that it names."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.e2e.programs import Cli, Json, Server, Stage

pytestmark = pytest.mark.e2e

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MESSAGE = {
    "message": str,
    "room": str,
    "author": str,
    "name": str,
    "time": str,
    "text": str,
    "kind": str,
    "state": str,
    "edited": bool,
    "deleted": bool,
    "reactions": list,
    "delivered_to": list,
    "read_by": list,
}
ROOM = {"room": str, "name": str, "kind": str, "members": int, "unread": int}
MEMBER = {"peer": str, "name": str, "role": str, "state": str}
CONTACT = {
    "peer": str,
    "name": str,
    "alias": str,
    "state": str,
    "online": bool,
    "verified": bool,
}
LINK = {"peer": str, "state": str, "rtt_ms": float, "loss": float, "since": str, "route": str}
CAPABILITIES = {"role": str, "services": list, "resources": dict, "region": str}
FINDING = {"check": str, "text": str, "fix": str}
NOT_BUILT = "call_start call_accept call_reject call_end"


def check(said: Json, fields: Mapping[str, type]) -> Json:
    """Make sure that an object has these fields, of these types."""
    for name, kind in fields.items():
        assert isinstance(said[name], (kind, int) if kind is float else kind), (name, said)
    return said


def check_message(said: Json) -> Json:
    assert TIME.fullmatch(said["time"])
    assert "reply_to" in said
    return check(said, MESSAGE)


@pytest.fixture
def pair(programs: Stage, common_server: Server) -> tuple[Cli, Cli]:
    ana, bob = programs.people("Ana", "Bob", server=common_server.url)
    return ana, bob


def test_people(pair: tuple[Cli, Cli]) -> None:
    ana, bob = pair
    check(ana.ask("whoami"), {"peer": str, "name": str, "fingerprint": str})
    ana.until(
        lambda reply: any(
            check(one, {"peer": str, "name": str, "online": bool})["peer"] == bob.peer
            for one in reply["people"]
        ),
        "directory",
        query="bo",
    )
    room = check(ana.ask("contact_request", peer=bob.peer, text="May I?"), {"room": str})["room"]
    [asked] = [check(one, CONTACT) for one in ana.ask("contacts")["contacts"]]
    assert asked["state"] == "requested"
    told = bob.event("contact", peer=ana.peer, state="incoming")
    assert told["text"] == "May I?"
    assert bob.ask("contact_accept", peer=ana.peer)["room"] == room
    ana.event("contact", peer=bob.peer, state="friend")
    number = check(ana.ask("safety", peer=bob.peer), {"number": str, "verified": bool})
    assert number["number"] == bob.ask("safety", peer=ana.peer)["number"]
    assert ana.ask("verify", peer=bob.peer)["verified"]
    assert bob.refused("contact_reject", peer=ana.peer) == "no-request"
    bob.ask("contact_block", peer=ana.peer)
    [blocked] = bob.ask("contacts")["contacts"]
    assert (blocked["state"], blocked["online"]) == ("blocked", False)
    bob.ask("contact_unblock", peer=ana.peer)
    bob.until(lambda reply: reply["contacts"][0]["online"], "contacts")
    for cli in pair:
        cli.quit()


def test_rooms_and_what_is_said(pair: tuple[Cli, Cli]) -> None:
    ana, bob = pair
    made = check(ana.ask("room_create", name="Lab"), {"room": str, "invite": str, "code": str})
    room = made["room"]
    assert bob.ask("room_join", code=made["code"])["room"] == room
    bob.event("member", room=room, peer=ana.peer, state="online")
    ana.event("member", room=room, peer=bob.peer, state="online")
    ana.ask("room_rename", room=room, text="Laboratory")
    ana.ask("room_topic", room=room, text="What works")
    renamed = {"event": "room", "room": room, "name": "Laboratory", "topic": "What works"}
    bob.wait(lambda said: said.items() >= renamed.items(), "renamed")
    sent = ana.ask("send", room=room, text="a *first* word")["message"]
    heard = check_message(bob.event("message", message=sent))
    answer = bob.ask("send", room=room, text="yes", reply_to=sent)["message"]
    assert check_message(ana.event("message", message=answer))["reply_to"] == sent
    ana.event("status", message=sent, state="delivered", by=bob.peer)
    bob.ask("read", room=room, message=sent)
    ana.event("status", message=sent, state="read", by=bob.peer)
    bob.ask("react", message=sent, emoji="👍")
    changed = ana.event("changed", message=sent)
    assert check_message(changed)["reactions"] == [{"emoji": "👍", "by": [bob.peer]}]
    mark = ana.mark()
    bob.ask("unreact", message=sent, emoji="👍")
    ana.event("changed", mark, message=sent, reactions=[])
    ana.ask("edit", message=sent, text="a second word")
    bob.event("changed", message=sent, text="a second word", edited=True)
    wanted: dict[str, object] = {"query": "second", "room": room, "from": ana.peer, "limit": 5}
    [hit] = bob.ask("search", **wanted)["messages"]
    assert check_message(hit)["snippet"] == "a second word"
    bob.ask("delete", message=answer)
    ana.event("changed", message=answer, deleted=True, text="")
    page = [check_message(one) for one in ana.ask("history", room=room, limit=9)["messages"]]
    assert [one["message"] for one in page] == [sent, answer]
    assert (page[0]["delivered_to"], page[0]["read_by"]) == ([bob.peer], [bob.peer])
    assert heard["kind"] == "text"
    ana.ask("typing", room=room)
    bob.event("typing", room=room, peer=ana.peer, active=True)
    members = [check(one, MEMBER) for one in ana.ask("members", room=room)["members"]]
    roles = {(one["peer"], one["role"], one["state"]) for one in members}
    assert roles == {(ana.peer, "owner", "online"), (bob.peer, "member", "online")}
    [shown] = [check(one, ROOM) for one in ana.ask("rooms")["rooms"]]
    assert check_message(shown["last"])["message"] == answer
    assert shown["kind"] == "group"
    [link] = [check(one, LINK) for one in ana.ask("links")["links"]]
    assert TIME.fullmatch(link["since"])
    bob.ask("room_leave", room=room)
    ana.event("member", room=room, peer=bob.peer, state="left")
    assert bob.ask("rooms")["rooms"] == []
    for cli in pair:
        cli.quit()


def test_how_the_network_does(pair: tuple[Cli, Cli]) -> None:
    ana, bob = pair
    made = ana.ask("room_create", name="Lab")
    bob.ask("room_join", invite=made["invite"])
    ana.event("link", peer=bob.peer, state="online")
    stats = check(ana.ask("stats"), {"uptime_s": float, "counters": dict, "histograms": dict})
    assert stats["histograms"]["connect_ms"]["count"] == 1
    own = check(ana.ask("capabilities")["capabilities"], CAPABILITIES)
    assert "messaging" in own["services"]
    ana.until(lambda reply: bob.peer in reply["peers"], "offering", service="relay")
    theirs = ana.ask("capabilities", peer=bob.peer)["capabilities"]
    assert check(theirs, CAPABILITIES)["resources"]["links"] >= 0
    found = [check(one, FINDING) for one in ana.ask("diagnose", peer=bob.peer)["findings"]]
    assert {one["ok"] for one in found} <= {True, False, None}
    assert {"server", "clock", "link", "blocked"} <= {one["check"] for one in found}
    assert [check(one, FINDING) for one in ana.ask("diagnose")["findings"]]
    assert [check(one, FINDING) for one in ana.ask("validate", room=made["room"])["findings"]]
    for cli in pair:
        cli.quit()


def test_government(pair: tuple[Cli, Cli], common_server: Server) -> None:
    ana, bob = pair
    room = ana.ask("room_create", name="Lab")["room"]
    ana.ask("contact_request", peer=bob.peer, text="hello")
    bob.event("contact", peer=ana.peer, state="incoming")
    bob.ask("contact_accept", peer=ana.peer)
    check(ana.ask("room_invite", room=room, peer=bob.peer), {"invitation": str})
    told = bob.event("invitation", room=room, state="pending")
    assert (told["name"], told["from"]) == ("Lab", ana.peer)
    [one] = bob.ask("invitations")["invitations"]
    assert one["invitation"] == told["invitation"]
    assert bob.ask("invitation_accept", invitation=one["invitation"])["room"] == room
    ana.event("member", room=room, peer=bob.peer, state="joined")
    ana.ask("room_role", room=room, peer=bob.peer, role="admin")
    bob.event("member", room=room, peer=bob.peer, state="role")
    ana.ask("room_role", room=room, peer=bob.peer, role="member")
    ana.ask("room_kick", room=room, peer=bob.peer)
    bob.event("room", room=room, standing="removed")
    again = ana.ask("room_invite", room=room, peer=bob.peer)["invitation"]
    mark = bob.mark()
    told = bob.event("invitation", room=room, invitation=again)
    bob.ask("invitation_reject", invitation=again)
    bob.event("invitation", mark, invitation=again, state="gone")
    assert bob.ask("invitations")["invitations"] == []
    for do in NOT_BUILT.split():
        assert ana.refused(do) == "not-implemented"
    url = common_server.url
    ana.ask("disconnect", server=url)
    ana.event("server", server=url, state="offline")
    mark = ana.mark()
    ana.ask("connect", server=url)
    ana.event("server", mark, server=url, state="online")
    for cli in pair:
        cli.quit()
