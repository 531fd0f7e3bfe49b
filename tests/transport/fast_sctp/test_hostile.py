"""What an authenticated remote end may send: it ends its association, or changes nothing."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from struct import pack

import pytest
from aiortc import RTCCertificate, RTCDataChannel, RTCIceGatherer, RTCIceTransport
from hypothesis import given, settings
from hypothesis import strategies as st

from app.transport.fast_sctp.association import MAX_CHANNELS, FastSctp
from app.transport.fast_sctp.chunks import (
    FIRST,
    LAST,
    PacketWriter,
    data_chunk,
    sack_chunk,
)
from app.transport.fast_sctp.dtls import FastDtls
from app.transport.fast_sctp.inbound import MAX_FRAGMENTS
from app.transport.fast_sctp.installing import Recovery
from tests.services.world import until
from tests.support.examples import ONE_FIXTURE
from tests.transport.fast_sctp.peers import End, connected

DCEP, TEXT, BINARY = 50, 51, 53
OPEN = pack("!BBHLHH", 3, 0, 0, 0, 1, 0) + b"x"


class Attacker:
    """One end of a real pair, which writes its own packets to the other."""

    def __init__(self, victim: End, attacker: End) -> None:
        self.victim = victim
        self.mine = attacker
        sctp = attacker.sctp
        assert isinstance(sctp, FastSctp)
        self.sctp = sctp
        self.tsn = sctp._local_tsn
        self.writer = PacketWriter(
            sctp._local_port, sctp._remote_port or 0, sctp._remote_verification_tag
        )

    async def send(self, *bodies: bytes, writer: PacketWriter | None = None) -> None:
        for body in bodies:
            self.sctp._dtls.send_packets([(writer or self.writer).packet(body)])
            await asyncio.sleep(0)  # the victim reads as fast as this writes

    def data(self, stream: int, protocol: int, payload: bytes, flags: int = FIRST | LAST) -> bytes:
        chunk = data_chunk(flags, self.tsn, (stream, 0, protocol), memoryview(payload))
        self.tsn = (self.tsn + 1) & 0xFFFFFFFF
        return chunk

    def deafen(self) -> None:
        """Hear no answer, which would tell this end's own association of what it never did."""
        self.sctp._dtls._unregister_data_receiver(self.sctp)

    @property
    def stream(self) -> int:
        return self.victim.channels["bulk"].id or 0

    async def ended(self) -> None:
        """Wait until the victim has ended its association."""
        await until(lambda: self.victim.sctp.state == "closed", "the association ends")


@pytest.fixture
async def attacker() -> AsyncIterator[Attacker]:
    async with connected(Recovery.RATE, Recovery.RATE) as (victim, mine):
        yield Attacker(victim, mine)


@pytest.mark.parametrize(
    "body",
    [
        pack("!BBH", 3, 0, 8) + bytes(4),
        pack("!BBHLLHH", 3, 0, 16, 1, 1, 60000, 0),
        pack("!BBH", 0, 3, 3),
        pack("!BBH", 0, 3, 16) + bytes(12),
        pack("!BBHHH", 4, 0, 8, 1, 0),
        pack("!BBHHHL", 130, 0, 12, 13, 8, 1),
        pack("!BBH", 6, 0, 4),
    ],
    ids=["short-sack", "gaps", "short", "empty", "parameter", "reset", "abort"],
)
async def test_a_broken_chunk_ends_the_association(attacker: Attacker, body: bytes) -> None:
    await attacker.send(body)
    await attacker.ended()
    await attacker.send(attacker.data(1, BINARY, b"after the end"))
    await asyncio.sleep(0.02)
    assert attacker.victim.got["bulk"] == []


async def test_an_acknowledgement_of_what_was_never_sent(attacker: Attacker) -> None:
    victim = attacker.victim.sctp
    await attacker.send(sack_chunk(victim._local_tsn, 1000, [], []))
    await attacker.ended()


async def test_a_damaged_packet_ends_the_association(attacker: Attacker) -> None:
    packet = attacker.writer.packet(attacker.data(0, BINARY, b"fine"))
    attacker.sctp._dtls.send_packets([packet[:-1] + b"?"])
    await attacker.ended()


async def test_a_foreign_tag_and_an_unknown_chunk_change_nothing(attacker: Attacker) -> None:
    await attacker.send(pack("!BBHL", 77, 0, 8, 0))
    foreign = PacketWriter(5000, 5000, 12345)
    await attacker.send(attacker.data(0, BINARY, b"hello"), writer=foreign)
    restart = pack("!BBHLLHHL", 1, 0, 20, 999, 1000, 5, 5, 1)
    await attacker.send(restart, writer=PacketWriter(5000, 5000, 0))
    for end in (attacker.mine, attacker.victim):
        end.channels["bulk"].send(b"still")
    assert await attacker.mine.expect("bulk", 1) == [b"still"]
    assert await attacker.victim.expect("bulk", 1) == [b"still"]
    assert attacker.victim.sctp.state == "connected"


async def test_text_that_is_none(attacker: Attacker) -> None:
    await attacker.send(attacker.data(0, TEXT, b"\xff\xfe"))
    await attacker.ended()


async def test_a_channel_opened_twice(attacker: Attacker) -> None:
    attacker.deafen()
    await attacker.send(attacker.data(attacker.stream, DCEP, OPEN))
    await attacker.ended()


async def test_channels_without_end(attacker: Attacker) -> None:
    attacker.deafen()
    opened: list[RTCDataChannel] = []
    attacker.victim.connection.on("datachannel", opened.append)
    bodies = [attacker.data(stream, DCEP, OPEN) for stream in range(2, 4 * MAX_CHANNELS, 2)]
    for begin in range(0, len(bodies), 20):
        await attacker.send(b"".join(bodies[begin : begin + 20]))
    await attacker.ended()
    assert len(opened) == MAX_CHANNELS - 1


async def test_a_message_without_end(attacker: Attacker) -> None:
    bodies = [attacker.data(0, BINARY, b"x", FIRST)]
    bodies += [attacker.data(0, BINARY, b"x", 0) for _ in range(MAX_FRAGMENTS)]
    for begin in range(0, len(bodies), 50):
        await attacker.send(b"".join(bodies[begin : begin + 50]))
    await attacker.ended()


async def test_an_unknown_stream_and_protocol_are_dropped(attacker: Attacker) -> None:
    attacker.deafen()
    stream = attacker.stream
    await attacker.send(attacker.data(9, BINARY, b"nobody"), attacker.data(stream, 4711, b"what"))
    await attacker.send(attacker.data(stream, BINARY, b"known"))
    assert await attacker.victim.expect("bulk", 1) == [b"known"]


@pytest.mark.parametrize("window", [0, 0xFFFFFFFF])
async def test_a_lie_about_the_window(attacker: Attacker, window: int) -> None:
    victim = attacker.victim.sctp
    assert isinstance(victim, FastSctp)
    assert victim._outbound is not None
    acked = victim._outbound._sent.first - 1
    await attacker.send(sack_chunk(acked & 0xFFFFFFFF, window, [], []))
    for _ in range(64):
        attacker.victim.channels["bulk"].send(bytes(65536))
    assert len(await attacker.mine.expect("bulk", 64)) == 64
    assert victim._outbound.flight <= victim._outbound._window.size


async def test_datagrams_of_strangers_change_nothing(attacker: Attacker) -> None:
    pair = attacker.victim.sctp.transport.transport._connection._nominated[1]
    rng = random.Random(9)
    junk = [b"", b"\0", bytes([23]) + rng.randbytes(40), bytes([22]) + rng.randbytes(40)]
    junk += [pack("!HHL12sHH", 1, 4, 0x2112A442, bytes(12), 0x8022, 99), rng.randbytes(3000), b""]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for datagram in junk * 5:
            stranger.sendto(datagram, pair.local_addr)
    attacker.mine.channels["bulk"].send(b"known")
    assert await attacker.victim.expect("bulk", 1) == [b"known"]
    attacker.victim.channels["bulk"].send(b"still")
    assert await attacker.mine.expect("bulk", 1) == [b"still"]


def association() -> FastSctp:
    """One without a way to anybody, established all the same."""
    transport = RTCIceTransport(RTCIceGatherer([]))
    sctp = FastSctp(FastDtls(transport, [RTCCertificate.generateCertificate()]))
    sctp._remote_port, sctp._ssthresh = 5000, 1 << 20
    sctp._last_received_tsn, sctp._data_channel_id = 100, 0
    sctp._set_state(FastSctp.State.ESTABLISHED)
    return sctp


@given(
    kinds=st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 14, 130, 192]), max_size=4),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=150, suppress_health_check=ONE_FIXTURE)
def test_any_chunks_end_in_nothing_worse_than_the_end(kinds: list[int], seed: int) -> None:
    rng = random.Random(seed)

    async def attack() -> None:
        sctp = association()
        tag = 0 if kinds[:1] == [1] else sctp._local_verification_tag
        writer = PacketWriter(5000, 5000, tag)
        for _ in range(3):
            bodies = []
            for kind in kinds:
                body = rng.randbytes(rng.choice((4, 8, 12, 16, 24, 40)))
                if rng.random() < 0.5:
                    body = pack("!HH", rng.choice((7, 13, 16, 17)), len(body)) + body[4:]
                bodies.append(pack("!BBH", kind, rng.randrange(8), 4 + len(body)) + body)
            sctp.receive(writer.packet(b"".join(bodies)))
            sctp.settle()
        sctp._set_state(FastSctp.State.CLOSED)
        await asyncio.sleep(0)

    asyncio.run(attack())
