"""Candidates, routes, and what strangers may cost."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import aioice
import pytest
from aioice import stun
from aioice.ice import StunProtocol

from app.domain.ice import IceServer
from app.transport import webrtc_ice
from app.transport.webrtc import WebRtcTransport
from app.transport.webrtc_addresses import loopback_addresses
from app.transport.webrtc_description import CandidateLine, decode
from app.transport.webrtc_ice import MAX_QUEUED, MAX_REMOTE, IceConnection


class StunServer(asyncio.DatagramProtocol):
    """Tells everybody that they come from one public address."""

    public = ("198.51.100.7", 4444)

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        request = stun.parse_message(data)
        answer = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.RESPONSE,
            transaction_id=request.transaction_id,
        )
        answer.attributes["XOR-MAPPED-ADDRESS"] = self.public
        self.transport.sendto(bytes(answer), addr)


def connection() -> IceConnection:
    return IceConnection(controlling=True, addresses=loopback_addresses, options={})


async def test_a_public_address_is_learned_and_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webrtc_ice, "GATHER_TIMEOUT", 20)
    loop = asyncio.get_running_loop()
    server, _ = await loop.create_datagram_endpoint(StunServer, local_addr=("127.0.0.1", 0))
    url = f"stun:127.0.0.1:{server.get_extra_info('sockname')[1]}"
    pending = WebRtcTransport([IceServer(url)], addresses=lambda: ["127.0.0.1"]).pending()
    found = decode(await pending.offer(), "offer").candidates
    assert [line.kind for line in found] == ["host", "srflx"]
    assert found[1].address == bytes([198, 51, 100, 7])
    assert found[1].port == 4444
    await pending.close()
    server.close()


def end(address: str, kind: str = "host") -> aioice.Candidate:
    return aioice.Candidate("1", 1, "udp", 1, address, 4000, kind)


@pytest.mark.parametrize(
    ("local", "remote", "route"),
    [
        (end("192.168.1.2"), end("192.168.1.3"), "lan"),
        (end("fd00::2"), end("fd00::3", "prflx"), "lan"),
        (end("192.168.1.2"), end("8.8.8.8", "srflx"), "direct"),
        (end("2606:4700::1"), end("2606:4700::2"), "direct"),
        (end("8.8.8.8", "relay"), end("192.168.1.3"), "relay"),
        (end("192.168.1.2"), end("8.8.8.8", "relay"), "relay"),
    ],
)
async def test_the_route_is_that_of_the_pair_in_use(
    local: aioice.Candidate, remote: aioice.Candidate, route: str
) -> None:
    ice = connection()
    assert ice.route == "direct"
    pair: Any = SimpleNamespace(local_candidate=local, remote_candidate=remote)
    ice._nominated[1] = pair
    assert ice.route == route


async def test_a_relayed_candidate_is_offered_as_one() -> None:
    ice = connection()
    ice._local_candidates = [end("8.8.8.8", "relay"), end("8.8.8.8", "host")]
    assert ice.lines() == [CandidateLine("relay", bytes([8, 8, 8, 8]), 4000, 1)]


async def test_unread_datagrams_are_dropped_not_kept() -> None:
    ice = connection()
    for _ in range(MAX_QUEUED + 10):
        ice.data_received(b"x", 1)
    assert ice._queue.qsize() == MAX_QUEUED
    ice._queue.put_nowait(None)
    assert ice._queue.qsize() == MAX_QUEUED + 1


async def test_ever_new_ports_are_not_remembered() -> None:
    ice = connection()
    await ice.gather_candidates()
    protocol: StunProtocol = ice._protocols[0]
    user = f"{ice.local_username}:remote"
    for port in range(1, 3 * MAX_REMOTE):
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = user
        request.attributes["PRIORITY"] = 1
        request.attributes["ICE-CONTROLLED"] = 1
        request.add_message_integrity(ice.local_password.encode())
        ice._early_checks_done = True
        ice.remote_username, ice.remote_password = "remote", "p" * 22
        protocol.datagram_received(bytes(request), ("127.0.0.1", port))
    assert len(ice._remote_candidates) == MAX_REMOTE
    await ice.close()
