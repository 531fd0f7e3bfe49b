"""The reworked path against itself and against aiortc's own: equal content, both ways."""

from __future__ import annotations

import asyncio
import random

import pytest

from app.transport.fast_sctp import wire
from app.transport.fast_sctp.association import FastSctp
from app.transport.fast_sctp.installing import Recovery
from tests.transport.fast_sctp.peers import STOCK, End, Path, connected

PATHS = [
    (Recovery.RATE, Recovery.RATE),
    (Recovery.CLASSIC, Recovery.CLASSIC),
    (Recovery.RATE, STOCK),
    (STOCK, Recovery.RATE),
    (Recovery.CLASSIC, STOCK),
    (STOCK, STOCK),
]
SIZES = (1, 16, 1160, 1161, 1404, 1405, 20_000, 65_536, 262_144)


def content(count: int, size: int, seed: int = 1) -> list[bytes]:
    rng = random.Random(seed)
    return [rng.randbytes(size) for _ in range(count)]


def send(end: End, label: str, messages: list[bytes]) -> None:
    for message in messages:
        end.channels[label].send(message)


@pytest.mark.parametrize(("one", "other"), PATHS)
async def test_messages_of_64_kb_both_ways(one: Path, other: Path) -> None:
    async with connected(one, other) as (first, second):
        there, back = content(40, 65_536), content(40, 65_536, 2)
        send(first, "bulk", there)
        send(second, "bulk", back)
        assert await second.expect("bulk", 40) == there
        assert await first.expect("bulk", 40) == back


@pytest.mark.parametrize(("one", "other"), PATHS[2:4])
async def test_every_size_and_kind(one: Path, other: Path) -> None:
    async with connected(one, other, ("a", "b")) as (first, second):
        there = [content(1, size)[0] for size in SIZES]
        send(first, "a", there)
        send(first, "b", [b"", b"x" * 70])
        first.channels["b"].send("")
        first.channels["b"].send("grüße 🎉")
        assert await second.expect("a", len(SIZES)) == there
        assert await second.expect("b", 4) == [b"", b"x" * 70, "", "grüße 🎉"]
        assert first.channels["a"].bufferedAmount == 0


@pytest.mark.parametrize(("one", "other"), PATHS[:4])
async def test_many_small_messages(one: Path, other: Path) -> None:
    async with connected(one, other, ordered=False) as (first, second):
        there = content(3000, 200)
        send(first, "bulk", there)
        assert sorted(map(bytes, await second.expect("bulk", 3000))) == sorted(there)  # type: ignore[arg-type]


@pytest.mark.parametrize(("one", "other"), PATHS[:4])
async def test_a_channel_closes_after_what_was_sent_and_others_go_on(
    one: Path, other: Path
) -> None:
    async with connected(one, other, ("a", "b")) as (first, second):
        send(first, "a", content(20, 65_536))
        first.channels["a"].close()
        assert len(await second.expect("a", 20)) == 20
        await first.reaches("a", "closed")
        await second.reaches("a", "closed")
        send(second, "b", [b"still here"])
        assert await first.expect("b", 1) == [b"still here"]
        again = first.connection.createDataChannel("c")
        first.adopt(again)
        await first.reaches("c", "open")
        send(first, "c", [b"new"])
        assert await second.expect("c", 1) == [b"new"]


@pytest.mark.parametrize(("one", "other"), PATHS[:4])
async def test_the_end_of_one_is_noticed_by_the_other(one: Path, other: Path) -> None:
    async with connected(one, other) as (first, second):
        await first.connection.close()
        await second.reaches("bulk", "closed")
        assert second.sctp.state == "closed"


async def test_a_way_without_a_socket_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """As over a relay, or on a loop that reads by itself."""
    monkeypatch.setattr(wire, "_own_socket", lambda _: None)
    async with connected(Recovery.RATE, Recovery.CLASSIC) as (first, second):
        there = content(10, 65_536)
        send(first, "bulk", there)
        assert await second.expect("bulk", 10) == there
        sctp = first.sctp
        assert isinstance(sctp, FastSctp)
        assert not sctp._dtls.is_near


async def test_the_session_may_end_before_the_association() -> None:
    """A remote end that says goodbye in DTLS alone, as one that is killed while closing."""
    async with connected(Recovery.RATE, Recovery.RATE) as (first, second):
        sctp = first.sctp
        assert isinstance(sctp, FastSctp)
        ended = asyncio.Event()
        second.sctp.transport.on("statechange", ended.set)
        await sctp.transport.stop()
        async with asyncio.timeout(30):
            await ended.wait()
        assert second.sctp.transport.state == "closed"
        with pytest.raises(ConnectionError):
            sctp._dtls.send_packets([b"too late"])
        assert second.channels["bulk"].readyState == "closed"


async def test_too_large_a_message_is_refused_at_once() -> None:
    async with connected(Recovery.RATE, STOCK) as (first, _):
        with pytest.raises(ValueError, match="takes"):
            first.channels["bulk"].send(bytes(300_000))


async def test_texts_that_aiortc_reads_a_packet_late_arrive() -> None:
    async with connected(Recovery.RATE, Recovery.RATE) as (first, second):
        sctp, other = first.sctp, second.sctp
        assert isinstance(sctp, FastSctp)
        assert isinstance(other, FastSctp)
        assert sctp._outbound is not None
        assert sctp._writer is not None
        sctp._outbound.queue(first.channels["bulk"].id or 0, 51, b"late")
        for body in sctp._outbound.take(0):
            await other._handle_data(sctp._writer.packet(body))
        assert await second.expect("bulk", 1) == ["late"]
