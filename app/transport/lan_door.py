"""How programs of the local network come to have a line: one listens, the other calls."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections import Counter
from contextlib import suppress

from app.domain.errors import AppError, RemoteProtocolError
from app.protocol.backoff import ReconnectionPolicy, chance
from app.transport.lan_line import LanLine, Pace, Self, proved
from app.transport.lan_neighbours import Neighbours
from app.transport.lan_sight import Lookout, Sighting

MAX_STRANGERS = 32
MAX_STRANGERS_OF_ONE = 8
MAX_SIGHTINGS = 256
MAX_ADDRESSES = 6
CALL_SECONDS = 3.0
PATIENCE = 1.5
"""Of two that see each other the one with the smaller label calls, the other only if it must."""
SETTLE_SECONDS = 2.0

log = logging.getLogger(__name__)


class LanDoor:
    """Lets in whoever proves who they are, and calls whoever is seen."""

    def __init__(self, me: Self, lookout: Lookout, neighbours: Neighbours) -> None:
        self._me = me
        self._lookout = lookout
        self._neighbours = neighbours
        self._server: asyncio.Server | None = None
        self._callers: dict[str, asyncio.Task[None]] = {}
        self._strangers: Counter[str] = Counter()
        self._greeting: set[asyncio.Task[None]] = set()
        self._pace = Pace(time.monotonic())

    async def open(self) -> None:
        """Listen and be seen. Raises AppError("server-unreachable")."""
        try:
            listener = _listener()
            self._server = await asyncio.start_server(self._accept, sock=listener)
        except OSError as error:
            raise AppError("server-unreachable", {"reason": str(error)}) from error
        await self._lookout.announce(self._me.label, listener.getsockname()[1])

    async def run(self) -> None:
        """Call whoever is seen, until cancelled. Raises AppError("network-changed")."""
        while True:
            self._follow()
            await self._lookout.changed()

    async def settled(self) -> None:
        """Wait for a moment until there is a line to everybody who is seen already."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                for label in set(self._lookout.seen()) - {self._me.label}:
                    neighbour = await self._neighbours.until_labelled(label)
                    await neighbour.settled.wait()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        tasks = (*self._callers.values(), *self._greeting)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._lookout.close()

    # -- calling

    def _follow(self) -> None:
        seen = self._lookout.seen()
        for label in set(self._callers) - set(seen):
            self._callers.pop(label).cancel()
        for label in set(seen) - set(self._callers) - {self._me.label}:
            if len(self._callers) < MAX_SIGHTINGS:
                self._callers[label] = asyncio.create_task(self._keep(label))

    async def _keep(self, label: str) -> None:
        """Have a line to whoever is announced under a label, for as long as it is."""
        policy = ReconnectionPolicy()
        wait = 0.0 if self._me.label < label else PATIENCE
        while True:
            await asyncio.sleep(wait)
            if self._neighbours.labelled(label) is None:
                await self._call(self._lookout.seen().get(label))
            neighbour = self._neighbours.labelled(label)
            if neighbour is not None:
                policy.succeeded()
                await neighbour.over.wait()
            wait = policy.failed(chance())

    async def _call(self, sighting: Sighting | None) -> None:
        addresses = sighting.addresses if sighting is not None else ()
        near = [address for address in addresses if self._lookout.is_near(address)]
        for address in near[:MAX_ADDRESSES]:
            line = await self._line_to(address, sighting.port if sighting else 0)
            if line is not None:
                self._neighbours.welcome(line)
                return

    async def _line_to(self, address: str, port: int) -> LanLine | None:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                reader, writer = await asyncio.open_connection(address, port)
            return await proved(reader, writer, self._me, leads=True)
        except (OSError, EOFError, TimeoutError, RemoteProtocolError) as error:
            log.debug("no line to a program on this network: %r", error)
            return None

    # -- being called

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = str(writer.get_extra_info("peername", ("",))[0])
        crowded = self._strangers.total() >= MAX_STRANGERS
        pushing = self._strangers[address] >= MAX_STRANGERS_OF_ONE
        if crowded or pushing or not self._lookout.is_near(_scoped(writer, address)):
            writer.transport.abort()
            return
        task = asyncio.create_task(self._greet(reader, writer, address))
        self._greeting.add(task)
        task.add_done_callback(self._greeting.discard)

    async def _greet(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str
    ) -> None:
        self._strangers[address] += 1
        try:
            await asyncio.sleep(self._pace.wait(0, time.monotonic()))
            line = await proved(reader, writer, self._me, leads=False)
        except (OSError, EOFError, TimeoutError, RemoteProtocolError) as error:
            log.debug("somebody on this network was not let in: %r", error)
        else:
            self._neighbours.welcome(line)
        finally:
            self._strangers -= Counter([address])


def _listener() -> socket.socket:
    """Return a socket that listens on a free port, for IPv4 and IPv6 where there are both."""
    if socket.has_dualstack_ipv6():
        with suppress(OSError):
            return socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", 0))


def _scoped(writer: asyncio.StreamWriter, address: str) -> str:
    name = writer.get_extra_info("peername", ())
    scope = name[3] if len(name) > 3 else 0  # noqa: PLR2004 - of an IPv6 address
    return f"{address}%{scope}" if scope and "%" not in address else address
