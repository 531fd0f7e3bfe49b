"""Signaling over Socket.IO: the contract by both carriers, and servers that misbehave."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from app.domain.errors import AppError, LocalProtocolError, RemoteProtocolError
from app.transport import heard, socketio_client, socketio_session
from app.transport.base import SignalReceived
from app.transport.socketio_client import SocketIOTransport, checked_url
from app.transport.socketio_session import SocketIOSession
from app.transport.socketio_wire import BoundedEngine
from signaling.protocol import MAX_PAYLOAD, to_text
from signaling.server import SignalingServer
from tests.signaling.people import Person
from tests.signaling.running import running_server
from tests.support.ports import deaf_port
from tests.transport.contract.signaling import SignalingContract, code_of
from tests.transport.false_server import (
    ROOM,
    WAIT,
    answer,
    false_server,
    session_with,
    welcome,
)


class SocketIOContract(SignalingContract):
    @pytest.fixture
    async def server(self) -> AsyncIterator[tuple[SignalingServer, str]]:
        async with running_server(rooms_per_peer=self.rooms_per_peer) as running:
            yield running

    @pytest.fixture
    def url(self, server: tuple[SignalingServer, str]) -> str:
        return server[1]

    @pytest.fixture
    def transport(self) -> SocketIOTransport:
        return SocketIOTransport()

    @pytest.fixture
    def stop_server(self, server: tuple[SignalingServer, str]) -> Callable[[], Awaitable[None]]:
        async def stop() -> None:
            server[0].stop()

        return stop


class TestByWebSocket(SocketIOContract):
    pass


class TestByLongPolling(SocketIOContract):
    rooms_per_peer = 16  # each request takes its time

    @pytest.fixture(autouse=True)
    def only_polling(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(socketio_client, "CARRIERS", ("polling", "polling"))


async def all_events(session: SocketIOSession) -> list[object]:
    async with asyncio.timeout(WAIT):
        return [event async for event in session.events()]


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("http://Example.org", "http://example.org"),
        (" https://h:443/ ", "https://h:443"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_urls_are_tidied(url: str, checked: str) -> None:
    assert checked_url(url) == checked


async def test_nobody_listens() -> None:
    with deaf_port() as port:
        opening = SocketIOTransport().open(f"http://127.0.0.1:{port}", Person())
        assert await code_of(opening) == "server-unreachable"


async def test_a_server_that_never_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as quiet:
        transport = SocketIOTransport(open_seconds=0.2)
        url = f"http://127.0.0.1:{quiet.getsockname()[1]}"
        assert await code_of(transport.open(url, Person())) == "server-unreachable"


async def test_something_else_answers() -> None:
    async def nonsense(request: web.Request) -> web.Response:
        return web.Response(text="0{}" if request.query else "hello")

    app = web.Application()
    app.router.add_get("/socket.io/", nonsense)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    code = await code_of(SocketIOTransport().open(url, Person()))
    assert code in ("server-incompatible", "server-unreachable")
    await runner.cleanup()


@pytest.mark.parametrize(
    "changes", [{"version": 2}, {"nonce": "short"}, {"server": None}, {"time": -1}]
)
async def test_a_challenge_that_is_not_ours(changes: dict[str, object]) -> None:
    async def script(ws: web.WebSocketResponse) -> None:
        await welcome(ws, **changes)

    async with false_server(script) as url:
        code = await code_of(SocketIOTransport().open(url, Person()))
    assert code == "server-incompatible"


async def test_a_socket_io_server_without_a_challenge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socketio_session, "CHALLENGE_SECONDS", 0.1)

    async def script(ws: web.WebSocketResponse) -> None:
        await ws.send_str('40{"sid":"y"}')

    async with false_server(script) as url:
        code = await code_of(SocketIOTransport().open(url, Person()))
    assert code == "server-incompatible"


async def test_a_server_that_hangs_up_before_it_asks() -> None:
    async def script(ws: web.WebSocketResponse) -> None:
        await ws.send_str('40{"sid":"y"}')
        await ws.close()

    async with false_server(script) as url:
        assert await code_of(SocketIOTransport().open(url, Person())) == "server-refused"


BAD_FRAMES = [
    '42["joined",{}]',
    '42["joined"]',
    '42["left",{"room":"x","peer":"y"}]',
    '42["signal",{"from":"x","payload":"text"}]',
    "42[]",
    "42{}",
    "42[" + "[" * 50_000,
    "43[]x",
    "43",
    "430{}",
    '459999999999-["signal"]',
    '42/x,["signal"]',
    "49",
]


@pytest.mark.parametrize("frame", BAD_FRAMES)
async def test_nonsense_from_the_server_ends_the_session(frame: str) -> None:
    async def script(ws: web.WebSocketResponse) -> None:
        await ws.send_str(frame)

    async with session_with(script) as session:
        assert await all_events(session) == []
        assert session.end_reason == "protocol"
        assert await code_of(session.join(ROOM)) == "signaling-lost"


async def test_a_stray_attachment_ends_the_session() -> None:
    async def script(ws: web.WebSocketResponse) -> None:
        await ws.send_bytes(b"stray")

    async with session_with(script) as session:
        assert await all_events(session) == []


async def test_an_oversize_payload_ends_the_session() -> None:
    async def script(ws: web.WebSocketResponse) -> None:
        body = {"from": to_text(bytes(32)), "payload": {"_placeholder": True, "num": 0}}
        for size in (MAX_PAYLOAD, MAX_PAYLOAD + 1):
            await ws.send_str("451-" + json.dumps(["signal", body]))
            await ws.send_bytes(bytes(size))

    async with session_with(script) as session:
        events = await all_events(session)
        assert [type(event) for event in events] == [SignalReceived]
        assert session.end_reason == "protocol"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"ok": True},
        {"ok": True, "peers": {}},
        {"ok": True, "peers": [{"peer": "x", "instance": "y"}]},
        {"ok": False},
        {"ok": False, "error": {"code": 5}},
    ],
)
async def test_an_answer_that_is_nonsense(body: object) -> None:
    async with session_with(lambda ws: answer(ws, body)) as session:
        with pytest.raises(RemoteProtocolError):
            await session.join(ROOM)
        assert await all_events(session) == []


@pytest.mark.parametrize(
    ("code", "told"), [("room-full", "room-full"), ("quota-of-tomorrow", "server-refused")]
)
async def test_codes_of_the_server(code: str, told: str) -> None:
    body = {"ok": False, "error": {"code": code, "message": "x"}}
    async with session_with(lambda ws: answer(ws, body)) as session:
        assert await code_of(session.join(ROOM)) == told


async def test_an_answer_that_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(_ws: web.WebSocketResponse) -> None:
        pass

    async with session_with(script) as session:
        monkeypatch.setattr(socketio_session, "REQUEST_SECONDS", 0.1)
        assert await code_of(session.join(ROOM)) == "signaling-lost"
        assert await all_events(session) == []


async def test_a_loss_fails_what_is_waiting() -> None:
    async def script(ws: web.WebSocketResponse) -> None:
        await ws.receive_str()
        await ws.close()

    async with session_with(script) as session:
        asked = [session.join(ROOM), session.search("", 5), session.unpublish()]
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        assert [getattr(o, "code", None) for o in outcomes] == ["signaling-lost"] * 3
        assert all(isinstance(o, AppError) for o in outcomes)


async def test_cards_are_checked_before_anybody_sees_them() -> None:
    ana, eve = Person(), Person()
    good = ana.card("Ana", 5)
    cards: list[dict[str, Any]] = [
        {**good, "name": "Eve"},
        {**good, "time": 6},
        {**good, "peer": eve.id},
        eve.card("a\nb", 5),
        good,
    ]
    body = {"ok": True, "people": cards}
    async with session_with(lambda ws: answer(ws, body)) as session:
        found = await session.search("", 10)
    assert [(card.peer, card.name, card.time_ms) for card in found] == [(ana.peer, "Ana", 5)]


async def test_a_consumer_too_far_behind_loses_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heard, "MAX_BEHIND", 50)
    body = {"room": to_text(ROOM), "peer": to_text(bytes(32))}

    async def script(ws: web.WebSocketResponse) -> None:
        for _ in range(60):
            await ws.send_str("42" + json.dumps(["left", body]))

    async with session_with(script) as session:
        with pytest.raises(AppError):
            await session.join(ROOM)
        assert session.end_reason == "too-far-behind"
        assert await all_events(session) == []


async def test_a_room_id_of_the_wrong_size_is_our_mistake() -> None:
    async def script(_ws: web.WebSocketResponse) -> None:
        pass

    async with session_with(script) as session:
        with pytest.raises(LocalProtocolError):
            await session.join(b"short")


async def test_opening_can_be_cancelled() -> None:
    async def script(ws: web.WebSocketResponse) -> None:
        await ws.send_str('40{"sid":"y"}')

    async with false_server(script) as url:
        opening = asyncio.create_task(SocketIOTransport().open(url, Person()))
        await asyncio.sleep(0.1)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening


@pytest.mark.parametrize(
    ("limit", "status"), [(10, 200), (10**6, 200), (10**6, 500)], ids=["long", "text", "error"]
)
async def test_an_answer_to_a_poll_is_bounded(
    monkeypatch: pytest.MonkeyPatch, limit: int, status: int
) -> None:
    monkeypatch.setattr("app.transport.socketio_wire.MAX_POLL", limit)

    async def serve(request: web.Request) -> web.Response:
        if request.query["transport"] == "websocket":
            return web.Response(status=400)
        return web.json_response({"message": "x" * 1000}, status=status)

    app = web.Application()
    app.router.add_get("/socket.io/", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    code = await code_of(SocketIOTransport().open(url, Person()))
    assert code in ("server-unreachable", "server-incompatible")
    await runner.cleanup()


async def test_no_request_begins_a_session_after_ours_was_closed() -> None:
    http = aiohttp.ClientSession()
    engine = BoundedEngine(http_session=http)
    await http.close()
    assert await engine._send_request("GET", "http://127.0.0.1:9/") == "the session is closed"
    assert engine.http is http
