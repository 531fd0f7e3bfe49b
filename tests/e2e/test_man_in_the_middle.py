"""Somebody sits between two real links and ends DTLS on both sides: the handshake names it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

import pytest

from app.crypto.identity import Identity
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import Aside, DoorAnswer
from app.protocol.handshake import Established
from app.protocol.room_gate import Proofs
from app.services.clocks import WallClock
from app.services.peer_link import PeerLink
from app.transport.base import Link
from app.transport.webrtc import WebRtcTransport
from app.transport.webrtc_addresses import loopback_addresses


class NoRooms:
    """Implements LinkHost for a link that gets no further than its handshake."""

    def room_proofs(self, peer: PeerId) -> Mapping[RoomId, Proofs]:
        raise AssertionError(peer)

    def is_courier(self, room: RoomId, peer: PeerId) -> bool:
        raise AssertionError((room, peer))

    def room_opened(self, peer: PeerId, room: RoomId) -> None:
        raise AssertionError((peer, room))

    def asked(self, peer: PeerId, room: RoomId, key: bytes) -> None:
        raise AssertionError((peer, room, key))

    def answered(self, peer: PeerId, frame: DoorAnswer) -> None:
        raise AssertionError((peer, frame))

    def handed_on(self, peer: PeerId, frame: Aside) -> None:
        raise AssertionError((peer, frame))

    def typing(self, peer: PeerId, room: RoomId, active: bool) -> None:
        raise AssertionError((peer, room, active))

    def own_presence(self) -> int:
        raise AssertionError

    def presence(self, peer: PeerId, state: int, rooms: Iterable[RoomId]) -> None:
        raise AssertionError((peer, state, rooms))


@asynccontextmanager
async def open_link() -> AsyncIterator[tuple[Link, Link]]:
    """Yield both ends of a real link."""
    transport = WebRtcTransport(addresses=loopback_addresses)
    one, other = transport.pending(), transport.pending()
    await one.complete(await other.accept(await one.offer()))
    ends = await asyncio.gather(one.opened(), other.opened())
    try:
        yield ends[0], ends[1]
    finally:
        await asyncio.gather(*(end.close() for end in ends))


async def forward(source: Link, target: Link) -> None:
    while (message := await source.receive()) is not None:
        target.send(*message)


async def shake_hands(
    ana: Identity, to_bob: Link, bob: Identity, to_ana: Link
) -> tuple[Established | BaseException, Established | BaseException]:
    """Run the handshake on these two links; return how it ended for each."""
    one = PeerLink(ana, bob.peer, to_bob, NoRooms(), WallClock())
    other = PeerLink(bob, ana.peer, to_ana, NoRooms(), WallClock())
    return await asyncio.gather(one.authenticate(), other.authenticate(), return_exceptions=True)


@pytest.fixture
def people() -> tuple[Identity, Identity]:
    return Identity(os.urandom(32)), Identity(os.urandom(32))


async def test_nobody_between(people: tuple[Identity, Identity]) -> None:
    ana, bob = people
    async with open_link() as (to_bob, to_ana):
        at_ana, at_bob = await shake_hands(ana, to_bob, bob, to_ana)
    assert isinstance(at_ana, Established)
    assert isinstance(at_bob, Established)
    assert (at_ana.peer, at_bob.peer) == (bob.peer, ana.peer)
    assert at_ana.transcript == at_bob.transcript


async def test_somebody_between_who_hands_everything_on(people: tuple[Identity, Identity]) -> None:
    ana, bob = people
    async with open_link() as (to_bob, left), open_link() as (right, to_ana):
        relays = [asyncio.create_task(forward(*way)) for way in ((left, right), (right, left))]
        outcomes = await shake_hands(ana, to_bob, bob, to_ana)
        for relay in relays:
            relay.cancel()
    assert [type(outcome) for outcome in outcomes] == [RemoteProtocolError] * 2
    assert [getattr(outcome, "code", None) for outcome in outcomes] == ["link-tampered"] * 2


async def test_somebody_else_at_the_other_end(people: tuple[Identity, Identity]) -> None:
    ana, bob = people
    mallory = Identity(os.urandom(32))
    async with open_link() as (to_bob, to_ana):
        one = PeerLink(ana, bob.peer, to_bob, NoRooms(), WallClock())
        other = PeerLink(mallory, ana.peer, to_ana, NoRooms(), WallClock())
        theirs = asyncio.create_task(other.authenticate())
        with pytest.raises(RemoteProtocolError, match="wrong-peer"):
            await one.authenticate()
        theirs.cancel()
        await asyncio.gather(theirs, return_exceptions=True)
