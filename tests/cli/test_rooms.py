"""Requests about who governs a group, on real services."""

from __future__ import annotations

from app.cli.times import milliseconds, time_text
from app.domain.ids import to_text
from tests.cli.test_handlers import ask, code_of, handlers
from tests.refused import refusal
from tests.services.groups import invitation_to, members_are
from tests.services.world import World, until


async def test_links_rules_and_roles_by_requests(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    lines, where = handlers(ana), to_text(room)
    [first] = (await ask(lines, "room_links", room=where))["links"]
    assert (first["link"], first["until"], first["by"]) == ("first", None, to_text(ana.peer))
    assert first["code"].count("-") == 5
    link = await ask(lines, "room_link", room=where, until="2999-01-01T00:00:00Z")
    assert link["until"] == "2999-01-01T00:00:00.000Z"
    assert len((await ask(lines, "room_links", room=where))["links"]) == 2
    await ask(lines, "room_revoke", room=where, link=link["link"])
    await ask(lines, "room_revoke", room=where, link="first")
    assert (await ask(lines, "room_links", room=where))["links"] == []
    for wrong in ("first", link["link"], "nonsense"):
        assert await code_of(lines, "room_revoke", room=where, link=wrong) == "unknown-link"
    rules = {"history": 1, "info": 1, "invites": 1, "vanish": 0}
    assert await ask(lines, "room_rules", room=where) == {"rules": rules}
    await ask(lines, "room_rule", room=where, rule="vanish", value=3600)
    await ask(lines, "room_rule", room=where, rule="vanish", value=3600)
    assert (await ask(lines, "room_rules", room=where))["rules"] == {**rules, "vanish": 3600}
    assert await code_of(lines, "room_rule", room=where, rule="info", value=7) == "bad-rule"
    for _ in range(2):
        await ask(lines, "room_role", room=where, peer=to_text(bob.peer), role="admin")
    assert (await ask(lines, "room_banned", room=where)) == {"banned": []}
    theirs = handlers(bob)
    await until(lambda: bob.backend.governance.own_role(room) is not None, "known")
    assert await code_of(theirs, "room_kick", room=where, peer=to_text(ana.peer)) == "not-allowed"


async def test_people_in_and_out_by_requests(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    (cem,) = await world.started("Cem")
    lines, theirs = handlers(ana), handlers(cem)
    where, whom = to_text(room), to_text(cem.peer)
    invitation = (await ask(lines, "room_invite", room=where, peer=whom))["invitation"]
    [pending] = (await ask(lines, "room_invited", room=where))["invited"]
    assert (pending["peer"], pending["until"]) == (whom, None)
    await invitation_to(cem)
    listed = (await ask(theirs, "invitations"))["invitations"]
    assert [(one["invitation"], one["room"]) for one in listed] == [(invitation, where)]
    assert (await ask(theirs, "invitation_accept", invitation=invitation))["room"] == where
    await members_are(room, ana, bob, cem)
    await ask(theirs, "invitation_reject", invitation=invitation)
    await ask(lines, "room_kick", room=where, peer=whom, ban=True)
    assert (await ask(lines, "room_banned", room=where))["banned"] == [
        {"peer": whom, "name": "Cem"}
    ]
    await ask(lines, "room_readmit", room=where, peer=whom)
    assert await code_of(lines, "room_readmit", room=where, peer=whom) == "not-banned"
    direct = to_text(await ana.backend.chats.open_notes())
    assert await code_of(lines, "room_links", room=direct) == "not-a-group"


def test_times() -> None:
    assert time_text(milliseconds("2026-01-02T03:04:05.678Z")) == "2026-01-02T03:04:05.678Z"
    assert milliseconds("1970-01-01") == 0
    assert refusal(milliseconds, "tomorrow") == "bad-request"
