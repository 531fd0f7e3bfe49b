"""A process with one end of a data channel: `python -m ...fast_sctp.channel_peer PATH`.

PATH is stock, classic or rate. It takes one JSON request in a line and answers with one line:
{"do": "offer" | "answer" | "accept" | "send" | "received" | "echo" | "watch" | "close" |
"closed", ...}.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import aioice.ice
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription

from app.transport.fast_sctp.installing import Recovery, install

HIGH_WATER = 1024 * 1024


class ChannelPeer:
    """One connection with one channel, and counts of what came in."""

    def __init__(self) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connection.on("datachannel", self._adopt)
        self._channel: RTCDataChannel | None = None
        self._open, self._closed = asyncio.Event(), asyncio.Event()
        self._low = asyncio.Event()
        self._changed = asyncio.Event()
        self._echoing = False
        self._digest: hashlib._Hash | None = None
        self._bytes = self._count = 0
        self._first = self._last = self._processor = 0.0

    async def offer(self) -> dict[str, Any]:
        self._adopt(self.connection.createDataChannel("bulk"))
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self._description()

    async def answer(self, description: dict[str, str]) -> dict[str, Any]:
        await self.connection.setRemoteDescription(RTCSessionDescription(**description))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        return self._description()

    async def accept(self, description: dict[str, str]) -> dict[str, Any]:
        await self.connection.setRemoteDescription(RTCSessionDescription(**description))
        return {}

    async def echo(self) -> dict[str, Any]:
        self._echoing = True
        return {}

    async def watch(self) -> dict[str, Any]:
        """Take the digest of what comes in from now on."""
        self._digest = hashlib.sha256()
        return {}

    async def send(self, count: int, size: int, seed: int | None = None) -> dict[str, Any]:
        """Send as a transfer does: with little in the channel's own buffer.

        Zeros, or with a seed random bytes in random sizes up to `size`, whose digest is told.
        """
        await self._open.wait()
        assert self._channel is not None
        rng, digest, message = random.Random(seed), hashlib.sha256(), bytes(size)
        began = time.process_time()
        for _ in range(count):
            if seed is not None:
                message = rng.randbytes(rng.randint(1, size))
                digest.update(message)
            while self._channel.bufferedAmount > HIGH_WATER:
                self._low.clear()
                await self._low.wait()
            self._channel.send(message)
        self._channel.bufferedAmountLowThreshold = 0
        while self._channel.bufferedAmount:
            self._low.clear()
            await self._low.wait()
        self._channel.bufferedAmountLowThreshold = HIGH_WATER // 2
        return {"cpu": time.process_time() - began, "digest": digest.hexdigest()}

    async def received(self, count: int) -> dict[str, Any]:
        """Wait for so many messages, then tell how long they took and start over."""
        while self._count < count:
            self._changed.clear()
            await self._changed.wait()
        told = {
            "bytes": self._bytes,
            "seconds": self._last - self._first,
            "cpu": time.process_time() - self._processor,
            "digest": self._digest.hexdigest() if self._digest else "",
        }
        self._bytes = self._count = 0
        return told

    async def close(self) -> dict[str, Any]:
        """Close the channel, which waits for what is under way."""
        assert self._channel is not None
        self._channel.close()
        return {}

    async def closed(self) -> dict[str, Any]:
        """Wait until the channel is closed."""
        await self._closed.wait()
        return {}

    def _adopt(self, channel: RTCDataChannel) -> None:
        self._channel = channel
        channel.bufferedAmountLowThreshold = HIGH_WATER // 2
        channel.on("open", self._open.set)
        channel.on("close", self._closed.set)
        channel.on("bufferedamountlow", self._low.set)
        channel.on("message", self._take)
        if channel.readyState == "open":
            self._open.set()

    def _take(self, message: bytes) -> None:
        now = time.perf_counter()
        if not self._count:
            self._first, self._processor = now, time.process_time()
        self._last = now
        self._count += 1
        self._bytes += len(message)
        self._changed.set()
        if self._digest:
            self._digest.update(message)
        if self._echoing and self._channel is not None:
            self._channel.send(message)

    def _description(self) -> dict[str, Any]:
        local = self.connection.localDescription
        return {"type": local.type, "sdp": local.sdp}


def loopback_too(original: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """aioice leaves loopback out."""

    def addresses(**options: bool) -> list[str]:
        return [*original(**options), "127.0.0.1"]

    return addresses


async def serve() -> None:
    """Answer requests until the input ends."""
    reader = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    peer = ChannelPeer()
    while line := await reader.readline():
        request = json.loads(line)
        told = await getattr(peer, request.pop("do"))(**request)
        print(json.dumps(told), flush=True)  # noqa: T201 - what the other process reads
    await peer.connection.close()


def main() -> None:
    """Choose the path, then serve."""
    path = sys.argv[1]
    if path != "stock":
        reason = install(Recovery(path))
        assert reason is None, reason
    aioice.ice.get_host_addresses = loopback_too(aioice.ice.get_host_addresses)
    gc.freeze()
    asyncio.run(serve())


if __name__ == "__main__":
    main()
