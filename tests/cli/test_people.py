"""Requests about people, answered by real services."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.cli.handlers import Handlers
from app.cli.people_render import people_notice
from app.cli.requests import parse_request
from app.domain.contacts import ContactChanged, ContactView, Presence, PresenceChanged
from app.domain.errors import AppError
from app.domain.ids import PeerId, to_text
from tests.services.world import Someone, World, until


async def ask(someone: Someone, do: str, **fields: object) -> dict[str, Any]:
    request = parse_request(json.dumps({"id": 1, "do": do, **fields}).encode())
    return await Handlers(someone.backend).handle(request)


async def states(someone: Someone) -> list[tuple[str, str]]:
    contacts = (await ask(someone, "contacts"))["contacts"]
    return [(one["name"], one["state"]) for one in contacts]


async def test_a_request_from_end_to_end(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    peer_of_ana, peer_of_bob = to_text(ana.peer), to_text(bob.peer)
    assert await ask(bob, "privacy", auto_accept="nobody") == {}
    room = (await ask(ana, "contact_request", peer=peer_of_bob, text="May I?"))["room"]
    await until(bob.backend.contacts.all)
    assert await states(bob) == [("Ana", "incoming")]
    assert await ask(bob, "contact_reject", peer=peer_of_ana) == {}
    assert await states(bob) == []
    with pytest.raises(AppError, match="no request"):
        await ask(bob, "contact_accept", peer=peer_of_ana)
    answer = await ask(bob, "contact_request", peer=peer_of_ana, text="Yes")
    assert answer == {"room": room}
    await until(lambda: all(view.state == "friend" for view in ana.backend.contacts.all()))


async def test_accepting(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    await ask(bob, "privacy", auto_accept="nobody")
    room = (await ask(ana, "contact_request", peer=to_text(bob.peer), text="May I?"))["room"]
    await until(bob.backend.contacts.all)
    assert await ask(bob, "contact_accept", peer=to_text(ana.peer)) == {"room": room}


async def test_blocking_and_describing(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    peer = to_text(bob.peer)
    assert await ask(ana, "contact_block", peer=peer) == {}
    assert await states(ana) == [("", "blocked")]
    assert await ask(ana, "contact_unblock", peer=peer) == {}
    view = await ask(ana, "contact_describe", peer=peer, alias="Bobby", note="hi")
    assert (view["alias"], view["note"], view["state"]) == ("Bobby", "hi", "none")
    found = (await ask(ana, "people", query="bobb"))["people"]
    assert [(one["peer"], one["alias"], one["source"]) for one in found] == [
        (peer, "Bobby", "contacts")
    ]


async def test_safety(world: World) -> None:
    ana, bob = await world.started("Ana", "Bob")
    peer = to_text(bob.peer)
    seen = await ask(ana, "safety", peer=peer)
    assert await ask(ana, "verify", peer=peer) == {**seen, "verified": True}
    assert await ask(ana, "verify", peer=peer, verified=False) == seen


async def test_choices(world: World) -> None:
    (ana,) = await world.started("Ana")
    privacy = ana.backend._services.circle.privacy
    await ask(ana, "privacy", read_receipts=False, typing=False)
    await ask(ana, "privacy", typing=True)
    assert (privacy.read_receipts, privacy.typing) == (False, True)
    await ask(ana, "presence", state="invisible")
    assert privacy.presence is Presence.INVISIBLE
    await ana.stop()
    await ana.start()
    assert ana.backend._services.circle.privacy == privacy


def test_notices() -> None:
    view = ContactView(PeerId(bytes(32)), "Ana", "", "", "friend", "", online=True, verified=False)
    told = people_notice(ContactChanged(view))
    assert (told["event"], told["state"], told["online"]) == ("contact", "friend", True)
    assert people_notice(PresenceChanged(view.peer, "busy")) == {
        "event": "presence",
        "peer": to_text(view.peer),
        "state": "busy",
    }
