"""A server that opens Engine.IO properly and then does what a test wants."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import WSMsgType, web

from app.transport.socketio_client import SocketIOTransport
from app.transport.socketio_session import SocketIOSession
from signaling.protocol import to_text
from tests.signaling.people import Person

CHALLENGE = {
    "version": 1,
    "nonce": to_text(bytes(32)),
    "time": 1_800_000_000_000,
    "server": to_text(bytes(32)),
}
ROOM = b"r" * 32
WAIT = 30.0


Script = Callable[[web.WebSocketResponse], Awaitable[None]]


@asynccontextmanager
async def false_server(script: Script) -> AsyncIterator[str]:
    """Yield the URL of a server that opens Engine.IO properly and then follows `script`."""

    async def serve(request: web.Request) -> web.StreamResponse:
        if request.query.get("transport") != "websocket":
            return web.Response(status=400)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        opening = {"sid": "x", "upgrades": [], "pingInterval": 25000, "pingTimeout": 20000}
        await ws.send_str("0" + json.dumps(opening))
        await ws.receive_str()
        await script(ws)
        async for _ in ws:  # until the client has enough
            pass
        return ws

    app = web.Application()
    app.router.add_get("/socket.io/", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def welcome(ws: web.WebSocketResponse, **changes: object) -> None:
    await ws.send_str('40{"sid":"y"}')
    await ws.send_str("42" + json.dumps(["challenge", {**CHALLENGE, **changes}]))


async def let_in(ws: web.WebSocketResponse) -> None:
    """Accept any proof of identity."""
    await welcome(ws)
    await answer(ws, {"ok": True})


async def answer(ws: web.WebSocketResponse, body: object) -> None:
    """Answer the next request, whatever it is."""
    while True:
        message = await ws.receive()
        if message.type is not WSMsgType.TEXT:
            return
        text = message.data
        if text.startswith(("42", "451-")):
            number = text.removeprefix("451-").removeprefix("42").partition("[")[0]
            await ws.send_str(f"43{number}{json.dumps([body])}")
            return


@asynccontextmanager
async def session_with(script: Script) -> AsyncIterator[SocketIOSession]:
    async def whole(ws: web.WebSocketResponse) -> None:
        await let_in(ws)
        await script(ws)

    async with false_server(whole) as url:
        session = await SocketIOTransport().open(url, Person())
        try:
            yield session
        finally:
            await session.close()
