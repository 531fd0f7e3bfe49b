"""The server on a real port."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from signaling import edge
from signaling.gate import ConnectionGate
from signaling.limits import Limits
from signaling.net import QuietServer, Tls, listen, server_config
from signaling.networks import Networks
from signaling.protocol import MAX_PACKET, MAX_PAYLOAD, to_text
from signaling.server import SignalingServer
from tests.signaling.people import Person
from tests.signaling.running import WAIT, Clock, RawClient, running_server
from tests.support.ports import free_port

ROOM = to_text(b"r" * 32)
Receive = Callable[[], Awaitable[Any]]


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with running_server() as (_, url):
        yield url


async def until_empty(server: SignalingServer) -> None:
    for _ in range(1500):
        if not len(server.hub.registry) and not len(server._edge.lines):
            return
        await asyncio.sleep(0.02)
    pytest.fail("somebody stayed")


async def test_health(url: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{url}/healthz") as response:
        assert response.status == 200
        body = await response.json()
    assert (body["status"], body["version"], body["peers"]) == ("ok", 1, 0)


async def test_other_paths_are_not_found(url: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{url}/admin") as response:
        assert response.status == 404


async def test_two_people_meet(url: str) -> None:
    async with RawClient(url) as one, RawClient(url) as two:
        ana = await one.enter(Person(), ROOM)
        bob = await two.enter(Person(), ROOM)
        instance = to_text(bob.instance)
        joined = ("joined", {"room": ROOM, "peer": bob.id, "instance": instance})
        assert await one.next_event() == joined
        payload = secrets.token_bytes(MAX_PAYLOAD)
        assert await two.ask("signal", {"to": ana.id}, payload) == {"ok": True}
        assert await one.next_event() == ("signal", {"from": bob.id, "payload": payload})
        await two.ws.close()
        assert await one.next_event() == ("left", {"room": ROOM, "peer": bob.id})


async def test_calls_before_the_proof_are_refused(url: str) -> None:
    async with RawClient(url) as client:
        await client.greet()
        for event in ("join", "signal", "search", "publish"):
            assert await client.code(event, {"room": ROOM}) == "not-authenticated"


async def test_a_forged_proof_is_answered_and_cut(url: str) -> None:
    async with RawClient(url) as client:
        forged = Person().auth(await client.greet(), peer=Person().id)
        assert await client.code("auth", forged) == "auth-failed"
        assert await client.gone()


async def test_a_replayed_proof_is_worthless(url: str) -> None:
    ana = Person()
    async with RawClient(url) as first, RawClient(url) as second:
        proof = ana.auth(await first.greet())
        assert await first.code("auth", proof) is None
        await second.greet()
        assert await second.code("auth", proof) == "auth-failed"
        assert await second.gone()
        assert await first.code("search", {"query": ""}) is None


async def test_a_new_connection_replaces_the_old(url: str) -> None:
    ana = Person()
    async with RawClient(url) as old, RawClient(url) as new:
        await old.enter(ana, ROOM)
        await new.enter(ana)
        assert await old.next_event() == ("replaced", {})
        assert await old.gone()
        assert (await new.ask("join", {"room": ROOM}))["peers"] == []


async def test_a_silent_socket_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_server(auth_seconds=0.2) as (_, url), RawClient(url) as mute:
        assert await mute.gone()
    clock = Clock()
    monkeypatch.setattr(edge, "TICK", 0.01)
    async with running_server(clock=clock) as (server, url):
        async with RawClient(url) as shy:
            await shy.greet()
            clock.passed += Limits().auth_seconds
            assert await shy.gone()
        await until_empty(server)


@pytest.mark.parametrize(
    "frame",
    [
        "x",
        "",
        "0{}",
        "4",
        "4x",
        "4[1]",
        "9",
        "42",
        "42[]",
        "42{}",
        "42[1]",
        "42[{}]",
        '42["connect",{}]',
        '42["disconnect","why"]',
        '42["__disconnect_final"]',
        "42[" + "[" * 50_000,
        '42/admin,["join"]',
        "43[]",
        '430["x"]',
        '459999999999-["signal"]',
        '452-["signal"]',
        '461-["x"]',
        '450-["signal"]',
        "4" + "1" * 200,
        "44",
        '42"' + "9" * 5000,
    ],
)
async def test_a_broken_packet_ends_only_its_sender(url: str, frame: str) -> None:
    async with RawClient(url) as good, RawClient(url) as bad:
        await good.enter(Person(), ROOM)
        mallory = await bad.enter(Person(), ROOM)
        assert (await good.next_event())[0] == "joined"
        await bad.ws.send_str(frame)
        if frame == '450-["signal"]':  # waits for attachments that it said it has not
            await bad.ws.send_bytes(b"x")
        assert await bad.gone()
        assert await good.next_event() == ("left", {"room": ROOM, "peer": mallory.id})
        assert await good.code("search", {"query": ""}) is None


@pytest.mark.parametrize("frame", [b"", b"x", b"42[]", bytes(MAX_PACKET + 1)])
async def test_a_stray_attachment_ends_the_connection(url: str, frame: bytes) -> None:
    async with RawClient(url) as bad:
        await bad.enter(Person())
        await bad.ws.send_bytes(frame)
        assert await bad.gone()


@pytest.mark.parametrize("num", [1, -7, "0", None, [0]])
async def test_an_attachment_that_does_not_exist_ends_the_connection(url: str, num: object) -> None:
    async with RawClient(url) as bad:
        await bad.enter(Person())
        body = {"to": Person().id, "payload": {"_placeholder": True, "num": num}}
        await bad.ws.send_str("451-" + json.dumps(["signal", body]))
        await bad.ws.send_bytes(b"payload")
        assert await bad.gone()


async def test_a_text_in_place_of_an_attachment_is_malformed(url: str) -> None:
    async with RawClient(url) as bad:
        await bad.enter(Person())
        body = {"to": Person().id, "payload": {"_placeholder": True, "num": 0}}
        await bad.ws.send_str("451-7" + json.dumps(["signal", body]))
        await bad.ws.send_str("4text")
        assert await bad.gone()


async def test_an_oversize_payload_is_refused_politely(url: str) -> None:
    async with RawClient(url) as one, RawClient(url) as two:
        ana = await one.enter(Person(), ROOM)
        await two.enter(Person(), ROOM)
        too_much = bytes(MAX_PAYLOAD + 1)
        assert await two.code("signal", {"to": ana.id}, too_much) == "payload-too-large"
        assert await two.code("signal", {"to": ana.id}, b"fits") is None


async def test_an_endless_frame_is_cut(url: str) -> None:
    async with RawClient(url) as bad:
        await bad.enter(Person())
        await bad.ws.send_str('42["search",{"query":"' + "x" * MAX_PACKET + '"}]')
        assert await bad.gone()


async def test_a_flood_is_refused_then_cut_and_others_go_on() -> None:
    limits = running_server(events_burst=50, events_per_second=10.0)
    async with limits as (_, url), RawClient(url) as good, RawClient(url) as bad:
        await good.enter(Person())
        await bad.enter(Person())
        with contextlib.suppress(ConnectionError):
            for _ in range(5000):
                await bad.ws.send_str('42["search",{"query":""}]')
        assert await bad.gone()
        assert await good.code("search", {"query": ""}) is None


async def test_a_client_that_never_reads_is_dropped() -> None:
    small = running_server(outbox_bytes=200_000, events_burst=1_000_000)
    async with small as (server, url), RawClient(url) as reader, RawClient(url) as stuck:
        await reader.enter(Person(), ROOM)
        victim = await stuck.enter(Person(), ROOM)
        # aiohttp reads ahead until its buffer is full; then TCP's buffers fill up
        async with asyncio.timeout(100):
            while await reader.code("signal", {"to": victim.id}, bytes(MAX_PAYLOAD)) is None:
                pass
        assert victim.peer not in server.hub.registry.peers


async def ended(reader: asyncio.StreamReader) -> bool:
    """Wait until the server ends the connection without a word."""
    try:
        return await asyncio.wait_for(reader.read(), 60) == b""
    except ConnectionResetError:
        return True


async def flood(writer: asyncio.StreamWriter, chunk: bytes) -> None:
    """Write without ever reading, until the server has had enough of it."""
    for _ in range(20_000):
        writer.write(chunk)
        await writer.drain()


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


async def test_pings_without_end_are_cut(url: str) -> None:
    hello = (
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
        "Host: server",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    )
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that it is full sooner
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", _port(url)))
    reader, writer = await asyncio.open_connection(sock=narrow, limit=1024)
    writer.write("\r\n".join((*hello, "", "")).encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 101")
    ping = b"\x89\xfd" + bytes(4) + bytes(125)
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(flood(writer, ping * 100), 100)
    writer.close()


async def test_open_connections_are_counted_before_they_speak() -> None:
    async with running_server(connections_per_address=1) as (_, url):
        port = _port(url)
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        assert await ended(opened[2][0])
        for _, writer in opened:
            writer.close()


async def test_one_address_has_so_many_connections() -> None:
    async with running_server(connections_per_address=2) as (server, url):
        async with RawClient(url) as one, RawClient(url) as two:
            await one.enter(Person())
            await two.enter(Person())
            with pytest.raises((aiohttp.ClientError, TypeError)):
                async with RawClient(url):
                    pass
        await until_empty(server)
        async with RawClient(url) as again:
            await again.enter(Person())


async def test_a_connection_that_asks_nothing_is_closed(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr("signaling.net.HANDSHAKE_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", _port(url))
    writer.write(b"GET /healthz HTTP/1.1\r\n")
    assert await ended(reader)
    writer.close()


async def test_everybody_is_told_when_the_server_stops() -> None:
    async with running_server() as (server, url):
        client = RawClient(url)
        await client.open()
        await client.enter(Person())
        server.stop()
        assert await client.next_event() == ("stopping", {})
        assert await client.gone()
        await client._http.close()


async def test_who_does_not_end_is_cut_off_and_that_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("signaling.net.GOODBYE_SECONDS", 0.1)
    asked, cut_off = asyncio.Event(), asyncio.Event()

    async def never_answers(scope: object, receive: Receive, send: object) -> None:
        del scope, send
        asked.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        cut_off.set()

    server = QuietServer(server_config(never_answers, ConnectionGate(1, 1, Networks([])), Tls()))
    with listen("127.0.0.1", 0) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await server.ready.wait()
        _, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        await asked.wait()
        server.should_exit = True
        await serving
    async with asyncio.timeout(WAIT):
        await cut_off.wait()
    writer.close()


async def test_a_port_in_use_is_an_error() -> None:
    async with running_server() as (_, url):
        with pytest.raises(OSError, match="in use"):
            async with running_server(port=_port(url)):
                pass


async def test_a_mistake_of_ours_is_answered_and_logged_without_what_came(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)  # the log guard is not told; the place is checked below
    async with running_server() as (server, url), RawClient(url) as client:
        await client.enter(Person())

        def broken(*_args: object) -> None:
            raise ValueError("SECRET")

        server.hub.directory.search = broken  # type: ignore[assignment,method-assign]
        assert await client.code("search", {"query": "SECRET"}) == "internal"
        assert "SECRET" not in caplog.text


async def test_the_log_tells_nothing_of_what_people_do(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ana, bob = Person(), Person()
    payload = b"v=0 o=- SDP-SECRET"
    async with running_server() as (_, url), RawClient(url) as one, RawClient(url) as two:
        challenge = await one.greet()
        assert (await one.ask("auth", ana.auth(challenge)))["ok"]
        assert (await one.ask("join", {"room": ROOM}))["ok"]
        card = ana.card("Ana Secret", challenge["time"])
        assert (await one.ask("publish", {"card": card}))["ok"]
        await two.enter(bob, ROOM)
        assert (await two.ask("search", {"query": "Secret"}))["people"] == [card]
        assert (await two.ask("signal", {"to": ana.id}, payload))["ok"]
        assert await two.code("join", {"room": "ROOM-SECRET"}) == "malformed"
        await two.ws.send_str("42[SECRET")
        assert await two.gone()
    log = [r.getMessage() + str(r.exc_info or "") for r in caplog.records]
    ours = [line for line in log if "uvicorn" not in line]
    secrets_of_theirs = ("secret", "SECRET", "sdp-", ROOM, ana.id, bob.id, challenge["nonce"])
    assert not [line for line in ours for word in secrets_of_theirs if word in line]


async def test_a_stopped_listener_frees_its_port() -> None:
    port = free_port()
    async with running_server(port):
        pass
    with socket.create_server(("127.0.0.1", port)):
        pass
