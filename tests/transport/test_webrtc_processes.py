"""Links between two processes: an echo, a goodbye, and a death without one."""

from __future__ import annotations

import asyncio

import pytest

from app.transport.base import Lane
from app.transport.webrtc import WebRtcTransport
from app.transport.webrtc_addresses import loopback_addresses
from tests.support.link_peer import ask, link_to, other_process
from tests.transport.contract.link import received


@pytest.fixture
def transport() -> WebRtcTransport:
    return WebRtcTransport(addresses=loopback_addresses)


async def test_an_echo_and_a_goodbye(transport: WebRtcTransport) -> None:
    async with other_process() as process:
        link = await link_to(process, transport.pending())
        for lane in Lane:
            link.send(lane, b"there and back")
            assert await received(link) == (lane, b"there and back")
        assert await ask(process, "close") == "closed"
        assert await received(link) is None
        await link.close()


async def test_a_killed_process_is_not_heard_of_at_once(transport: WebRtcTransport) -> None:
    """Datagrams bring no word of a dead process: ICE consent runs out after half a minute.

    Until then sending and closing must neither fail nor wait.
    """
    async with other_process() as process:
        link = await link_to(process, transport.pending())
        process.kill()
        await process.wait()
        for _ in range(100):
            link.send(Lane.RELIABLE, bytes(10_000))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(link.receive(), 0.3)
        async with asyncio.timeout(15):  # half of what consent takes to run out
            await link.close()
        assert await received(link) is None


async def test_consent_running_out_ends_the_link(
    transport: WebRtcTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with aioice's clock run faster: 6 missed answers, 5 s apart, end the link."""
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.01)
    async with other_process() as process:
        link = await link_to(process, transport.pending())
        process.kill()
        await process.wait()
        monkeypatch.setattr("aioice.stun.RETRY_RTO", 0.01)
        assert await received(link) is None
        await link.close()


async def test_a_process_that_dies_during_negotiation() -> None:
    transport = WebRtcTransport(addresses=loopback_addresses, open_timeout=0.5)
    async with other_process() as process:
        pending = transport.pending()
        answer = await ask(process, (await pending.offer()).hex())
        process.kill()
        await process.wait()
        await pending.complete(bytes.fromhex(answer))
        with pytest.raises(Exception, match="link failed"):
            await pending.opened()
