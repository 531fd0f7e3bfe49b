"""The programs of the local network that we have a line to."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId
from app.transport import lan_wire as wire
from app.transport.lan_line import LanLine, Self

MAX_NEIGHBOURS = 128
BEAT_SECONDS = 5.0
ANSWER_SECONDS = 3.0
YOUNG_SECONDS = 5.0

log = logging.getLogger(__name__)


class Neighbour:
    """Somebody at the other end of a line, what they have shown and what we expect of them."""

    def __init__(self, line: LanLine) -> None:
        self.line = line
        self.peer = line.peer
        self.session = line.channel.binding[:16]
        self.marks: set[bytes] = set()
        self.rooms: dict[bytes, bytes] = {}
        """Which of our server rooms they would mean by a mark."""
        self.wrote = self.was_written_to = False
        self.settled = asyncio.Event()
        self.over = asyncio.Event()
        self._number = 0
        self._asked: dict[int, asyncio.Event] = {}

    async def ask(self, message: Callable[[int], wire.Message]) -> None:
        """Send what has a number, and wait until it is taken in, or for a bounded time."""
        self._number += 1
        number = self._number
        taken = self._asked[number] = asyncio.Event()
        self.line.send(message(number))
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await taken.wait()
        except TimeoutError:
            log.debug("a neighbour is slow")
        finally:
            del self._asked[number]

    def taken(self, number: int) -> None:
        if number in self._asked:
            self._asked[number].set()

    def end(self) -> None:
        """Let go of everybody who waits."""
        self.over.set()
        self.settled.set()
        for asked in self._asked.values():
            asked.set()


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who hears of neighbours that come, say something (or raise RemoteProtocolError) and go."""

    came: Callable[[Neighbour], None]
    said: Callable[[Neighbour, wire.Message], None]
    went: Callable[[Neighbour], None]
    replaced: Callable[[], None]


class Neighbours:
    """One line to each peer, however often both have found each other."""

    def __init__(self, me: Self, listeners: Listeners) -> None:
        self._me = me
        self._listeners = listeners
        self._there: dict[PeerId, Neighbour] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrival = asyncio.Event()

    def __iter__(self) -> Iterator[Neighbour]:
        return iter(tuple(self._there.values()))

    def find(self, peer: PeerId) -> Neighbour | None:
        return self._there.get(peer)

    def labelled(self, label: str) -> Neighbour | None:
        """Return who is announced under a label, if we have a line to them."""
        return next((one for one in self if one.line.remote.label == label), None)

    async def until_labelled(self, label: str) -> Neighbour:
        """Wait until there is a line to whoever is announced under a label."""
        while (found := self.labelled(label)) is None:
            await self._arrival.wait()
        return found

    def welcome(self, line: LanLine) -> None:
        """Take a line over, or end it if it is not wanted."""
        if line.peer == self._me.who.peer:
            self._spawn(line.close())
            if (line.remote.since, line.remote.label) > (self._me.since, self._me.label):
                self._listeners.replaced()
            return
        earlier = self._there.get(line.peer)
        full = earlier is None and len(self._there) >= MAX_NEIGHBOURS
        if full or (earlier is not None and not _supersedes(line, earlier.line, self._me)):
            self._spawn(line.close())
            return
        if earlier is not None:
            self._leave(earlier)
            self._spawn(earlier.line.close())
        neighbour = self._there[line.peer] = Neighbour(line)
        self._spawn(self._serve(neighbour))
        self._spawn(self._beat(neighbour))
        self._listeners.came(neighbour)
        arrival, self._arrival = self._arrival, asyncio.Event()
        arrival.set()

    async def close(self) -> None:
        """End all lines, in bounded time."""
        there = tuple(self)
        for neighbour in there:
            self._leave(neighbour)
        await asyncio.gather(*(neighbour.line.close() for neighbour in there))
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, neighbour: Neighbour) -> None:
        try:
            while (message := await neighbour.line.receive()) is not None:
                if neighbour.over.is_set():
                    break
                self._listeners.said(neighbour, message)
        except RemoteProtocolError as error:
            log.info("a neighbour broke the rules: %s", error)
        finally:
            self._leave(neighbour)
            await neighbour.line.close()

    async def _beat(self, neighbour: Neighbour) -> None:
        while not neighbour.over.is_set():
            neighbour.line.send(wire.Beat())
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await neighbour.over.wait()

    def _leave(self, neighbour: Neighbour) -> None:
        neighbour.end()
        if self._there.get(neighbour.peer) is neighbour:
            del self._there[neighbour.peer]
            self._listeners.went(neighbour)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _supersedes(new: LanLine, old: LanLine, me: Self) -> bool:
    """Tell which of two lines to one peer stays; both ends have to come to the same answer."""
    if new.remote.since != old.remote.since:
        return new.remote.since > old.remote.since
    crossed = new.leads != old.leads and time.monotonic() - old.began < YOUNG_SECONDS
    return new.leads == (me.who.peer < new.peer) if crossed else True
