"""The other end of links, in a process of its own: answers offers and echoes what it hears.

One command on each line of standard input, one answer on each line of standard output:
an offer in hex -> an answer in hex; `rss` -> resident bytes; `close` -> `closed`, after closing
all links gracefully. It ends with its input.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.transport.base import Link, PendingLink

PAGE = resource.getpagesize()


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


async def echo(link: Link) -> None:
    while (message := await link.receive()) is not None:
        link.send(*message)


class Peer:
    """What the process does with its links."""

    def __init__(self) -> None:
        from app.transport.webrtc import WebRtcTransport  # noqa: PLC0415 - heavy
        from app.transport.webrtc_addresses import loopback_addresses  # noqa: PLC0415

        self.transport = WebRtcTransport(addresses=loopback_addresses)
        self.links: list[Link] = []
        self.tasks: set[asyncio.Task[None]] = set()

    async def obey(self, command: str) -> str:
        if command == "rss":
            return str(resident_bytes())
        if command == "close":
            await asyncio.gather(*(link.close() for link in self.links))
            return "closed"
        pending = self.transport.pending()
        answer = await pending.accept(bytes.fromhex(command))
        task = asyncio.create_task(self.serve(pending))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return answer.hex()

    async def serve(self, pending: PendingLink) -> None:
        link = await pending.opened()
        self.links.append(link)
        await echo(link)


async def main() -> None:
    peer = Peer()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        sys.stdout.write(await peer.obey(line.strip()) + "\n")
        sys.stdout.flush()


async def ask(process: Process, command: str) -> str:
    """Give the process one command and return its answer."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("started without pipes")
    process.stdin.write(command.encode() + b"\n")
    async with asyncio.timeout(20):
        return (await process.stdout.readline()).decode().strip()


@asynccontextmanager
async def other_process(module: str = "tests.support.link_peer") -> AsyncIterator[Process]:
    """Start this program, and kill it at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=PIPE, stdout=PIPE, env=dict(os.environ)
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]


async def link_to(process: Process, pending: PendingLink) -> Link:
    """Open a link whose other end is in the process."""
    await pending.complete(bytes.fromhex(await ask(process, (await pending.offer()).hex())))
    return await pending.opened()


if __name__ == "__main__":
    asyncio.run(main())
