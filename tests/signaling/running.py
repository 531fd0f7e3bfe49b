"""Runs a real server in this process, and speaks to it byte by byte."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import aiohttp

from signaling.config import ServerConfig
from signaling.edge import system_moment
from signaling.hub import Moment
from signaling.limits import Limits
from signaling.server import SignalingServer
from tests.signaling.people import Person

WAIT = 30.0
"""Seconds that anything may take on a busy machine."""


class Clock:
    """A server's time, which passes when it is told to."""

    def __init__(self) -> None:
        self._start = system_moment()
        self.passed = 0.0

    def __call__(self) -> Moment:
        return Moment(self._start.seconds + self.passed, self._start.unix_ms)


@asynccontextmanager
async def running_server(
    port: int = 0,
    host: str = "127.0.0.1",
    clock: Callable[[], Moment] = system_moment,
    **limits: Any,
) -> AsyncIterator[tuple[SignalingServer, str]]:
    """Yield a server on the loopback interface and its URL; it is stopped at the end."""
    config = ServerConfig(host=host, port=port, advertise=False, limits=Limits(**limits))
    async with configured_server(config, clock) as running:
        yield running


@asynccontextmanager
async def configured_server(
    config: ServerConfig, clock: Callable[[], Moment] = system_moment
) -> AsyncIterator[tuple[SignalingServer, str]]:
    """Yield a server and its URL; it is stopped at the end."""
    server = SignalingServer(config, clock=clock)
    listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(server.run(listening.set_result))
    await asyncio.wait((task, listening), return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        yield server, await listening
    finally:
        server.stop()
        await asyncio.wait_for(task, WAIT)


class RawClient:
    """A WebSocket that speaks Engine.IO and Socket.IO by hand, so that it can speak them badly."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = aiohttp.ClientSession()
        self._events: deque[tuple[str, Any]] = deque()
        self._last_id = 0
        self.ws: aiohttp.ClientWebSocketResponse

    async def __aenter__(self) -> Self:
        try:
            await self.open()
        except (aiohttp.ClientError, TypeError):
            await self._http.close()
            raise
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        await self.ws.close()
        await self._http.close()

    async def open(self) -> None:
        """Connect Engine.IO only."""
        path = f"{self._url}/socket.io/?EIO=4&transport=websocket"
        self.ws = await self._http.ws_connect(path, max_msg_size=2**22)
        assert (await self.ws.receive_str()).startswith("0")

    async def greet(self) -> dict[str, Any]:
        """Connect Socket.IO and return the challenge."""
        await self.ws.send_str("40")
        event, challenge = await self.next_event()
        assert event == "challenge"
        return dict(challenge)

    async def enter(self, person: Person, *rooms: str) -> Person:
        """Authenticate and join."""
        assert await self.ask("auth", person.auth(await self.greet())) == {"ok": True}
        for room in rooms:
            assert (await self.ask("join", {"room": room}))["ok"]
        return person

    async def ask(self, event: str, body: object, payload: bytes | None = None) -> dict[str, Any]:
        """Ask and return the answer. With `payload`, the body gets it as a binary field."""
        self._last_id += 1
        wanted = str(self._last_id)
        if payload is None:
            await self.ws.send_str(f"42{wanted}{json.dumps([event, body])}")
        else:
            assert isinstance(body, dict)
            marked = {**body, "payload": {"_placeholder": True, "num": 0}}
            await self.ws.send_str(f"451-{wanted}{json.dumps([event, marked])}")
            await self.ws.send_bytes(payload)
        while True:
            text = await self._text()
            if text.startswith(f"43{wanted}["):
                return dict(json.loads(text[2 + len(wanted) :])[0])
            await self._keep(text)

    async def code(self, event: str, body: object, payload: bytes | None = None) -> str | None:
        """Ask and return the code of the error, or None."""
        answer = await self.ask(event, body, payload)
        return None if answer["ok"] else answer["error"]["code"]

    async def next_event(self) -> tuple[str, Any]:
        """Return the next event and its body."""
        while not self._events:
            await self._keep(await self._text())
        return self._events.popleft()

    async def gone(self) -> bool:
        """Read until the server closes the connection; never returns otherwise."""
        async with asyncio.timeout(WAIT):
            while True:
                message = await self.ws.receive()
                if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                    return True

    async def _text(self) -> str:
        async with asyncio.timeout(WAIT):
            return await self.ws.receive_str()

    async def _keep(self, text: str) -> None:
        if text == "2":
            await self.ws.send_str("3")
        elif text.startswith("42"):
            event, body = json.loads(text[2:])
            self._events.append((event, body))
        elif text.startswith("451-"):
            event, body = json.loads(text[4:])
            self._events.append((event, {**body, "payload": await self.ws.receive_bytes()}))
