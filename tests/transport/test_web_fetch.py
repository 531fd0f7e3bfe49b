"""Fetching a file of the web: from honest servers, and from those that want to do harm."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.transport.web_fetch import MAX_REDIRECTS, fetch
from tests.support.certificates import certificate_files
from tests.support.ports import deaf_port

MOST = 1000
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Web:
    """A server that answers as a test says; `asked` has all requests, whole."""

    def __init__(self, answer: bytes | Serve) -> None:
        self.asked: list[bytes] = []
        self.url = ""
        self._answer = answer
        self._serving: list[asyncio.Task[None]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            if asked := await reader.read(1 << 16):
                self.asked.append(asked)
            if isinstance(self._answer, bytes):
                writer.write(self._answer.replace(b"$URL", self.url.encode()))
                await writer.drain()
            else:
                await self._answer(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.append(asyncio.create_task(self.serve(reader, writer)))

    async def end(self) -> None:
        async with asyncio.timeout(10):
            await asyncio.gather(*self._serving)


@asynccontextmanager
async def web(answer: bytes | Serve, context: ssl.SSLContext | None = None) -> AsyncIterator[Web]:
    made = Web(answer)
    server = await asyncio.start_server(made.begin, "127.0.0.1", 0, ssl=context)
    scheme = "https" if context else "http"
    made.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        await made.end()


def page(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def refused(url: str, seconds: float = 10) -> str:
    with pytest.raises(AppError) as caught:
        await fetch(url, MOST, seconds)
    assert caught.value.code == "update-unreachable"
    return str(caught.value.params["reason"])


async def test_a_file_is_fetched_and_nothing_told() -> None:
    async with web(page(b"hello", "Set-Cookie: who=you")) as server:
        assert await fetch(f"{server.url}/latest?x=%20", MOST) == b"hello"
        assert await fetch(f"{server.url}/latest", MOST) == b"hello"
    first, second = server.asked
    assert first.startswith(b"GET /latest?x=%20 HTTP/1.1\r\n")
    told = {line.partition(b":")[0].lower() for line in second.split(b"\r\n")[1:] if line}
    assert told == {b"host", b"accept", b"accept-encoding"}


async def test_as_much_as_was_allowed_and_no_more() -> None:
    async with web(page(b"x" * MOST)) as server:
        assert len(await fetch(server.url, MOST)) == MOST
    async with web(page(b"x" * (MOST + 1))) as server:
        assert await refused(server.url) == "too-long"


async def test_a_body_without_an_end() -> None:
    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _number in range(10_000):
            writer.write(b"x" * 10_000)
            await writer.drain()

    async with web(endless) as server:
        assert await refused(server.url) == "too-long"


async def test_a_body_that_trickles() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nx")
        await writer.drain()
        await reader.read()

    async with web(trickle) as server:
        assert await refused(server.url, 0.2) == "timeout"


async def test_headers_that_never_end() -> None:
    async def headers(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100_000):
            writer.write(b"X-%d: %s\r\n" % (number, b"x" * 1000))
            await writer.drain()

    async with web(headers) as server:
        assert await refused(server.url) == "connection"


async def test_nothing_is_unpacked() -> None:
    bomb = gzip.compress(bytes(1_000_000))
    async with web(page(bomb[:MOST], "Content-Encoding: gzip")) as server:
        assert await refused(server.url) == "packed"
    assert b"Accept-Encoding: identity" in server.asked[0]


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "206 Partial"])
async def test_other_answers(status: str) -> None:
    async with web(page(b"", status=status)) as server:
        assert await refused(server.url) == f"status {status[:3]}"


@pytest.mark.parametrize(
    "answer", [b"", b"\x00\xff\r\n\r\n", b"HTTP/9.9 yes\r\n\r\n", b"SSH-2.0-x\r\n"]
)
async def test_no_web_server(answer: bytes) -> None:
    async with web(answer) as server:
        assert await refused(server.url) == "connection"


async def test_a_redirect_is_followed() -> None:
    async with web(page(b"there")) as goal:
        first = page(b"", f"Location: {goal.url}/x", status="302 Found")
        async with web(first) as server:
            assert await fetch(server.url, MOST) == b"there"
    assert goal.asked[0].startswith(b"GET /x ")


@pytest.mark.parametrize(
    "place",
    ["http://parlor.example/", "file:///etc/passwd", "//u@127.0.0.1/", "ftp://127.0.0.1/", ""],
)
async def test_a_redirect_to_where_one_must_not_go(place: str) -> None:
    async with web(page(b"", f"Location: {place}", status="301 Moved")) as server:
        assert await refused(server.url) == "redirect"


async def test_redirects_without_an_end() -> None:
    async with web(page(b"", "Location: $URL/again", status="307 Again")) as server:
        assert await refused(server.url) == "redirect"
    assert len(server.asked) == MAX_REDIRECTS + 1


async def test_nobody_is_there() -> None:
    with deaf_port() as port:
        assert await refused(f"http://127.0.0.1:{port}") == "connection"
    assert await refused("http://parlor.example/latest") == "redirect"
    assert await refused("https://127.0.0.1:1/latest") == "connection"


async def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate_files(tmp_path))
    async with web(page(b"hello"), context) as server:
        assert await refused(server.url) == "certificate"
    assert server.asked == []


async def test_tls_where_there_is_none() -> None:
    async with web(b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        assert await refused(server.url.replace("http", "https")) == "no-tls"
