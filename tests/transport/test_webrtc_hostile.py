"""What a remote end that speaks DTLS, but not our rules, can do: lose its link, nothing more."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator

import pytest
from aiortc.rtcsctptransport import (
    WEBRTC_BINARY,
    WEBRTC_DCEP,
    WEBRTC_STRING,
    AbortChunk,
    DataChunk,
)
from google_crc32c import value as crc32c
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import RemoteProtocolError
from app.transport import webrtc_sctp
from app.transport.base import Lane
from app.transport.webrtc import WebRtcTransport
from app.transport.webrtc_addresses import loopback_addresses
from app.transport.webrtc_ice import IceConnection
from app.transport.webrtc_link import WebRtcLink
from app.transport.webrtc_session import Session
from tests.services.world import until
from tests.transport.contract.link import connect, received


async def open_pair() -> tuple[Session, WebRtcLink]:
    """Return a hostile end's session and the honest end's link."""
    transport = WebRtcTransport(addresses=loopback_addresses)
    hostile, honest = await connect(transport, transport)
    assert isinstance(hostile, WebRtcLink)
    assert isinstance(honest, WebRtcLink)
    return hostile._session, honest


@pytest.fixture
async def ends() -> AsyncIterator[tuple[Session, WebRtcLink]]:
    hostile, honest = await open_pair()
    yield hostile, honest
    await hostile.close()
    await honest.close()


Ends = tuple[Session, WebRtcLink]


async def complaint(link: WebRtcLink) -> str:
    """Return the code that `receive` raises, and see that it does so once."""
    with pytest.raises(RemoteProtocolError) as caught:
        await received(link)
    assert await received(link) is None
    return caught.value.code


async def still_talk(hostile: Session, honest: WebRtcLink) -> None:
    hostile.send(Lane.RELIABLE, b"after all")
    assert await received(honest) == (Lane.RELIABLE, b"after all")


@pytest.mark.parametrize(
    ("stream", "kind", "data", "code"),
    [
        (0, WEBRTC_BINARY, bytes(16 * 1024 + 1), "message-too-large"),
        (1, WEBRTC_BINARY, bytes(200_000), "message-too-large"),
        (0, WEBRTC_STRING, b"text", "not-binary"),
        (0, WEBRTC_STRING, b"\xff\xfe", "not-binary"),
        (1, WEBRTC_DCEP, b"\x03" + bytes(11), "not-binary"),
        (0, WEBRTC_DCEP, b"\x02", "not-binary"),
        (0, 999, b"?", "not-binary"),
        (2, WEBRTC_BINARY, b"x", "unknown-channel"),
        (65535, WEBRTC_DCEP, b"\x03" + bytes(11), "unknown-channel"),
    ],
)
async def test_what_is_no_chat_message_ends_the_link(
    ends: Ends, stream: int, kind: int, data: bytes, code: str
) -> None:
    hostile, honest = ends
    hostile.send(Lane.RELIABLE, b"first")
    await hostile._sctp._data_channel_flush()
    await hostile._sctp._send(stream, kind, data)
    assert await received(honest) == (Lane.RELIABLE, b"first")
    assert await complaint(honest) == code


async def test_a_text_through_the_channel(ends: Ends) -> None:
    hostile, honest = ends
    hostile._channels[Lane.RELIABLE].send("text")
    assert await complaint(honest) == "not-binary"


def chunk(tsn: int, data: bytes, flags: int = 0) -> DataChunk:
    made = DataChunk(flags=flags)
    made.tsn, made.stream_id, made.stream_seq = tsn % 2**32, 0, 0
    made.protocol, made.user_data = WEBRTC_BINARY, data
    return made


async def test_a_message_without_end_is_a_flood(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webrtc_sctp, "MAX_HELD", 300)
    hostile, honest = ends
    first = hostile._sctp._local_tsn
    for number in range(600):
        if hostile.ended.is_set():
            break
        await hostile._sctp._send_chunk(
            chunk(first + number, bytes(1100), flags=int(number == 0) * 2)
        )
        await asyncio.sleep(0)
    assert await complaint(honest) == "flood"


async def test_gaps_without_end_are_not_remembered(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webrtc_sctp, "MAX_MISORDERED", 100)
    hostile, honest = ends
    first = hostile._sctp._local_tsn
    for number in range(400):
        await hostile._sctp._send_chunk(chunk(first + 2 + number, b"", flags=3))
        await asyncio.sleep(0)
    await until(lambda: len(honest._session._sctp._sack_misordered) == 100)
    assert not honest._session.ended.is_set()


async def test_a_single_channel_closed_is_the_whole_link(ends: Ends) -> None:
    hostile, honest = ends
    hostile._channels[Lane.UNRELIABLE].close()
    assert await received(honest) is None


@pytest.mark.parametrize("part", ["_sctp", "_dtls"])
async def test_either_layer_may_say_goodbye(ends: Ends, part: str) -> None:
    hostile, honest = ends
    await getattr(hostile, part).stop()
    assert await received(honest) is None


def sctp_packet(session: Session, chunks: bytes) -> bytes:
    """Build a packet that passes the checks of ports, tag and checksum."""
    tag = session._sctp._remote_verification_tag
    head = struct.pack("!HHL", 5000, 5000, tag)
    checksum = struct.pack("<L", crc32c(head + bytes(4) + chunks))
    return head + checksum + chunks


chunks = st.builds(
    lambda kind, flags, body: (
        struct.pack("!BBH", kind, flags, len(body) + 4) + body + bytes(-len(body) % 4)
    ),
    st.one_of(st.integers(0, 14), st.sampled_from([130, 192, 255])),
    st.integers(0, 255),
    st.binary(max_size=40),
)


@given(
    st.lists(
        st.one_of(st.binary(max_size=60), st.lists(chunks, max_size=3).map(b"".join)),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
async def test_any_packet_is_taken_or_ends_the_link(bodies: list[bytes]) -> None:
    hostile, honest = await open_pair()
    for body in bodies:
        if hostile._dtls.state == "connected":
            await hostile._dtls._send_data(sctp_packet(hostile, body))
            await hostile._dtls._send_data(body or b"\x00")
    await hostile._sctp._abort()
    try:
        while await received(honest) is not None:
            pass
    except RemoteProtocolError as error:
        assert error.code in {"bad-packet", "unknown-channel", "not-binary", "flood"}  # noqa: PT017
    await hostile.close()
    await honest.close()


async def test_sending_while_dtls_shuts_down_ends_the_link(ends: Ends) -> None:
    one, _other = ends
    assert one._dtls._ssl is not None
    one._dtls._ssl.shutdown()
    await one._sctp._send_chunk(AbortChunk())
    assert await one.inbox.get() is None


@pytest.mark.parametrize(
    "body",
    [
        struct.pack("!BBHHH", 6, 0, 8, 1, 0),  # a parameter of 0 bytes: aiortc never returns
        struct.pack("!BBHLLHH", 3, 0, 16 + 4 * 250, 0, 0, 250, 0)
        + struct.pack("!HH", 1, 65535) * 250,
        struct.pack("!BBHL", 192, 0, 8 + 4 * 250, 2**31) + struct.pack("!HH", 9, 9) * 250,
        struct.pack("!BBHLLHHL", 1, 0, 20, 1, 1, 1, 1, 1) * 2,
    ],
    ids=["parameter", "ranges", "streams", "two inits"],
)
async def test_one_packet_does_not_stop_the_program(ends: Ends, body: bytes) -> None:
    hostile, honest = ends
    await hostile._dtls._send_data(sctp_packet(hostile, body))
    try:
        await hostile._sctp._abort()
        assert await received(honest) is None
    except RemoteProtocolError as error:
        assert error.code in {"bad-packet", "unknown-channel"}  # noqa: PT017


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x00",
        os.urandom(3000),
        b"\x16\xfe\xff" + bytes(40),
        b"\x00\x01\x00\x08\x21\x12\xa4\x42" + bytes(12) + b"\x00\x24\x00\x02\x00\x00\x00\x00",
        b"\x00\x01\x00\x08\x21\x12\xa4\x42" + bytes(12) + b"\x00\x06\x00\x04\xff\xff\xff\xff",
    ],
)
async def test_a_strangers_datagram_is_nothing(ends: Ends, datagram: bytes) -> None:
    hostile, honest = ends
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        way = honest._session._ice
        assert isinstance(way, IceConnection)
        for candidate in way.local_candidates:
            if candidate.host == host:
                with socket.socket(family, socket.SOCK_DGRAM) as stranger:
                    stranger.sendto(datagram, (host, candidate.port))
    await still_talk(hostile, honest)


async def test_a_slow_reader_slows_the_sender(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.transport.webrtc_inbox.MAX_INBOX", 40_000)
    hostile, honest = ends
    wanted = [bytes([number]) * 10_000 for number in range(12)]
    for message in wanted:
        hostile.send(Lane.RELIABLE, message)
    await asyncio.sleep(0.1)
    assert honest._session.inbox.size <= 51_000
    for message in wanted:
        assert await received(honest) == (Lane.RELIABLE, message)


async def test_a_full_inbox_drops_what_is_unreliable(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.transport.webrtc_inbox.MAX_INBOX", 100)
    hostile, honest = ends
    hostile.send(Lane.RELIABLE, bytes(100))
    hostile.send(Lane.UNRELIABLE, b"stale")
    sent, there = hostile._sctp, honest._session._sctp
    await until(lambda: not sent._data_channel_queue and not sent._outbound_queue)
    await until(lambda: there._last_received_tsn == (sent._local_tsn - 1) % 2**32)
    assert await received(honest) == (Lane.RELIABLE, bytes(100))
    await still_talk(hostile, honest)


async def test_much_queued_drops_what_is_unreliable(ends: Ends) -> None:
    hostile, _ = ends
    channel = hostile._channels[Lane.UNRELIABLE]
    for _ in range(100):
        hostile.send(Lane.UNRELIABLE, bytes(16_000))
    assert channel.bufferedAmount < 300_000


async def test_lost_packets_are_sent_again(ends: Ends) -> None:
    sender, receiver = ends
    transport = sender._dtls.transport
    send = transport._send
    count = 0

    async def every_fourth_is_lost(data: bytes) -> None:
        nonlocal count
        count += 1
        if count % 4:
            await send(data)

    transport._send = every_fourth_is_lost
    wanted = [number.to_bytes(2, "big") * 500 for number in range(40)]
    for message in wanted:
        sender.send(Lane.RELIABLE, message)
    for message in wanted:
        assert await received(receiver) == (Lane.RELIABLE, message)
