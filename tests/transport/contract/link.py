"""What every LinkTransport does. A transport's tests subclass `LinkContract`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from app.domain.errors import AppError, LocalProtocolError, RemoteProtocolError
from app.transport.base import Lane, Link, LinkTransport

LIMIT = 16 * 1024
WAIT = 30.0
"""Seconds that anything may take on a busy machine."""
Pair = tuple[Link, Link]


async def connect(one: LinkTransport, other: LinkTransport) -> Pair:
    """Return the ends of a link: the offering one, then the answering one."""
    offering, answering = one.pending(), other.pending()
    await offering.complete(await answering.accept(await offering.offer()))
    first, second = await asyncio.gather(offering.opened(), answering.opened())
    return first, second


async def received(link: Link) -> tuple[Lane, bytes] | None:
    async with asyncio.timeout(WAIT):
        return await link.receive()


async def failure(attempt: Coroutine[Any, Any, object]) -> dict[str, object]:
    """Return what AppError("link-failed") says of an attempt that must fail."""
    with pytest.raises(AppError) as caught:
        await attempt
    assert caught.value.code == "link-failed"
    return caught.value.params


class LinkContract:
    """Override both fixtures: `transport` opens links with patience, `impatient` with little."""

    @pytest.fixture
    async def transport(self) -> LinkTransport:
        raise NotImplementedError

    @pytest.fixture
    async def impatient(self) -> LinkTransport:
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    async def leaves_no_tasks(self, transport: LinkTransport) -> AsyncIterator[None]:
        del transport
        yield
        for _ in range(1000):
            left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            if not left:
                break
            await asyncio.sleep(0.01)
        assert left == []

    @pytest.fixture
    async def pair(self, transport: LinkTransport) -> AsyncIterator[Pair]:
        one, other = await connect(transport, transport)
        yield one, other
        await one.close()
        await other.close()

    async def test_each_end_knows_both_fingerprints(self, pair: Pair) -> None:
        one, other = pair
        assert len(one.local_fingerprint) == 32
        assert one.local_fingerprint == other.remote_fingerprint
        assert other.local_fingerprint == one.remote_fingerprint
        assert one.local_fingerprint != other.local_fingerprint

    async def test_both_ends_name_the_route(self, pair: Pair) -> None:
        assert {link.route for link in pair} <= {"lan", "direct", "relay"}

    @pytest.mark.parametrize("lane", Lane)
    @pytest.mark.parametrize("message", [b"", b"x", bytes(range(256)) * 64])
    async def test_bytes_arrive_unchanged(self, pair: Pair, lane: Lane, message: bytes) -> None:
        for sender, receiver in (pair, pair[::-1]):
            sender.send(lane, message)
            assert await received(receiver) == (lane, message)

    async def test_reliable_messages_arrive_once_and_in_order(self, pair: Pair) -> None:
        one, other = pair
        wanted = [number.to_bytes(2, "big") * (number % 700) for number in range(1500)]
        for message in wanted:
            one.send(Lane.RELIABLE, message)
        assert [await received(other) for _ in wanted] == [
            (Lane.RELIABLE, message) for message in wanted
        ]

    async def test_a_longer_message_is_our_own_mistake(self, pair: Pair) -> None:
        for lane in Lane:
            with pytest.raises(LocalProtocolError):
                pair[0].send(lane, bytes(LIMIT + 1))

    async def test_a_cancelled_receive_loses_nothing(self, pair: Pair) -> None:
        one, other = pair
        waiting = asyncio.ensure_future(other.receive())
        await asyncio.sleep(0)
        waiting.cancel()
        one.send(Lane.RELIABLE, b"still here")
        await asyncio.wait([waiting])
        assert waiting.cancelled()
        assert await received(other) == (Lane.RELIABLE, b"still here")

    async def test_drained_waits_for_the_other_end(self, pair: Pair) -> None:
        one, other = pair
        await one.drained()
        for _ in range(64):
            one.send(Lane.RELIABLE, bytes(LIMIT))
        drained = asyncio.ensure_future(one.drained())
        await asyncio.sleep(0)
        assert not drained.done()
        for _ in range(64):
            await received(other)
        async with asyncio.timeout(WAIT):
            await drained

    async def test_closing_releases_drained(self, pair: Pair) -> None:
        one, _ = pair
        for _ in range(64):
            one.send(Lane.RELIABLE, bytes(LIMIT))
        drained = asyncio.ensure_future(one.drained())
        await asyncio.sleep(0)
        await one.close()
        async with asyncio.timeout(WAIT):
            await drained

    async def test_a_close_is_heard_after_the_last_message(self, pair: Pair) -> None:
        one, other = pair
        one.send(Lane.RELIABLE, b"last words")
        await one.close()
        assert await received(other) == (Lane.RELIABLE, b"last words")
        assert await received(other) is None
        assert await received(other) is None

    async def test_a_reader_hears_its_own_close(self, pair: Pair) -> None:
        one, other = pair
        waiting = asyncio.ensure_future(one.receive())
        other.send(Lane.RELIABLE, b"")
        await one.close()
        async with asyncio.timeout(WAIT):
            while await waiting is not None:
                waiting = asyncio.ensure_future(one.receive())

    async def test_after_a_close_everything_is_quiet(self, pair: Pair) -> None:
        one, other = pair
        await asyncio.gather(one.close(), one.close(), other.close())
        await one.close()
        for lane in Lane:
            one.send(lane, b"lost")
            other.send(lane, b"lost")
        await one.drained()
        assert await received(one) is None
        assert await received(other) is None

    async def test_both_ends_may_close_with_much_queued(self, pair: Pair) -> None:
        for link in pair:
            for _ in range(200):
                link.send(Lane.RELIABLE, bytes(LIMIT))
        await asyncio.gather(*(link.close() for link in pair))

    @pytest.mark.parametrize("garbage", [b"", b"\x00", b"\xc1" * 40, b"x" * 9000])
    async def test_garbage_is_the_remote_ends_fault(
        self, transport: LinkTransport, garbage: bytes
    ) -> None:
        pending = transport.pending()
        with pytest.raises(RemoteProtocolError, match="bad-description"):
            await pending.accept(garbage)
        await pending.close()
        pending = transport.pending()
        await pending.offer()
        with pytest.raises(RemoteProtocolError, match="bad-description"):
            await pending.complete(garbage)
        await pending.close()

    async def test_an_offer_is_no_answer(self, transport: LinkTransport) -> None:
        one, other = transport.pending(), transport.pending()
        offer = await one.offer()
        with pytest.raises(RemoteProtocolError):
            await one.complete(offer)
        answer = await other.accept(offer)
        third = transport.pending()
        with pytest.raises(RemoteProtocolError):
            await third.accept(answer)
        for pending in (one, other, third):
            await pending.close()

    async def test_a_pending_link_is_used_once(self, transport: LinkTransport) -> None:
        one, other = transport.pending(), transport.pending()
        with pytest.raises(LocalProtocolError):
            await one.complete(b"")
        offer = await one.offer()
        with pytest.raises(LocalProtocolError):
            await one.offer()
        answer = await other.accept(offer)
        with pytest.raises(LocalProtocolError):
            await other.complete(answer)
        await one.complete(answer)
        with pytest.raises(LocalProtocolError):
            await one.complete(answer)
        await one.close()
        await other.close()

    async def test_nobody_answers(self, impatient: LinkTransport) -> None:
        pending = impatient.pending()
        await pending.offer()
        assert (await failure(pending.opened()))["reason"] == "timeout"
        assert (await failure(pending.offer()))["reason"] == "closed"

    async def test_closing_ends_a_wait(self, transport: LinkTransport) -> None:
        one, other = transport.pending(), transport.pending()
        await one.complete(await other.accept(await one.offer()))
        waiting = [asyncio.ensure_future(failure(pending.opened())) for pending in (one, other)]
        await asyncio.gather(one.close(), other.close(), one.close())
        assert [(await wait)["reason"] for wait in waiting] == ["closed", "closed"]

    async def test_a_closed_pending_link_refuses(self, transport: LinkTransport) -> None:
        one, other = transport.pending(), transport.pending()
        offer = await one.offer()
        await one.close()
        await other.close()
        assert (await failure(other.accept(offer)))["reason"] == "closed"
        assert (await failure(one.opened()))["reason"] == "closed"

    @pytest.mark.parametrize("turns", [1, 3, 10, 30])
    async def test_closing_in_the_middle(self, transport: LinkTransport, turns: int) -> None:
        one, other = transport.pending(), transport.pending()
        await one.complete(await other.accept(await one.offer()))
        for _ in range(turns):
            await asyncio.sleep(0.001)
        await one.close()
        await other.close()

    async def test_an_open_link_outlives_its_pending_one(self, transport: LinkTransport) -> None:
        offering, answering = transport.pending(), transport.pending()
        await offering.complete(await answering.accept(await offering.offer()))
        one, other = await asyncio.gather(offering.opened(), answering.opened())
        await offering.close()
        one.send(Lane.RELIABLE, b"on")
        assert await received(other) == (Lane.RELIABLE, b"on")
        await one.close()
        await other.close()
