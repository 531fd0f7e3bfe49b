"""Links over datagrams that somebody else carries."""

from __future__ import annotations

import asyncio
import os

import pytest

from app.transport.base import Datagrams, Lane, LinkTransport, PendingLink
from app.transport.webrtc import OPEN_TIMEOUT, WebRtcTransport
from tests.support.pipes import CARRIER, Pipe, pipe
from tests.transport.contract.link import LinkContract, connect, failure, received


class CarriedTransport(LinkTransport):
    """Every second pending link has the other end of the one before."""

    def __init__(self, open_timeout: float = OPEN_TIMEOUT) -> None:
        self._transport = WebRtcTransport(open_timeout=open_timeout)
        self._next: Pipe | None = None

    def pending(self, carried: Datagrams | None = None) -> PendingLink:
        assert carried is None
        if self._next is None:
            mine, self._next = pipe()
        else:
            mine, self._next = self._next, None
        return self._transport.pending(mine)


class TestCarried(LinkContract):
    @pytest.fixture
    async def transport(self) -> LinkTransport:
        return CarriedTransport()

    @pytest.fixture
    async def impatient(self) -> LinkTransport:
        return CarriedTransport(0.2)


async def test_it_says_who_carries_it_and_tries_no_address() -> None:
    mine, theirs = pipe()
    transport = WebRtcTransport()
    one, other = transport.pending(mine), transport.pending(theirs)
    untold = one.ways
    await one.complete(await other.accept(await one.offer()))
    assert (untold, one.ways) == ((), ("member",))
    first, second = await asyncio.gather(one.opened(), other.opened())
    assert (first.route, first.through) == ("relay", CARRIER)
    assert (second.route, second.through) == ("relay", CARRIER)
    assert first.local_fingerprint == second.remote_fingerprint
    first.send(Lane.RELIABLE, b"hello")
    assert await received(second) == (Lane.RELIABLE, b"hello")
    assert not any(b"hello" in datagram for datagram in mine.sent)
    await first.close()
    await second.close()


async def test_what_the_carrier_loses_is_sent_again_and_what_it_makes_up_does_nothing() -> None:
    mine, theirs = pipe()
    transport = WebRtcTransport()
    one, other = transport.pending(mine), transport.pending(theirs)
    await one.complete(await other.accept(await one.offer()))
    first, second = await asyncio.gather(one.opened(), other.opened())
    mine.keep = lambda _: len(mine.sent) % 5 != 0
    for number in range(30):
        theirs.inject(os.urandom(100))
        theirs.inject(bytes([23]) + os.urandom(100))
        theirs.inject(b"")
        first.send(Lane.RELIABLE, bytes([number]))
    got = [await received(second) for _ in range(30)]
    assert got == [(Lane.RELIABLE, bytes([number])) for number in range(30)]
    await first.close()
    await second.close()


async def test_a_carrier_that_loses_everything_is_no_way() -> None:
    mine, theirs = pipe()
    transport = WebRtcTransport(open_timeout=0.5)
    one, other = transport.pending(mine), transport.pending(theirs)
    mine.keep = theirs.keep = lambda _: False
    await one.complete(await other.accept(await one.offer()))
    fates = await asyncio.gather(failure(one.opened()), failure(other.opened()))
    assert [(fate["reason"], fate["stage"]) for fate in fates] == [("timeout", "dtls")] * 2


async def test_links_by_the_network_and_by_a_member_do_not_meet() -> None:
    """An offer for the one is no offer for the other."""
    mine, _ = pipe()
    transport = WebRtcTransport(open_timeout=0.5)
    one, other = transport.pending(mine), transport.pending()
    await one.complete(await other.accept(await one.offer()))
    fates = await asyncio.gather(failure(one.opened()), failure(other.opened()))
    assert {fate["stage"] for fate in fates} == {"dtls", "ice"}


async def test_many_links_at_once() -> None:
    transport = CarriedTransport()
    pairs = [await connect(transport, transport) for _ in range(3)]
    for one, other in pairs:
        one.send(Lane.UNRELIABLE, b"x")
        assert await received(other) == (Lane.UNRELIABLE, b"x")
        await one.close()
        await other.close()
