from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request

from signaling import admin, live
from signaling.config import ServerConfig
from signaling.server import SignalingServer
from tests.signaling.people import Person
from tests.signaling.running import RawClient, configured_server
from tests.support.chromium import CHROMIUM, chromium_page

TOKEN = "a token for administrators"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}
ADMIN = ("/api/v1/stats", "/api/v1/rooms", "/api/v1/events")
ROOM = "A" * 43
OTHER = "B" * 42 + "A"


def config(**settings: Any) -> ServerConfig:
    return ServerConfig(host="127.0.0.1", port=0, advertise=False, **settings)


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[tuple[SignalingServer, str]]:
    async with configured_server(config(admin_token=TOKEN, **settings)) as running:
        yield running


async def fetch(url: str, **headers: str) -> tuple[int, Any, dict[str, str]]:
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        is_json = answer.content_type == "application/json"
        body = await answer.json() if is_json else await answer.text()
        return answer.status, body, dict(answer.headers)


async def test_anybody_learns_that_it_lives_and_is_ready() -> None:
    async with serving() as (_, url):
        status, health, headers = await fetch(f"{url}/healthz")
        assert (status, health["status"], health["peers"]) == (200, "ok", 0)
        assert headers["Cache-Control"] == "no-store"
        assert (await fetch(f"{url}/readyz"))[:2] == (200, {"status": "ready"})


async def test_it_is_not_ready_while_it_ends() -> None:
    async with serving() as (server, _):
        server._http.stop()
        answer = await server._http._readyz(Request({"type": "http"}))
        assert answer.status_code == 503


async def test_numbers_are_for_who_has_the_token() -> None:
    async with serving() as (_, url):
        for path in ADMIN:
            for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
                status, body, headers = await fetch(url + path, **given)
                assert (status, body["error"]["code"]) == (401, "not-authenticated")
                assert headers["WWW-Authenticate"].startswith("Bearer")
        assert (await fetch(f"{url}/api/v1/stats", **RIGHT))[0] == 200


def test_so_many_try_tokens_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "MAX_TRIERS", 2)
    now = 0.0
    gate = admin.AdminGate(TOKEN, lambda: now)
    assert [gate._may_try(address) for address in "abc"] == [True, True, False]
    now = 100.0
    assert gate._may_try("c")


async def test_without_a_token_configured_nobody_gets_them() -> None:
    async with configured_server(config()) as (_, url):
        for given in ({}, {"Authorization": "Bearer "}, RIGHT):
            status, body, _ = await fetch(f"{url}/api/v1/stats", **given)
            assert (status, body["error"]["code"]) == (403, "no-admin-token")


async def test_who_guesses_tokens_has_to_wait_and_the_right_one_still_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admin, "TRIES_PER_SECOND", 0.001)
    async with serving() as (_, url):
        codes = [
            (await fetch(f"{url}/api/v1/stats", Authorization=f"Bearer {guess}"))[0]
            for guess in range(12)
        ]
        assert codes == [401] * 10 + [429] * 2
        assert (await fetch(f"{url}/api/v1/stats", **RIGHT))[0] == 200


@pytest.mark.parametrize("path", ["/", "/api/v1", "/api/v1/secrets", "/status/../healthz/x"])
async def test_what_is_not_there_is_said_so(path: str) -> None:
    async with serving() as (_, url):
        status, body, _ = await fetch(url + path)
        assert (status, body["error"]["code"]) == (404, "not-found")


async def test_other_methods_are_refused() -> None:
    async with (
        serving() as (_, url),
        aiohttp.ClientSession() as http,
        http.post(f"{url}/healthz") as answer,
    ):
        assert answer.status == 405
        assert (await answer.json())["error"]["code"] == "method-not-allowed"


async def test_what_was_done_is_counted_and_names_nobody() -> None:
    ana, bob = Person(), Person()
    async with serving() as (_, url), RawClient(url) as one, RawClient(url) as other:
        await one.enter(ana, ROOM, OTHER)
        await other.enter(bob, ROOM)
        await one.ask("signal", {"to": bob.id}, b"12345")
        await one.code("nonsense", {})
        stats = (await fetch(f"{url}/api/v1/stats", **RIGHT))[1]
        rooms = (await fetch(f"{url}/api/v1/rooms", **RIGHT))[1]
        page = (await fetch(f"{url}/metrics"))[1]
    assert (stats["peers"], stats["connections"], stats["rooms"]) == (2, 2, 2)
    assert stats["requests"] == {"auth": 2, "join": 3, "other": 1, "signal": 1}
    assert stats["refusals"] == {"unknown-event": 1}
    assert stats["relayed"] == {"signals": 1, "bytes": 5}
    assert stats["seconds"]["p50"] <= stats["seconds"]["p99"]
    assert (rooms["rooms"], rooms["memberships"], rooms["largest"]) == (2, 3, 2)
    assert [one["rooms"] for one in rooms["sizes"]][:3] == [1, 1, 0]
    told = json.dumps([stats, rooms]) + page
    assert not any(text in told for text in (ana.id, bob.id, ROOM, OTHER, "127.0.0.1", "nonsense"))


async def test_prometheus_can_read_the_metrics() -> None:
    async with serving() as (_, url), RawClient(url) as client:
        await client.enter(Person(), ROOM)
        status, page, headers = await fetch(f"{url}/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    assert samples["parlor_server_peers",] == 1
    assert samples["parlor_server_requests_total", "join"] == 1
    assert samples["parlor_server_request_seconds_bucket", "+Inf"] == 2
    assert samples["parlor_server_request_seconds_count",] == 2
    if os.path.exists("/proc/self"):  # noqa: ASYNC240, PTH110 - where the system tells it
        assert samples["process_resident_memory_bytes",] > 0


async def events(answer: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    name = ""
    async for line in answer.content:
        key, _, value = line.decode().rstrip("\n").partition(": ")
        if key == "event":
            name = value
        elif key == "data":
            yield name, json.loads(value)


async def test_what_changes_is_streamed_until_the_server_ends() -> None:
    async with (
        serving() as (server, url),
        aiohttp.ClientSession(headers=RIGHT) as http,
        http.get(f"{url}/api/v1/events") as answer,
    ):
        assert answer.content_type == "text/event-stream"
        stream = events(answer)
        assert (await anext(stream))[1]["peers"] == 0
        async with RawClient(url) as client:
            await client.enter(Person())
            while (await anext(stream))[1]["peers"] != 1:
                pass
        server.stop()
        assert [name async for name, _ in stream][-1] == "stopping"


async def test_so_many_watch_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_WATCHERS", 1)
    async with serving() as (_, url), aiohttp.ClientSession(headers=RIGHT) as http:
        async with http.get(f"{url}/api/v1/events") as first:
            await anext(events(first))
            assert (await fetch(f"{url}/api/v1/events", **RIGHT))[0] == 503
        for _ in range(500):
            if await is_let_in(http, f"{url}/api/v1/events"):
                return
            await asyncio.sleep(0.01)
        pytest.fail("nobody is let in any more")


async def is_let_in(http: aiohttp.ClientSession, url: str) -> bool:
    async with http.get(url) as answer:
        return answer.status == 200


async def test_pages_of_others_may_ask_only_if_they_are_named() -> None:
    friend = "https://status.example"
    async with serving(origins=(friend,)) as (_, url):
        for origin, allowed in ((friend, friend), ("https://evil.example", None)):
            headers = (await fetch(f"{url}/api/v1/stats", **RIGHT, Origin=origin))[2]
            assert headers.get("Access-Control-Allow-Origin") == allowed
    async with serving() as (_, url):
        headers = (await fetch(f"{url}/healthz", Origin=friend))[2]
        assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("origins", "status"), [((), 400), (("https://a.example",), 101), (("*",), 101)]
)
@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_pages_may_connect_only_if_they_are_named(
    origins: tuple[str, ...], status: int, transport: str
) -> None:
    origin = "https://a.example"
    async with serving(origins=origins) as (_, url), aiohttp.ClientSession() as http:
        path = f"{url}/socket.io/?EIO=4&transport={transport}"
        if transport == "polling":
            answered = (await fetch(path, Origin=origin))[0]
            assert answered == (200 if status == 101 else 400)
        elif status == 101:
            async with http.ws_connect(path, origin=origin) as ws:
                assert (await ws.receive_str()).startswith("0")
        else:
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await http.ws_connect(path, origin=origin)


@pytest.mark.skipif(CHROMIUM is None and os.environ.get("CI") != "true", reason="needs chromium")
async def test_the_status_page_in_a_real_browser() -> None:
    async with serving() as (_, url), chromium_page(f"{url}/status") as page, RawClient(url) as one:
        await one.enter(Person(), ROOM)
        await page.evaluate(enter("this is the wrong token"))
        await page.until("document.getElementById('error').textContent.includes('admin token')")
        await page.evaluate(enter(TOKEN))
        await page.until("document.getElementById('now-peers')?.textContent === '1'")
        async with RawClient(url) as other:
            await other.enter(Person(), ROOM)
            await page.until("document.getElementById('now-peers').textContent === '2'")
            await page.until("document.getElementById('rooms').textContent === '21'")
        assert await page.evaluate("document.getElementById('state').textContent") == "Live"
        await page.evaluate("document.getElementById('leave').click()")
        assert await page.evaluate("document.getElementById('numbers').hidden")
        assert await page.evaluate("sessionStorage.length") == 0


def enter(token: str) -> str:
    return (
        f"document.getElementById('token').value = {json.dumps(token)};"
        "document.getElementById('door').requestSubmit()"
    )
