"""What every signaling transport has to pass.

A test module subclasses SignalingContract in a class named Test..., and gives it the fixtures
`transport` and `url` of a running server, and `stop_server`, which ends that server.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.transport.base import (
    NameCard,
    PeerJoined,
    PeerLeft,
    Present,
    SignalingEvent,
    SignalingSession,
    SignalingTransport,
    SignalReceived,
)
from signaling.protocol import MAX_PAYLOAD, card_message
from tests.signaling.people import Person

ROOM = b"r" * 32
WAIT = 30.0
"""Seconds that anything may take on a busy machine."""

Enter = Callable[[Person], Awaitable[SignalingSession]]


def card(person: Person, session: SignalingSession, name: str) -> NameCard:
    time_ms = session.server_time_ms
    signature = person.sign(card_message(person.peer, time_ms, name))
    return NameCard(person.peer, name, time_ms, signature)


async def following(session: SignalingSession, count: int) -> list[SignalingEvent]:
    """Return the next `count` events."""
    found: list[SignalingEvent] = []
    async with asyncio.timeout(WAIT):
        async for event in session.events():
            found.append(event)
            if len(found) == count:
                break
    return found


async def code_of(request: Awaitable[object]) -> str:
    with pytest.raises(AppError) as caught:
        await request
    return caught.value.code


class SignalingContract:
    """See above."""

    rooms_per_peer = 256  # what the server of `url` allows

    @pytest.fixture
    async def enter(self, transport: SignalingTransport, url: str) -> AsyncIterator[Enter]:
        sessions: list[SignalingSession] = []

        async def enter(person: Person) -> SignalingSession:
            sessions.append(await transport.open(url, person))
            return sessions[-1]

        yield enter
        for session in sessions:
            await session.close()

    async def test_two_people_see_each_other_come_and_go(self, enter: Enter) -> None:
        ana, bob = Person(), Person()
        one, two = await enter(ana), await enter(bob)
        assert await one.join(ROOM) == []
        assert await two.join(ROOM) == [Present(ana.peer, ana.instance)]
        await two.leave(ROOM)
        assert await following(one, 2) == [
            PeerJoined(ROOM, Present(bob.peer, bob.instance)),
            PeerLeft(ROOM, bob.peer),
        ]

    async def test_who_closes_has_left(self, enter: Enter) -> None:
        bob = Person()
        one, two = await enter(Person()), await enter(bob)
        await one.join(ROOM)
        await two.join(ROOM)
        await two.close()
        assert (await following(one, 2))[1] == PeerLeft(ROOM, bob.peer)

    async def test_payloads_arrive_whole_and_in_order(self, enter: Enter) -> None:
        ana, bob = Person(), Person()
        one, two = await enter(ana), await enter(bob)
        await one.join(ROOM)
        await two.join(ROOM)
        payloads = [b"", b"\x00\xff", *(bytes([n]) * 100 for n in range(20)), bytes(MAX_PAYLOAD)]
        await asyncio.gather(*(two.signal(ana.peer, payload) for payload in payloads))
        got = await following(one, len(payloads) + 1)
        assert got[1:] == [SignalReceived(bob.peer, payload) for payload in payloads]

    async def test_a_payload_has_a_limit(self, enter: Enter) -> None:
        ana = Person()
        one, two = await enter(ana), await enter(Person())
        await one.join(ROOM)
        await two.join(ROOM)
        too_much = two.signal(ana.peer, bytes(MAX_PAYLOAD + 1))
        assert await code_of(too_much) == "payload-too-large"
        await two.signal(ana.peer, b"fits")

    async def test_strangers_and_the_absent_are_unknown(self, enter: Enter) -> None:
        ana = Person()
        await enter(ana)
        two = await enter(Person())
        assert await code_of(two.signal(ana.peer, b"")) == "unknown-peer"
        assert await code_of(two.signal(PeerId(bytes(32)), b"")) == "unknown-peer"

    async def test_the_directory(self, enter: Enter) -> None:
        ana = Person()
        one, two = await enter(ana), await enter(Person())
        mine = card(ana, one, "Ana María")
        await one.publish(mine)
        assert await two.search("mar", 10) == [mine]
        assert await two.search("", 10) == [mine]
        assert await two.search("bob", 10) == []
        assert await one.search("ana", 10) == []
        await two.signal(ana.peer, b"knock")
        await one.unpublish()
        assert await two.search("ana", 10) == []

    async def test_a_false_card_is_refused(self, enter: Enter) -> None:
        ana, bob = Person(), Person()
        one = await enter(ana)
        good = card(ana, one, "Ana")
        forged = NameCard(ana.peer, "Eve", good.time_ms, good.signature)
        assert await code_of(one.publish(forged)) == "bad-card"
        assert await code_of(one.publish(card(bob, one, "Bob"))) == "bad-card"
        assert await code_of(one.publish(card(ana, one, "a\nb"))) == "bad-name"

    async def test_the_newest_connection_of_a_peer_wins(self, enter: Enter) -> None:
        ana = Person()
        old = await enter(ana)
        new = await enter(ana)
        async with asyncio.timeout(WAIT):
            assert [event async for event in old.events()] == []
        assert await code_of(old.join(ROOM)) == "signaling-lost"
        assert await new.join(ROOM) == []

    async def test_nobody_gets_in_as_somebody_else(
        self, transport: SignalingTransport, url: str
    ) -> None:
        mallory = Person()
        mallory.peer = Person().peer
        assert await code_of(transport.open(url, mallory)) == "server-refused"

    async def test_events_end_when_we_close(self, enter: Enter) -> None:
        one = await enter(Person())
        await one.close()
        await one.close()
        async with asyncio.timeout(WAIT):
            assert [event async for event in one.events()] == []
        assert await code_of(one.join(ROOM)) == "signaling-lost"

    async def test_events_end_when_the_server_stops(
        self, enter: Enter, stop_server: Callable[[], Awaitable[None]]
    ) -> None:
        one = await enter(Person())
        waiting = asyncio.create_task(following(one, 1))
        await asyncio.sleep(0)
        await stop_server()
        assert await asyncio.wait_for(waiting, WAIT) == []
        assert await code_of(one.search("", 1)) == "signaling-lost"

    async def test_the_clock_of_the_server(self, enter: Enter) -> None:
        one, two = await enter(Person()), await enter(Person())
        assert 0 <= two.server_time_ms - one.server_time_ms < 60_000

    async def test_a_server_without_relays_lends_none(self, enter: Enter) -> None:
        one = await enter(Person())
        assert (await one.lent_ice()).servers == ()

    async def test_a_flood_is_refused_not_lost(self, enter: Enter) -> None:
        one = await enter(Person())
        asked = (one.join(secrets.token_bytes(32)) for _ in range(self.rooms_per_peer + 9))
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        refused = [o for o in outcomes if isinstance(o, AppError)]
        assert {error.code for error in refused} == {"too-many-rooms"}
        assert len(refused) == 9

    @pytest.mark.parametrize(
        "bad", ["", "nonsense", "ftp://x", "http://", "http://u@h", "http://h:99999", "http://[x"]
    )
    async def test_a_bad_url(self, transport: SignalingTransport, bad: str) -> None:
        assert await code_of(transport.open(bad, Person())) == "bad-url"
