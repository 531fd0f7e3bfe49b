"""Ways into groups and what members may do there, between real programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Json, Server, Stage

pytestmark = pytest.mark.e2e


def roles(cli: Cli, room: str) -> dict[str, str]:
    return {one["peer"]: one["role"] for one in cli.ask("members", room=room)["members"]}


def in_room(cli: Cli, room: str) -> Json:
    return next(one for one in cli.ask("rooms")["rooms"] if one["room"] == room)


def peers(reply: Json) -> set[str]:
    """Return who is a member by an answer to `members`."""
    return {member["peer"] for member in reply["members"]}


def heard(reply: Json) -> list[str]:
    """Return the texts of an answer to `history`."""
    return [message["text"] for message in reply["messages"]]


def are_in(room: str, *people: Cli) -> None:
    """Wait until these people, and nobody else, are members for all of them."""
    wanted = {cli.peer for cli in people}
    for cli in people:
        cli.until(
            lambda reply: {m["peer"] for m in reply["members"]} == wanted, "members", room=room
        )


def befriend(one: Cli, other: Cli) -> None:
    one.ask("contact_request", peer=other.peer, text="hello")
    other.event("contact", peer=one.peer)
    if other.ask("contacts")["contacts"][0]["state"] == "incoming":
        other.ask("contact_accept", peer=one.peer)
    one.event("contact", peer=other.peer, state="friend")


def test_an_invitation_waits_over_restarts_of_both(programs: Stage, trio: list[Cli]) -> None:
    ana, bob, cem = trio
    room = room_of(ana, bob)
    befriend(ana, cem)
    cem.quit()
    invitation = ana.ask("room_invite", room=room, peer=cem.peer)["invitation"]
    assert [one["peer"] for one in ana.ask("room_invited", room=room)["invited"]] == [cem.peer]
    ana.quit()
    cem = programs.again(cem)
    ana = programs.again(ana)
    told = cem.event("invitation", invitation=invitation)
    assert (told["room"], told["name"], told["from"]) == (room, "Lab", ana.peer)
    cem.quit()
    cem = programs.again(cem)
    [pending] = cem.ask("invitations")["invitations"]
    assert pending["invitation"] == invitation
    assert cem.ask("invitation_accept", invitation=invitation)["room"] == room
    are_in(room, ana, bob, cem)
    cem.say(room, "here I am")
    bob.hear("here I am")
    assert cem.ask("invitations")["invitations"] == []
    assert ana.refused("room_invite", room=room, peer=cem.peer) == "already-member"


def test_a_rejected_invitation_is_gone(trio: list[Cli]) -> None:
    ana, bob, cem = trio
    room = room_of(ana, bob)
    befriend(ana, cem)
    invitation = ana.ask("room_invite", room=room, peer=cem.peer)["invitation"]
    cem.event("invitation", invitation=invitation)
    cem.ask("invitation_reject", invitation=invitation)
    assert cem.ask("invitations")["invitations"] == []
    assert cem.refused("invitation_accept", invitation=invitation) == "invitation-gone"
    assert cem.refused("invitation_reject", invitation="A" * 43) == "unknown-invitation"


def test_links_let_in_until_they_expire_or_are_revoked(
    programs: Stage, trio: list[Cli], common_server: Server
) -> None:
    ana, bob, cem = trio
    room = room_of(ana, bob)
    ana.say(room, "history")
    soon = (datetime.now(UTC) + timedelta(seconds=5)).isoformat()
    short = ana.ask("room_link", room=room, until=soon)
    link = ana.ask("room_link", room=room)
    assert cem.ask("room_join", invite=link["invite"])["room"] == room
    are_in(room, ana, bob, cem)
    cem.until(
        lambda reply: [m["text"] for m in reply["messages"]] == ["history"], "history", room=room
    )
    ana.ask("room_revoke", room=room, link=link["link"])
    ana.ask("room_revoke", room=room, link="first")
    assert ana.refused("room_revoke", room=room, link="first") == "unknown-link"
    late, later = programs.people("Late", "Later", server=common_server.url)
    ana.until(lambda reply: reply["links"] == [], "room_links", room=room)
    for stranger, dead, reason in ((late, short, "expired"), (later, link, "revoked")):
        stranger.ask("room_join", invite=dead["invite"])
        stranger.event("room", room=room, standing="refused", refused_for=reason)
        assert in_room(stranger, room)["refused_for"] == reason
        assert stranger.refused("send", room=room, text="let me in") == "room-refused"
    ana.say(room, "among us")
    cem.hear("among us")
    are_in(room, ana, bob, cem)
    assert late.texts(room) == later.texts(room) == []


def test_roles_and_rules_say_who_may(trio: list[Cli]) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    assert roles(bob, room) == {ana.peer: "owner", bob.peer: "member", eve.peer: "member"}
    assert bob.refused("room_kick", room=room, peer=eve.peer) == "not-allowed"
    assert bob.refused("room_role", room=room, peer=eve.peer, role="admin") == "not-allowed"
    ana.ask("room_rule", room=room, rule="info", value=0)
    bob.until(lambda reply: reply["rules"]["info"] == 0, "room_rules", room=room)
    assert bob.refused("room_rename", room=room, text="Mine") == "not-allowed"
    ana.ask("room_role", room=room, peer=bob.peer, role="admin")
    bob.event("member", room=room, peer=bob.peer, state="role")
    bob.ask("room_rename", room=room, text="Ours")
    bob.ask("room_kick", room=room, peer=eve.peer)
    ana.event("member", room=room, peer=eve.peer, state="removed")
    ana.ask("room_role", room=room, peer=bob.peer, role="owner")
    bob.until(lambda _: roles(bob, room) == {ana.peer: "admin", bob.peer: "owner"}, "rooms")
    assert ana.refused("room_kick", room=room, peer=bob.peer) == "not-allowed"


def test_newcomers_do_not_read_what_was_before_if_that_is_the_rule(trio: list[Cli]) -> None:
    ana, bob, cem = trio
    room = room_of(ana, bob)
    ana.ask("room_rule", room=room, rule="history", value=0)
    ana.say(room, "secret")
    bob.hear("secret")
    cem.ask("room_join", invite=ana.ask("room_link", room=room)["invite"])
    are_in(room, ana, bob, cem)
    ana.say(room, "welcome")
    cem.hear("welcome")
    assert cem.texts(room) == ["welcome"]
    assert in_room(cem, room)["name"] == "Lab"
