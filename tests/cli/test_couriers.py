"""Requests about couriers, on real services."""

from __future__ import annotations

from app.domain.couriers import CourierTerms
from app.domain.ids import to_text
from tests.cli.test_handlers import ask, code_of, handlers
from tests.services.world import URL, World, until


async def test_couriers_by_requests(world: World) -> None:
    room, (ana,) = await world.together("Ana")
    cora = world.person("Cora")
    cora.courier = CourierTerms()
    await cora.start(URL)
    lines, theirs = handlers(ana), handlers(cora)
    where, whom = to_text(room), to_text(cora.peer)
    assert (await ask(lines, "room_couriers", room=where)) == {"couriers": []}
    await ask(lines, "room_courier_add", room=where, peer=whom, name="Cora")
    work = cora.backend.courier
    assert work is not None
    await until(lambda: [one.events for one in work.report().rooms] == [4], "kept")
    [shown] = (await ask(lines, "room_couriers", room=where))["couriers"]
    assert (shown["peer"], shown["name"], shown["state"]) == (whom, "Cora", "serving")
    told = await ask(theirs, "courier_status")
    [served] = told["rooms"]
    assert (served["room"], served["by"], served["members"]) == (where, to_text(ana.peer), 1)
    assert told["used"] == served["used"] > 0
    assert (told["keep_days"], told["link"][:7]) == (30, "parlor:")
    for request in ("rooms", "invitations", "transfers"):
        assert await code_of(theirs, request) == "courier-only"
    assert (await ask(theirs, "whoami"))["peer"] == whom
    for request in ("courier_status", "courier_drop"):
        given = {"room": where} if request == "courier_drop" else {}
        assert await code_of(lines, request, **given) == "courier-not-one"
    await ask(lines, "room_courier_remove", room=where, peer=whom)
    assert await code_of(lines, "room_courier_remove", room=where, peer=whom) == "unknown-courier"
    await until(lambda: not work.report().rooms, "forgotten")
    assert await code_of(theirs, "courier_drop", room=where) == "unknown-room"
