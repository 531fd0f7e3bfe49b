"""Real links over loopback, in one loop."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from app.domain.errors import AppError
from app.domain.ice import IceServer
from app.transport import webrtc_ice
from app.transport.base import Lane, LinkTransport
from app.transport.webrtc import WebRtcTransport
from app.transport.webrtc_addresses import loopback_addresses
from app.transport.webrtc_description import Role, decode, encode
from tests.support.coturn import TURNSERVER, running_turn
from tests.transport.contract.link import LinkContract, connect, failure


class TestContract(LinkContract):
    @pytest.fixture
    async def transport(self) -> LinkTransport:
        return WebRtcTransport(addresses=loopback_addresses)

    @pytest.fixture
    async def impatient(self) -> LinkTransport:
        return WebRtcTransport(addresses=loopback_addresses, open_timeout=0.2)

    async def test_loopback_is_near(self, transport: LinkTransport) -> None:
        one, other = await connect(transport, transport)
        assert (one.route, other.route) == ("lan", "lan")
        await one.close()
        await other.close()

    async def test_every_link_shows_another_certificate(self, transport: LinkTransport) -> None:
        first = await connect(transport, transport)
        second = await connect(transport, transport)
        links = [*first, *second]
        assert len({link.local_fingerprint for link in links}) == 4
        for link in links:
            await link.close()

    async def test_many_links_at_once(self, transport: LinkTransport) -> None:
        pairs = await asyncio.gather(*(connect(transport, transport) for _ in range(8)))
        await asyncio.gather(*(link.close() for pair in pairs for link in pair))


def nowhere() -> list[str]:
    return []


async def test_without_an_address_there_is_no_way() -> None:
    one = WebRtcTransport(addresses=nowhere).pending()
    other = WebRtcTransport(addresses=loopback_addresses).pending()
    await one.complete(await other.accept(await one.offer()))
    assert await failure(one.opened()) == {"reason": "ice-failed", "stage": "ice"}
    assert await failure(other.opened()) == {"reason": "ice-failed", "stage": "ice"}


@pytest.mark.parametrize(
    "url", ["", "http://x", "stun:", "stun:a:b", "turn:x?y=z", "stun:x?transport=udp"]
)
def test_a_bad_server_is_named(url: str) -> None:
    with pytest.raises(AppError, match="bad ice server") as caught:
        WebRtcTransport([IceServer(url)])
    assert caught.value.params == {"url": url}


def relayed(raw: bytes, role: Role) -> bytes:
    """Return a description of which only the relayed addresses are left."""
    whole = decode(raw, role)
    lines = [line for line in whole.candidates if line.kind == "relay"]
    assert lines
    return encode(msgspec.structs.replace(whole, candidates=lines))


@pytest.mark.skipif(TURNSERVER is None, reason="coturn is not installed")
async def test_a_link_goes_through_a_relay_that_is_named_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webrtc_ice, "GATHER_TIMEOUT", 20)
    with running_turn(tmp_path) as turn:
        transport = WebRtcTransport(addresses=lambda: [turn.host])
        transport.use([IceServer(turn.url, turn.username, turn.credential)])
        one, other = transport.pending(), transport.pending()
        offer = relayed(await one.offer(), "offer")
        await one.complete(relayed(await other.accept(offer), "answer"))
        links = await asyncio.gather(one.opened(), other.opened())
        assert "relay" in {link.route for link in links}
        links[0].send(Lane.RELIABLE, b"over there")
        assert await links[1].receive() == (Lane.RELIABLE, b"over there")
        await asyncio.gather(*(link.close() for link in links))
        assert turn.allocations == 2


async def test_a_silent_stun_server_only_delays() -> None:
    """The server is on loopback and answers nothing; the link needs none."""
    loop = asyncio.get_running_loop()
    silent, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
    )
    port = silent.get_extra_info("sockname")[1]
    server = IceServer(f"stun:127.0.0.1:{port}")
    with_stun = WebRtcTransport([server], addresses=loopback_addresses)
    without = WebRtcTransport(addresses=loopback_addresses)
    one, other = await connect(with_stun, without)
    await one.close()
    await other.close()
    silent.close()
