"""Data channel ends in other programs, spoken to alike: a Python process, a page in Chromium."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from tests.transport.fast_sctp.bad_line import BadLine

CHROMIUM = shutil.which("chromium")
PAGE = (Path(__file__).parent / "chromium_page.js").read_text()
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


class RemoteEnd(Protocol):
    """One end of a data channel; requests and answers as in `channel_peer`."""

    async def ask(self, request: str, **parameters: Any) -> dict[str, Any]:
        """Make one request and return its answer."""
        ...


class PythonEnd:
    """A `channel_peer` process."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def ask(self, request: str, **parameters: Any) -> dict[str, Any]:
        """See RemoteEnd."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = json.dumps({"do": request, **parameters}).encode() + b"\n"
        self._process.stdin.write(line)
        answer = await self._process.stdout.readline()
        assert answer, "the process ended"
        told: dict[str, Any] = json.loads(answer)
        return told


class ChromiumEnd:
    """A page, driven over the two pipes of Chromium's own protocol."""

    def __init__(self, reader: asyncio.StreamReader, writer: int) -> None:
        self._reader = reader
        self._writer = writer
        self._number = 0
        self._session: dict[str, str] = {}

    async def open_page(self) -> None:
        """Make the page and load our script into it."""
        target = await self._call("Target.createTarget", url="about:blank")
        attached = await self._call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        self._session = {"sessionId": attached["sessionId"]}
        await self._evaluate(PAGE)

    async def ask(self, request: str, **parameters: Any) -> dict[str, Any]:
        """See RemoteEnd."""
        told: dict[str, Any] = await self._evaluate(f"peer.{request}({json.dumps(parameters)})")
        return told

    async def _evaluate(self, script: str) -> Any:
        told = await self._call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        call = {"id": self._number, "method": method, "params": parameters, **self._session}
        os.write(self._writer, json.dumps(call).encode() + b"\0")
        while True:
            told = json.loads((await self._reader.readuntil(b"\0"))[:-1])
            if told.get("id") == self._number:
                assert "error" not in told, told
                result: dict[str, Any] = told["result"]
                return result


@asynccontextmanager
async def python_end(path: str) -> AsyncIterator[RemoteEnd]:
    """Yield an end in a process of its own."""
    command = (sys.executable, "-m", "tests.transport.fast_sctp.channel_peer", path)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        yield PythonEnd(process)
    finally:
        await _stopped(process)


@asynccontextmanager
async def chromium_end() -> AsyncIterator[RemoteEnd]:
    """Yield an end in a real Chromium."""
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
        reader = asyncio.StreamReader(limit=1 << 20)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(from_read, "rb")
        )
        try:
            end = ChromiumEnd(reader, to_write)
            await end.open_page()
            yield end
        finally:
            os.close(to_write)
            await _stopped(process)
            transport.close()


def remote_end(kind: str) -> Any:
    """Return the context of an end: "chromium", or a path of `channel_peer`."""
    return chromium_end() if kind == "chromium" else python_end(kind)


@asynccontextmanager
async def joined(
    one: str, other: str, line: BadLine | None = None
) -> AsyncIterator[tuple[RemoteEnd, RemoteEnd]]:
    """Yield two ends, the first of which has opened the channel, over a line if there is one."""
    async with AsyncExitStack() as stack:
        first: RemoteEnd = await stack.enter_async_context(remote_end(one))
        second: RemoteEnd = await stack.enter_async_context(remote_end(other))
        offer = await first.ask("offer")
        if line is not None:
            offer = line.carry(offer, from_first=True)
        answer = await second.ask("answer", description=offer)
        if line is not None:
            answer = line.carry(answer, from_first=False)
        await first.ask("accept", description=answer)
        yield first, second


def _high_pipe() -> tuple[int, int]:
    """Make a pipe whose ends are not the numbers that Chromium expects its own at."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]


async def _stopped(process: Process) -> None:
    """End it by closing its input, by force if need be."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(5):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
