"""Data channel ends in other programs, spoken to alike: a Python process, a page in Chromium."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from tests.support.chromium import ChromiumPage, chromium_page, stopped
from tests.transport.fast_sctp.bad_line import BadLine

PAGE = (Path(__file__).parent / "chromium_page.js").read_text()


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
    """A page with our script in it."""

    def __init__(self, page: ChromiumPage) -> None:
        self._page = page

    async def ask(self, request: str, **parameters: Any) -> dict[str, Any]:
        """See RemoteEnd."""
        script = f"peer.{request}({json.dumps(parameters)})"
        told: dict[str, Any] = await self._page.evaluate(script)
        return told


@asynccontextmanager
async def python_end(path: str) -> AsyncIterator[RemoteEnd]:
    """Yield an end in a process of its own."""
    command = (sys.executable, "-m", "tests.transport.fast_sctp.channel_peer", path)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        yield PythonEnd(process)
    finally:
        await stopped(process)


@asynccontextmanager
async def chromium_end() -> AsyncIterator[RemoteEnd]:
    """Yield an end in a real Chromium."""
    async with chromium_page() as page:
        await page.evaluate(PAGE)
        yield ChromiumEnd(page)


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
