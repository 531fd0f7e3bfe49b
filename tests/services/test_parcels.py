"""Words that go through a common member, and what carriers and strangers can not do with them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from app.crypto.identity import Identity
from app.domain.contacts import ContactState
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageState
from app.protocol.frames import FEATURES, Aside, Parcel, ParcelTaken
from app.protocol.parcels import Contents, seal_parcel
from app.services import parcel_carrier, parcel_sender, parcel_service, room_service
from app.services.parcel_service import ParcelService
from app.services.peer_link import PeerLink
from app.storage import parcel_repository
from app.storage.parcel_repository import Carried
from tests.services.world import URL, WAIT, Someone, World, until

STRANGER = Identity(bytes([88]) * 32)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcel_service, "DELAY", 0.01)
    monkeypatch.setattr(parcel_service, "SWEEP", 0.1)
    monkeypatch.setattr(parcel_carrier, "PATIENCE", 0.2)


class Ear(PeerLink):
    """A link of which only what is sent on it matters."""

    def __init__(self, peer: PeerId) -> None:
        self.peer = peer
        self.features = FEATURES
        self.said: list[Aside] = []

    def send(self, frame: Aside) -> None:
        self.said.append(frame)


def parcels(person: Someone) -> ParcelService:
    return person.backend._services.parcels


async def apart(world: World) -> tuple[Someone, Someone, Someone]:
    """Return Ana and Bob, who have stopped, and Cem, who is in one room with both."""
    _, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    await ana.stop()
    await bob.stop()
    await until(lambda: not cem.backend._services.manager.links())
    return ana, bob, cem


def contact(person: Someone, other: Someone) -> ContactState:
    return person.backend._services.circle.contacts.get(other.peer).state


async def numbers(carrier: Someone, receiver: Someone) -> set[bytes]:
    """Return the parcels that wait at one for another."""
    now = time.time_ns() // 1_000_000
    return {number for _, number in await carrier.store.parcels.waiting(receiver.peer, now)}


async def carried(cem: Someone, receiver: Someone) -> int:
    return len(await numbers(cem, receiver))


async def newer(carrier: Someone, receiver: Someone, before: set[bytes]) -> bool:
    return bool(await numbers(carrier, receiver) - before)


async def taken_and_left(carrier: Someone, one: Someone, other: Someone) -> bool:
    """Return whether one has taken what waited for them, and left something for the other."""
    return not await numbers(carrier, one) and bool(await numbers(carrier, other))


async def comes(look: Callable[[], Awaitable[object]]) -> None:
    """Wait until what has to be asked for is there."""
    end = asyncio.get_running_loop().time() + WAIT
    while not await look():
        assert asyncio.get_running_loop().time() < end, "it never came"
        await asyncio.sleep(0.01)


async def give(person: Someone, sender: Someone, frame: Parcel) -> Ear:
    """Hand a parcel to `person` as if it came over a link with `sender`."""
    ear = Ear(sender.peer)
    await parcels(person)._deal_with(ear, frame)
    return ear


def parcel(
    sender: Identity, receiver: PeerId, events: list[bytes] | None = None, stored: int = 0
) -> Parcel:
    contents = Contents(events or [], stored, stored)
    return Parcel(sender.peer, receiver, bytes(16), seal_parcel(sender, receiver, contents))


async def asked(world: World) -> tuple[RoomId, Someone, Someone, Someone]:
    """Let Ana write to Bob, so that Cem has a parcel for him; Ana has stopped again."""
    ana, bob, cem = await apart(world)
    await ana.start(URL)
    room = await ana.backend.contacts.request(bob.peer, "May I?")
    view = (await ana.history(room))[-1]
    await ana.reached(view, MessageState.SENT)
    await ana.stop()
    return room, ana, bob, cem


async def test_a_long_talk_goes_in_several_parcels(world: World) -> None:
    room, ana, bob, cem = await asked(world)
    await ana.start()
    texts = [f"{number} " + "x" * 20_000 for number in range(12)]
    views = [await ana.say(room, text) for text in texts]
    await ana.stop()
    there: list[str] = []
    for _ in range(12):
        await ana.start(URL)
        await comes(lambda: taken_and_left(cem, ana, bob))
        await ana.stop()
        await bob.start(URL)
        await comes(lambda: taken_and_left(cem, bob, ana))
        await until(lambda: bob.listed(room), "shown")
        there = await bob.texts(room)
        await bob.stop()
        if there[-1] == texts[-1]:
            break
    assert there == ["May I?", *texts]
    await ana.start(URL)
    await ana.reached(views[-1], MessageState.DELIVERED)


async def test_a_carrier_takes_nothing_that_is_not_its_business(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bob, cem = await apart(world)
    ours = parcel(ana.identity, bob.peer)
    assert (await give(cem, bob, ours)).said == []  # not from its sender
    assert (await give(cem, ana, parcel(ana.identity, STRANGER.peer))).said == []
    assert (await give(cem, ana, parcel(ana.identity, ana.peer))).said == []
    await cem.backend.contacts.block(bob.peer)
    assert (await give(cem, ana, ours)).said == []
    await cem.backend.contacts.unblock(bob.peer)
    monkeypatch.setattr(parcel_repository, "MAX_BYTES_BY_ONE", 10)
    assert (await give(cem, ana, ours)).said == []
    monkeypatch.setattr(parcel_repository, "MAX_BYTES_BY_ONE", 10_000)
    assert await carried(cem, bob) == 0
    assert (await give(cem, ana, ours)).said == [ParcelTaken(ours.number)]
    await cem.backend.contacts.block(ana.peer)
    ear = Ear(bob.peer)
    await parcels(cem)._carrier.offer(ear)
    assert ear.said == []


async def test_who_did_not_take_a_parcel_is_asked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcel_sender, "PATIENCE", 0.1)
    ana, bob, cem = await apart(world)
    await cem.backend.contacts.block(bob.peer)
    await ana.start(URL)
    await until(lambda: ana.backend._services.manager.live(cem.peer))
    room = await ana.backend.contacts.request(bob.peer, "May I?")
    view = (await ana.history(room))[-1]
    await asyncio.sleep(0.2)
    assert await ana.state(view) is MessageState.QUEUED
    await cem.backend.contacts.unblock(bob.peer)
    await ana.reached(view, MessageState.SENT)


async def test_what_nobody_takes_is_offered_again_and_only_its_receiver_ends_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcel_carrier, "PATIENCE", 60.0)
    ana, bob, cem = await apart(world)
    ours = parcel(ana.identity, bob.peer)
    await give(cem, ana, ours)
    ear, carrier = Ear(bob.peer), parcels(cem)._carrier
    for _ in range(3):
        await carrier.offer(ear)
    assert ear.said == [ours]
    await carrier.delivered(Ear(ana.peer), ours.number)
    await carrier.delivered(ear, b"x" * 16)
    monkeypatch.setattr(parcel_carrier, "PATIENCE", 0.0)
    await carrier.offer(ear)
    assert ear.said == [ours, ours]
    old = Ear(bob.peer)
    old.features = 0
    await carrier.offer(old)
    assert old.said == []
    await carrier.delivered(ear, ours.number)
    assert await carried(cem, bob) == 0
    assert carrier.receivers == set()


async def test_a_link_that_ends_while_a_parcel_is_read_ends_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bob, cem = await apart(world)
    ours = parcel(ana.identity, bob.peer)
    await give(cem, ana, ours)
    ear, carrier = Ear(bob.peer), parcels(cem)._carrier
    get = carrier._parcels.get

    async def late(receiver: PeerId, number: bytes) -> Carried | None:
        carrier.ended(receiver)
        return await get(receiver, number)

    with monkeypatch.context() as patch:
        patch.setattr(carrier._parcels, "get", late)
        await carrier.offer(ear)
    assert ear.said == []
    await carrier.offer(ear)
    assert ear.said == [ours]


async def test_a_carrier_cannot_speak_for_others(world: World) -> None:
    room, ana, bob, cem = await asked(world)
    await ana.start()
    (view,) = [one for one in await ana.history(room) if one.text == "May I?"]
    forged = seal_parcel(cem.identity, ana.peer, Contents([], 99, 99))
    ear = await give(ana, cem, Parcel(bob.peer, ana.peer, bytes(16), forged))
    assert ear.said == [ParcelTaken(bytes(16))]
    assert await ana.state(view) is MessageState.SENT
    real = parcel(bob.identity, ana.peer, stored=99)
    for carrier in (bob, cem):  # nobody is the carrier of an own parcel
        await give(ana, carrier, real)
    await ana.reached(view, MessageState.READ)
    await give(ana, cem, parcel(bob.identity, ana.peer, stored=0))
    assert await ana.state(view) is MessageState.READ


async def test_who_shares_no_room_brings_nothing(world: World) -> None:
    ana, bob, cem = await apart(world)
    await bob.start()
    bob_sees = bob.backend._services.opener._book
    before = len(list(bob_sees))
    ear = await give(bob, cem, parcel(STRANGER, bob.peer, stored=1))
    assert ear.said == []
    stranger = world.person("Eve", bytes([89]) * 32)
    assert (await give(bob, stranger, parcel(ana.identity, bob.peer))).said == []
    assert len(list(bob_sees)) == before


async def test_the_unwelcome_are_dropped_without_a_word(world: World) -> None:
    room, ana, bob, cem = await asked(world)
    await bob.start()
    await bob.backend.contacts.block(ana.peer)
    await bob.backend.network.connect(URL)
    await until(lambda: parcels(cem)._carrier.receivers == set())
    assert await carried(cem, ana) == 0
    assert bob.backend._services.opener._book.find(room) is None
    assert contact(bob, ana) is ContactState.KNOWN


async def test_conversations_that_strangers_begin_stay_few(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_service, "MAX_UNOPENED", 0)
    room, _, bob, cem = await asked(world)
    await bob.start(URL)
    await until(lambda: parcels(cem)._carrier._offered.get(bob.peer))
    await asyncio.sleep(0.1)
    assert bob.backend._services.opener._book.find(room) is None
    assert await carried(cem, bob) == 1


async def test_garbage_inside_and_receipts_for_nothing_are_dropped(world: World) -> None:
    ana, bob, cem = await apart(world)
    await bob.start()
    for inside in ([b"\x00" * 200], []):
        ear = await give(bob, cem, parcel(ana.identity, bob.peer, inside))
        assert ear.said == [ParcelTaken(bytes(16))]
    assert contact(bob, ana) is ContactState.KNOWN


async def test_a_flood_is_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcel_service, "MAX_INBOX", 2)
    ana, bob, cem = await apart(world)
    await bob.start(URL)
    await until(lambda: cem.backend._services.manager.live(bob.peer))
    service = parcels(cem)
    for _ in range(9):
        service.received(bob.peer, parcel(bob.identity, ana.peer))
    assert len(service._inbox) <= 2
    service.received(STRANGER.peer, parcel(STRANGER, ana.peer))
    await until(lambda: not service._inbox)
    assert service._bytes == 0


async def test_who_has_lost_a_disk_gets_everything_again(world: World) -> None:
    room, ana, bob, cem = await asked(world)
    await ana.start()
    await give(ana, cem, parcel(bob.identity, ana.peer, stored=2))
    sender = parcels(ana)._sender
    conversation = ana.backend._services.opener._book.get(room)
    assert sender._need(conversation) is None
    await give(ana, cem, parcel(bob.identity, ana.peer, stored=0))
    need = sender._need(conversation)
    assert need is not None
    assert (need.known, need.last) == (0, 2)
    await give(ana, cem, parcel(bob.identity, ana.peer, stored=2))
    assert sender._need(conversation) is None


async def test_reading_is_told_through_a_carrier_unless_one_does_not_want_to(
    world: World,
) -> None:
    room, ana, bob, cem = await asked(world)
    await bob.start(URL)
    await until(lambda: bob.listed(room))
    (view,) = [one for one in await bob.history(room) if one.text == "May I?"]
    await until(lambda: ana.peer in parcels(cem)._carrier.receivers)
    await bob.backend.set_setting("privacy.read_receipts", "no")
    await bob.backend.chats.mark_read(room, view.event)
    await comes(lambda: numbers(cem, ana))
    await asyncio.sleep(0.3)
    await bob.stop()
    await ana.start(URL)
    await ana.reached(view, MessageState.DELIVERED)
    await ana.stop()
    before = await numbers(cem, ana)
    await bob.start(URL)
    await bob.backend.set_setting("privacy.read_receipts", "yes")
    await bob.say(room, "You may")
    await comes(lambda: newer(cem, ana, before))
    await bob.stop()
    await ana.start(URL)
    await ana.reached(view, MessageState.READ)
    assert await ana.texts(room) == ["May I?", "You may"]
