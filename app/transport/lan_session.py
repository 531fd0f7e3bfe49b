"""Signaling with no server: everybody on the local network tells everybody else."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from app.domain.contacts import matches
from app.domain.errors import AppError, LocalProtocolError, RemoteProtocolError
from app.domain.ids import PeerId
from app.transport import lan_wire as say
from app.transport.base import Authenticator, LentIce, NameCard, Present, SignalingEvent
from app.transport.heard import Heard
from app.transport.lan_door import LanDoor
from app.transport.lan_hosts import LanHosts
from app.transport.lan_line import Self
from app.transport.lan_neighbours import Listeners, Neighbour, Neighbours
from app.transport.lan_sight import Lookout
from app.transport.lan_talk import LanTalk
from app.transport.name_cards import from_wire, to_wire
from signaling import protocol as wire


class LanSession:
    """Implements SignalingSession. Made by LanTransport; whoever opened it closes it."""

    def __init__(self, who: Authenticator, lookout: Lookout, hosts: LanHosts) -> None:
        me = Self(who, os.urandom(say.LABEL_SIZE // 2).hex(), time.time_ns())
        self._me = me
        self._talk = LanTalk(who.peer, hosts, self._tell)
        listeners = Listeners(self._talk.came, self._talk.said, self._talk.went, self._replaced)
        self._neighbours = Neighbours(me, listeners)
        self._door = LanDoor(me, lookout, self._neighbours)
        self._news = Heard()
        self._running: asyncio.Task[None] | None = None
        self._is_closed = False

    @property
    def end_reason(self) -> str:
        return self._news.reason

    @property
    def server_time_ms(self) -> int:
        """There is no clock but ours."""
        return self._me.since // 1_000_000

    async def start(self) -> None:
        """Be there. Raises AppError("server-refused" | "server-unreachable")."""
        shown = say.proof(self._me.who, bytes(32), self._me.label, self._me.since, leads=True)
        try:
            say.check(shown, bytes(32), leads=True)
        except RemoteProtocolError as error:
            raise AppError("server-refused", {"reason": "not our identity"}) from error
        await self._door.open()
        self._running = asyncio.create_task(self._run())
        self._talk.hosts.opened(self._offer)
        await self._door.settled()

    async def join(self, room: bytes) -> Sequence[Present]:
        self._check(room)
        if room not in self._talk.company and len(self._talk.company) >= say.MAX_PLACES:
            raise AppError("too-many-rooms")
        self._talk.open(room, self._neighbours)
        await self._ask_all(
            lambda one, number: say.Places(number, [one.line.channel.our_mark(room)])
        )
        return self._talk.company.entered(room)

    async def leave(self, room: bytes) -> None:
        self._check(room)
        if room in self._talk.company:
            self._talk.close(room, self._neighbours)
            await self._ask_all(
                lambda one, number: say.Places(number, [], [one.line.channel.our_mark(room)])
            )

    async def signal(self, peer: PeerId, payload: bytes) -> None:
        self._check()
        if len(payload) > wire.MAX_PAYLOAD:
            raise AppError("payload-too-large", {"limit": wire.MAX_PAYLOAD})
        neighbour = self._neighbours.find(peer)
        if neighbour is None or not self._talk.may_write(neighbour):
            raise AppError("unknown-peer")
        neighbour.was_written_to = True
        neighbour.line.send(say.Letter(payload))
        await neighbour.line.drained()

    async def publish(self, card: NameCard) -> None:
        self._check()
        if not wire.good_name(card.name):
            raise AppError("bad-name")
        if card.peer != self._me.who.peer or from_wire(to_wire(card)) is None:
            raise AppError("bad-card")
        await self._list_as(card)

    async def unpublish(self) -> None:
        self._check()
        if self._talk.card is not None:
            await self._list_as(None)

    async def search(self, query: str, limit: int) -> Sequence[NameCard]:
        self._check()
        cards = self._talk.company.cards()
        found = [card for card in cards if matches(query[: wire.MAX_QUERY], card.name)]
        return found[: max(1, min(limit, wire.MAX_RESULTS))]

    async def lent_ice(self) -> LentIce:
        """Nobody here has any to lend."""
        self._check()
        return LentIce()

    def events(self) -> AsyncIterator[SignalingEvent]:
        return self._news.events()

    async def close(self) -> None:
        self._end("closed-by-us")
        if self._is_closed:
            return
        self._is_closed = True
        self._talk.hosts.closed(self._offer)
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._door.close()
        await self._neighbours.close()

    async def _run(self) -> None:
        try:
            await self._door.run()
        except AppError as error:
            self._end(error.code)

    def _offer(self, said: say.Hosting) -> None:
        for neighbour in self._neighbours:
            neighbour.line.send(said)

    async def _list_as(self, card: NameCard | None) -> None:
        self._talk.card = card
        shown = to_wire(card) if card is not None else None
        await self._ask_all(lambda _one, number: say.Listing(number, shown))

    async def _ask_all(self, message: Callable[[Neighbour, int], say.Message]) -> None:
        """Tell all who are there; raises AppError("signaling-lost") if we are not any more."""

        async def ask(one: Neighbour) -> None:
            await one.ask(lambda number: message(one, number))

        await asyncio.gather(*(ask(one) for one in self._neighbours))
        self._check()

    def _check(self, room: bytes | None = None) -> None:
        if room is not None and len(room) != wire.ROOM_SIZE:
            raise LocalProtocolError(f"a server room id has {wire.ROOM_SIZE} bytes")
        self._news.check()

    def _replaced(self) -> None:
        self._end("replaced")

    def _tell(self, events: Iterable[SignalingEvent]) -> None:
        if self._news.take(events):
            self._end("too-far-behind")

    def _end(self, reason: str) -> None:
        self._news.end(reason)
