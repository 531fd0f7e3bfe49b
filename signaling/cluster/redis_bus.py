"""Redis: frames over its channels, and of each server a hash that ends with its lease."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from signaling.cluster.bus import OPEN_SECONDS, BusError, Kept, Post
from signaling.cluster.company import LEASE
from signaling.cluster.records import BadFrame, decode_entry, encode_entry

KEPT_MS = int(LEASE * 1000)
NUMBER = b"number"
ENTRIES_AT_ONCE = 500


class RedisBus:
    """Implements Bus."""

    keeps = True

    def __init__(self, url: str, server: bytes) -> None:
        options: dict[str, Any] = {"socket_connect_timeout": OPEN_SECONDS}
        # A broken connection is to be noticed, not mended in silence: what was missed must be told.
        self._redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0), **options)
        # Channels are common to all databases of a Redis.
        database = self._redis.connection_pool.connection_kwargs.get("db", 0)
        self._prefix = f"parlor:{database}:"
        self._server = server
        self._ears = self._redis.pubsub(ignore_subscribe_messages=True)
        self._frames: AsyncIterator[dict[str, Any]] = self._ears.listen()

    async def open(self) -> None:
        with _told():
            await self._ears.subscribe(self._channel(b""), self._channel(self._server))

    async def send(self, post: Post) -> None:
        with _told():
            async with self._redis.pipeline(transaction=post.kept is not None) as pipe:
                if post.kept is not None:
                    self._keep(pipe, post.kept)
                for to, frame in post.frames:
                    pipe.publish(self._channel(to), frame)
                await pipe.execute()

    async def receive(self) -> bytes:
        with _told():
            message = await anext(self._frames)
        return bytes(message["data"])

    async def fetch(self, server: bytes) -> Kept | None:
        with _told():
            kept: Any = await self._redis.hgetall(self._key(server))
        try:
            number = int(kept.pop(NUMBER))
            return Kept(server, number, {peer: decode_entry(e) for peer, e in kept.items()})
        except (KeyError, ValueError, BadFrame):
            return None

    async def close(self) -> None:
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._ears.aclose()  # type: ignore[no-untyped-call]
                await self._redis.aclose()

    def _keep(self, pipe: Any, kept: Kept) -> None:
        key = self._key(kept.server)
        if kept.anew:
            pipe.delete(key)
        present = {peer: encode_entry(e) for peer, e in kept.entries.items() if e is not None}
        for part in _parts(present):
            pipe.hset(key, mapping=part)
        gone = [peer for peer, entry in kept.entries.items() if entry is None]
        if gone:
            pipe.hdel(key, *gone)
        pipe.hset(key, NUMBER, kept.number)
        pipe.pexpire(key, KEPT_MS)

    def _channel(self, to: bytes) -> str:
        return f"{self._prefix}to:{to.hex()}" if to else f"{self._prefix}all"

    def _key(self, server: bytes) -> str:
        return f"{self._prefix}server:{server.hex()}"


def _parts(present: dict[bytes, bytes]) -> Iterator[dict[bytes, bytes]]:
    pairs = list(present.items())
    for start in range(0, len(pairs), ENTRIES_AT_ONCE):
        yield dict(pairs[start : start + ENTRIES_AT_ONCE])


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError, StopAsyncIteration) as error:
        raise BusError(type(error).__name__) from error
