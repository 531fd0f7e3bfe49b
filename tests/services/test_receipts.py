"""Ticks of a member whom we never meet, by its signed receipts."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from app.crypto.identity import Identity
from app.domain.changes import StatusChanged
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageState
from app.protocol.frames import Receipt, Wanted, encode_frame
from app.protocol.receipts import make_receipt
from app.services import receipt_service
from app.services.receipt_service import ReceiptService
from tests.services.world import URL, Someone, World, until


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_service, "EVERY", 0.02)


def receipts(person: Someone) -> ReceiptService:
    return person.backend._services.receipts


async def apart(world: World) -> tuple[RoomId, Someone, Someone, Someone]:
    """Return Ana and Bob, who have stopped, and Cem, who has met both in one room."""
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await ana.stop()
    await bob.stop()
    await until(lambda: not cem.backend._services.manager.links())
    return room, ana, bob, cem


async def test_delivered_and_read_are_known_without_meeting(world: World) -> None:
    room, ana, bob, cem = await apart(world)
    await ana.start(URL)
    view = await ana.say(room, "tell Bob")
    await cem.has(room, "tell Bob")
    await ana.stop()
    await bob.start(URL)
    await bob.has(room, "tell Bob")
    await bob.backend.chats.mark_read(room, view.event)
    await cem.backend.chats.mark_read(room, view.event)
    held = receipts(cem)._shelf(room)
    await until(lambda: (one := held.get(bob.peer)) is not None and ana.peer in one.read)
    await bob.stop()
    await cem.stop()
    await cem.start(URL)
    await ana.start(URL)
    await ana.reached(view, MessageState.READ)

    def moves() -> list[tuple[MessageState, PeerId | None]]:
        told = ana.heard(StatusChanged)
        return [(change.state, change.by) for change in told if view.event in change.messages]

    wanted = [(MessageState.DELIVERED, bob.peer), (MessageState.READ, bob.peer)]
    await until(lambda: all(move in moves() for move in wanted))
    assert [moves().count(move) for move in wanted] == [1, 1]
    await ana.stop()
    await ana.start()
    assert await ana.state(view) is MessageState.READ


async def test_who_tells_nothing_of_reading_signs_nothing_of_it(world: World) -> None:
    room, ana, bob, cem = await apart(world)
    await bob.start(URL)
    await bob.backend.set_setting("privacy.read_receipts", "no")
    await ana.start()
    view = await ana.say(room, "tell Bob")
    await bob.stop()
    await ana.stop()
    await ana.start(URL)
    await cem.has(room, "tell Bob")
    await ana.stop()
    await bob.start(URL)
    await bob.has(room, "tell Bob")
    await bob.backend.chats.mark_read(room, view.event)
    held = receipts(cem)._shelf(room)
    await until(lambda: (one := held.get(bob.peer)) is not None and ana.peer in one.stored)
    await asyncio.sleep(0.1)
    receipt = held.get(bob.peer)
    assert receipt is not None
    assert receipt.read == {}


async def test_nobody_signs_while_all_are_linked(world: World) -> None:
    room, people = await world.together("Ana", "Bob", "Cem")
    for person in people:  # what was signed before all were there
        receipts(person)._shelf(room)._receipts.clear()
    view = await people[0].say(room, "hello")
    await people[0].settled(view)
    for person in people:
        receipts(person).tell_now()
        assert receipts(person)._shelf(room).get(person.peer) is None


@pytest.fixture
def _in_no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody bring a receipt but the test."""
    monkeypatch.setattr(receipt_service, "FIRST", 600.0)


@pytest.mark.usefixtures("_in_no_hurry")
async def test_forged_stale_and_foreign_receipts_change_nothing(world: World) -> None:
    room, ana, bob, cem = await apart(world)
    await ana.start(URL)
    await until(lambda: ana.linked(room, cem))
    view = await ana.say(room, "tell Bob")
    service, now = receipts(ana), 1_800_000_000_000
    stored = {ana.peer: 1000}
    genuine = make_receipt(bob.identity, room, 1000, stored, stored)
    stranger = make_receipt(Identity(bytes([77]) * 32), room, 1000, stored, stored)
    refused = [
        msgspec.structs.replace(genuine, member=bytes(cem.peer)),
        msgspec.structs.replace(genuine, time=2000),
        msgspec.structs.replace(genuine, room=bytes(16)),
        make_receipt(bob.identity, room, now * 10, stored, stored),
        make_receipt(ana.identity, room, 1000, stored, stored),
        stranger,
    ]
    for receipt in refused:
        service.received(cem.peer, receipt)
    assert service._shelf(room).get(bob.peer) is None
    assert await ana.state(view) is not MessageState.READ
    service.received(bob.peer, genuine)  # not linked
    assert service._shelf(room).get(bob.peer) is None
    service.received(cem.peer, genuine)
    service.received(cem.peer, make_receipt(bob.identity, room, 1999, {}, {}))
    assert service._shelf(room).get(bob.peer) == genuine
    # Nobody has more of our log than we have written.
    tracker = ana.backend._services.opener._book.get(room).tracker
    assert tracker.reported(bob.peer) <= 4


@pytest.mark.usefixtures("_in_no_hurry")
async def test_a_flood_is_not_even_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_service, "BURST", 0.0)
    monkeypatch.setattr(receipt_service, "REFILL", 0.0)
    room, ana, bob, cem = await apart(world)
    await ana.start(URL)
    await until(lambda: ana.linked(room, cem))
    receipts(ana)._links.clear()
    receipts(ana)._link(cem.peer).tokens = 0.0
    receipts(ana).received(cem.peer, make_receipt(bob.identity, room, 1000, {}, {}))
    assert receipts(ana)._shelf(room).get(bob.peer) is None


async def test_what_cannot_be_read_is_passed_over(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    room, ana, bob, cem = await apart(world)
    await ana.start()
    good = make_receipt(bob.identity, room, 1000, {ana.peer: 1}, {})
    save = ana.store.receipts.save
    await save({(room, cem.peer): b"\x12nonsense", (room, bob.peer): encode_frame(good)})
    await save({(room, ana.peer): encode_frame(Wanted(room, []))})
    await ana.stop()
    await ana.start()
    await until(lambda: receipts(ana)._shelf(room).get(bob.peer))
    assert isinstance(receipts(ana)._shelf(room).get(bob.peer), Receipt)
    assert "cannot be read" in caplog.text
    caplog.clear()
