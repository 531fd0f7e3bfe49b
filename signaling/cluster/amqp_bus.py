"""RabbitMQ (AMQP 0-9-1): a queue for each server, and an exchange that fills all of them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

from signaling.cluster.bus import OPEN_SECONDS, BusError, Kept, Post
from signaling.cluster.records import MAX_FRAME

EXCHANGE = "parlor.all"
HEARTBEAT = 10
# A server that hangs must not fill the broker; what it misses it asks for again.
QUEUE_LIMITS: dict[str, Any] = {"x-max-length-bytes": 8 * MAX_FRAME}

for _chatty in ("aio_pika", "aiormq"):
    # They log each failure to connect, with the address.
    logging.getLogger(_chatty).setLevel(logging.CRITICAL + 1)


class AmqpBus:
    """Implements Bus. The engine keeps nothing: whoever comes asks the others."""

    keeps = False

    def __init__(self, url: str, server: bytes) -> None:
        self._url = url
        self._server = server
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue(1024)
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel
        self._all: AbstractExchange

    async def open(self) -> None:
        with _told():
            self._connection = await aio_pika.connect(
                self._url, timeout=OPEN_SECONDS, heartbeat=HEARTBEAT
            )
            self._connection.close_callbacks.add(self._closed)
            self._channel = await self._connection.channel(publisher_confirms=False)
            await self._channel.set_qos(prefetch_count=0)
            self._all = await self._channel.declare_exchange(
                EXCHANGE, aio_pika.ExchangeType.FANOUT, auto_delete=True
            )
            queue = await self._channel.declare_queue(
                _queue(self._server), exclusive=True, arguments=QUEUE_LIMITS
            )
            await queue.bind(self._all)
            await queue.consume(self._heard, no_ack=True)

    async def send(self, post: Post) -> None:
        with _told():
            for to, frame in post.frames:
                exchange = self._channel.default_exchange if to else self._all
                message = aio_pika.Message(frame)
                await exchange.publish(message, _queue(to) if to else "", mandatory=False)

    async def receive(self) -> bytes:
        frame = await self._frames.get()
        if frame is None:
            raise BusError("closed")
        return frame

    async def fetch(self, server: bytes) -> Kept | None:  # noqa: ARG002 - nothing is kept
        return None

    async def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(AMQPError, OSError, TimeoutError, RuntimeError):
                async with asyncio.timeout(1.0):
                    await self._connection.close()

    async def _heard(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        await self._frames.put(message.body)

    def _closed(self, *_why: object) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self._frames.put_nowait(None)


def _queue(server: bytes) -> str:
    return f"parlor.to.{server.hex()}"


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (AMQPError, ChannelInvalidStateError, OSError, RuntimeError) as error:
        raise BusError(type(error).__name__) from error
