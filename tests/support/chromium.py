"""A real, headless Chromium with one page, driven over the two pipes of its own protocol."""

from __future__ import annotations

import asyncio
import base64
import fcntl
import json
import os
import shutil
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--remote-debugging-pipe",
)


class ChromiumPage:
    """A page that scripts can be run in."""

    def __init__(self, reader: asyncio.StreamReader, writer: int) -> None:
        self._reader = reader
        self._writer = writer
        self._number = 0
        self._session: dict[str, str] = {}
        self._events: list[str] = []

    async def open(self, url: str = "about:blank") -> None:
        """Make the page and wait until it is loaded."""
        target = await self._call("Target.createTarget", url="about:blank")
        attached = await self._call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        self._session = {"sessionId": attached["sessionId"]}
        await self._call("Page.enable")
        self._events.clear()
        await self._call("Page.navigate", url=url)
        while "Page.loadEventFired" not in self._events:
            self._note(await self._next())

    async def evaluate(self, script: str) -> Any:
        """Run a script, wait for its promise and return its value."""
        told = await self._call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def until(self, script: str, seconds: float = 10.0) -> None:
        """Wait until a script says something true."""
        look = f"const look = () => ({script}) ? done() : setTimeout(look, 50); look()"
        async with asyncio.timeout(seconds):
            await self.evaluate(f"new Promise((done) => {{ {look} }})")

    async def emulate(self, width: int, height: int, scheme: str, scale: float = 1.0) -> None:
        """Set the size of the page in its own pixels, and whether it is "light" or "dark"."""
        await self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )
        feature = {"name": "prefers-color-scheme", "value": scheme}
        await self._call("Emulation.setEmulatedMedia", features=[feature])

    async def screenshot(self) -> bytes:
        """Return the whole page as a PNG."""
        told = await self._call("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(told["data"])

    async def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        call = {"id": self._number, "method": method, "params": parameters, **self._session}
        os.write(self._writer, json.dumps(call).encode() + b"\0")
        while (told := await self._next()).get("id") != self._number:
            self._note(told)
        assert "error" not in told, told
        result: dict[str, Any] = told["result"]
        return result

    async def _next(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((await self._reader.readuntil(b"\0"))[:-1])
        return told

    def _note(self, told: dict[str, Any]) -> None:
        self._events.append(told.get("method", ""))


@asynccontextmanager
async def chromium_page(url: str = "about:blank") -> AsyncIterator[ChromiumPage]:
    """Yield a page of a Chromium that ends with the context."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        to_read, to_write = _high_pipe()
        from_read, from_write = _high_pipe()
        command = (CHROMIUM, *FLAGS, f"--user-data-dir={folder}")
        process = await asyncio.create_subprocess_exec(
            *("bash", "-c", f'exec "$@" 3<&{to_read} 4>&{from_write}', "bash", *command),
            pass_fds=(to_read, from_write),
            stderr=asyncio.subprocess.DEVNULL,
            stdin=PIPE,
        )
        os.close(to_read)
        os.close(from_write)
        reader = asyncio.StreamReader(limit=1 << 26)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(from_read, "rb")
        )
        try:
            page = ChromiumPage(reader, to_write)
            await page.open(url)
            yield page
        finally:
            os.close(to_write)
            await stopped(process)
            transport.close()


def _high_pipe() -> tuple[int, int]:
    """Make a pipe whose ends are not the numbers that Chromium expects its own at."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]


async def stopped(process: Process) -> None:
    """End it by closing its input, by force if need be."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(5):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
