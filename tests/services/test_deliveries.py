"""How far a message got, member by member, and by when."""

from __future__ import annotations

import pytest

from app.domain.delivery import MemberDelivery
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageState, MessageView
from app.services import receipt_service
from tests.services.world import URL, Someone, World, until

QUEUED, SENT, DELIVERED, READ = MessageState
SOON_MS = 60_000


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_service, "EVERY", 0.02)


async def of(person: Someone, view: MessageView) -> dict[PeerId, MemberDelivery]:
    found = await person.backend.chats.deliveries(view.event)
    return {one.peer: one for one in found}


def moments(one: MemberDelivery) -> list[bool]:
    return [time_ms > 0 for time_ms in (one.sent_ms, one.delivered_ms, one.read_ms)]


async def read(person: Someone, room: RoomId, view: MessageView) -> None:
    await person.has(room, view.text)
    await person.backend.chats.mark_read(room, view.event)


async def test_each_member_is_told_of_with_times(world: World) -> None:
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await cem.stop()
    await until(lambda: not ana.linked(room, cem), "gone")
    view = await ana.say(room, "hello")
    await read(bob, room, view)
    await until(lambda: ana.backend._services.opener._book.get(room).tracker.read_by(bob.peer))
    before = await of(ana, view)
    assert {peer: (one.name, one.state) for peer, one in before.items()} == {
        bob.peer: ("Bob", READ),
        cem.peer: ("Cem", SENT),
    }
    assert moments(before[bob.peer]) == [True, True, True]
    assert moments(before[cem.peer]) == [True, False, False]
    bobs = before[bob.peer]
    assert view.time_ms <= bobs.sent_ms <= bobs.delivered_ms <= bobs.read_ms
    assert bobs.read_ms < view.time_ms + SOON_MS
    assert await of(bob, view) == {}
    await cem.start(URL)
    await ana.settled(view)
    await ana.stop()
    await ana.start()
    after = await of(ana, view)
    assert after[bob.peer] == bobs
    assert after[cem.peer].state is DELIVERED
    assert after[cem.peer].delivered_ms >= bobs.delivered_ms


async def test_what_waits_and_who_came_later(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    await ana.stop()
    await ana.start()
    view = await ana.say(room, "hello")
    assert await of(ana, view) == {bob.peer: MemberDelivery(bob.peer, "Bob", QUEUED)}
    link = (await bob.backend.chats.invitation(room)).link
    (cem,) = await world.started("Cem")
    await cem.backend.chats.join(link)
    await ana.backend.network.connect(URL)
    await cem.has(room, "hello")
    await until(lambda: ana.linked(room, bob, cem), "linked")
    await until(lambda: ana.knows(room) == 3, "member")
    await ana.settled(view)
    assert {one.state for one in (await of(ana, view)).values()} == {DELIVERED}
    assert set(await of(ana, view)) == {bob.peer, cem.peer}


async def test_a_receipt_that_others_bring_is_as_old_as_its_signature(world: World) -> None:
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await bob.stop()
    view = await ana.say(room, "tell Bob")
    await cem.has(room, "tell Bob")
    await ana.stop()
    await bob.start(URL)
    await read(bob, room, view)
    shelf = cem.backend._services.receipts._shelf(room)
    await until(lambda: (one := shelf.get(bob.peer)) is not None and ana.peer in one.read)
    await bob.stop()
    await until(lambda: not cem.linked(room, bob), "gone")
    signed = shelf.get(bob.peer)  # he may have signed again meanwhile
    await ana.start(URL)
    tracker = ana.backend._services.opener._book.get(room).tracker
    await until(lambda: tracker.read_by(bob.peer), "read")
    bobs = (await of(ana, view))[bob.peer]
    assert signed is not None
    assert bobs.read_ms == max(signed.time, view.time_ms)


async def test_nothing_is_told_of_a_room_that_was_left_meanwhile(world: World) -> None:
    ana = world.person("Ana")
    await ana.start(URL)
    ticks = ana.backend._services.chats._ticks
    await ticks._look_up(RoomId(bytes(16)), range(1, 2), SENT, PeerId(bytes(32)))
