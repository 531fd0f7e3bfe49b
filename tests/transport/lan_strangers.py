"""Whoever meets a session without a server and says what they like."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

from app.transport.lan_line import LanLine, Self, proved
from app.transport.lan_session import LanSession
from tests.signaling.people import Person
from tests.support.memory_lookout import Street

Enter = Callable[[Person], Awaitable[LanSession]]


class Stranger:
    """Somebody who opens connections to a session and says what they like."""

    def __init__(self, street: Street, person: Person | None = None) -> None:
        (sighting,) = street.seen.values()
        self.port = sighting.port
        self.person = person or Person()
        self.me = Self(self.person, secrets.token_hex(8), 1)
        self.writers: list[asyncio.StreamWriter] = []

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        return reader, writer

    async def line(self) -> LanLine:
        return await proved(*await self.open(), self.me, leads=True)

    async def close(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
            await asyncio.sleep(0)


async def ended(reader: asyncio.StreamReader) -> bool:
    """Tell whether the other end ends the connection without a word more."""
    async with asyncio.timeout(30):
        try:
            return await reader.read(1) == b""
        except ConnectionError:
            return True


async def over(line: LanLine) -> None:
    """Wait until the other end has ended a line."""
    async with asyncio.timeout(30):
        while await line.receive() is not None:
            pass
