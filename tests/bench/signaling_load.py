"""Clients of a signaling server that cost as little as may be: one frame in, one frame out."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.signaling.people import Person

HELLO_SECONDS = 60.0
TEXT, BINARY = 0x81, 0x82


class Client(asyncio.Protocol):
    """One connection. `on_signal` hears each payload that arrives."""

    def __init__(self) -> None:
        self.person = Person()
        self.on_signal: Callable[[bytes], None] = lambda _payload: None
        self._buffer = bytearray()
        self._upgraded = False
        self._answers: dict[str, asyncio.Future[Any]] = {}
        self._last = 0
        self._challenge: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport

    @classmethod
    async def open(cls, url: str) -> Client:
        """Connect and wait for the challenge."""
        where = urlsplit(url)
        loop = asyncio.get_running_loop()
        address = where.hostname or "127.0.0.1", where.port or 0
        _, client = await loop.create_connection(cls, *address)
        await asyncio.wait_for(client._challenge, HELLO_SECONDS)
        return client

    async def enter(self, *rooms: str) -> None:
        """Prove who we are, and join."""
        answer = await self.ask("auth", self.person.auth(self._challenge.result()))
        assert answer["ok"], answer
        for room in rooms:
            answer = await self.ask("join", {"room": room})
            assert answer["ok"], answer

    def ask(self, event: str, body: object) -> asyncio.Future[Any]:
        number, answer = self._expect()
        self._send(TEXT, f"42{number}{json.dumps([event, body])}".encode())
        return answer

    def signal(self, to: str, payload: bytes) -> asyncio.Future[Any]:
        number, answer = self._expect()
        head = f'451-{number}["signal",{{"to":"{to}","payload":{{"_placeholder":true,"num":0}}}}]'
        self._send(TEXT, head.encode())
        self._send(BINARY, payload)
        return answer

    def close(self) -> None:
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: bench\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._challenge.done():
            self._challenge.set_exception(exc or ConnectionError("closed before the challenge"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            head, mark, rest = self._buffer.partition(b"\r\n\r\n")
            if not mark:
                return
            assert head.startswith(b"HTTP/1.1 101"), bytes(head[:100])
            self._upgraded, self._buffer = True, rest
        while (frame := self._frame()) is not None:
            self._heard(*frame)

    def _frame(self) -> tuple[int, bytes] | None:
        held = self._buffer
        if len(held) < 2:
            return None
        size, start = held[1], 2
        if size == 126:
            size, start = int.from_bytes(held[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(held[2:10], "big"), 10
        if len(held) < start + size:
            return None
        kind, body = held[0], bytes(held[start : start + size])
        del held[: start + size]
        return kind, body

    def _heard(self, kind: int, body: bytes) -> None:
        if kind == BINARY:
            self.on_signal(body)
        elif body == b"2":
            self._send(TEXT, b"3")
        elif body.startswith(b"43"):
            start = body.index(b"[")
            answer = self._answers.pop(body[2:start].decode())
            if not answer.done():
                answer.set_result(json.loads(body[start:])[0])
        elif body.startswith(b'42["challenge"'):
            self._challenge.set_result(json.loads(body[2:])[1])
        elif body.startswith(b"0"):
            self._send(TEXT, b"40")

    def _expect(self) -> tuple[str, asyncio.Future[Any]]:
        self._last += 1
        number = str(self._last)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        return number, answer

    def _send(self, kind: int, body: bytes) -> None:
        size = len(body)
        if size < 126:
            head = struct.pack("!BB", kind, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", kind, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", kind, 0x80 | 127, size)
        self._transport.write(head + bytes(4) + body)  # the mask of zeros changes nothing


class Pair:
    """Two clients in a room of their own: one signals, the other takes the time."""

    def __init__(self, sender: Client, receiver: Client, size: int) -> None:
        self._sender = sender
        self._to = receiver.person.id
        self._filling = bytes(size - 8)
        self._arrived = asyncio.Event()
        self.delays: list[float] = []
        receiver.on_signal = self._took

    async def work(self, until: float, window: int) -> None:
        """Keep `window` signals without an answer until this time of the clock."""
        waiting: list[asyncio.Future[Any]] = []
        while time.perf_counter() < until:
            while len(waiting) < window:
                stamp = struct.pack("!d", time.perf_counter())
                waiting.append(self._sender.signal(self._to, stamp + self._filling))
            answer = await waiting.pop(0)
            assert answer["ok"], answer
        for answer in waiting:
            await answer

    def _took(self, payload: bytes) -> None:
        (sent,) = struct.unpack("!d", payload[:8])
        self.delays.append(time.perf_counter() - sent)
