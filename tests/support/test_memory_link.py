"""The links in memory keep the same contract as real ones."""

from __future__ import annotations

import asyncio

import pytest

from app.transport.base import Lane, LinkTransport
from tests.support.memory_link import MemoryTransport, memory_link_pair
from tests.transport.contract.link import LinkContract, failure


class TestContract(LinkContract):
    @pytest.fixture
    async def transport(self) -> LinkTransport:
        return MemoryTransport(open_timeout=15.0)

    @pytest.fixture
    async def impatient(self) -> LinkTransport:
        return MemoryTransport(open_timeout=0.05)


async def test_a_cut_link_is_silent() -> None:
    one, other = memory_link_pair()
    one.cut()
    one.send(Lane.RELIABLE, b"lost")
    await one.close()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(other.receive(), 0.01)
    assert one.closed
    assert not other.closed


async def test_a_lossy_link_keeps_what_is_reliable() -> None:
    one, other = memory_link_pair()
    one.lossy = True
    one.send(Lane.UNRELIABLE, b"lost")
    one.send(Lane.RELIABLE, b"kept")
    assert await other.receive() == (Lane.RELIABLE, b"kept")
    assert one.sent == [(Lane.RELIABLE, b"kept")]


async def test_a_meddler_shows_another_certificate() -> None:
    one, other = memory_link_pair()
    one.pretend(bytes(32))
    assert one.remote_fingerprint != other.local_fingerprint


async def test_unreachable_machines_do_not_link() -> None:
    transport = MemoryTransport(open_timeout=0.01)
    transport.reachable = False
    one, other = transport.pending(), transport.pending()
    await one.complete(await other.accept(await one.offer()))
    assert (await failure(one.opened()))["reason"] == "timeout"
    await other.close()
