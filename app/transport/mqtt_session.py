"""Signaling over an MQTT broker, which knows nothing of us: everybody keeps the rules alone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence

from app.domain.contacts import matches
from app.domain.errors import AppError, LocalProtocolError, RemoteProtocolError
from app.domain.ids import PeerId
from app.transport import mqtt_statements as say
from app.transport.base import Authenticator, LentIce, NameCard, Present, SignalingEvent
from app.transport.heard import Heard
from app.transport.mqtt_address import BrokerAddress, Will
from app.transport.mqtt_broker import MqttBroker
from app.transport.mqtt_company import Company
from app.transport.mqtt_ears import Mouths, MqttEars
from app.transport.mqtt_letters import Letters
from app.transport.mqtt_voice import MqttVoice
from app.transport.name_cards import from_wire, to_wire
from signaling import protocol as wire

MAX_ROOMS = 256
REQUEST_SECONDS = 10.0
CLOSE_SECONDS = 2.0


class MqttSession:
    """Implements SignalingSession. Made by MqttTransport; whoever opened it closes it."""

    def __init__(self, who: Authenticator) -> None:
        session = os.urandom(say.SESSION_SIZE)
        self._who = who
        self._company = Company(who.peer)
        self._letters = Letters(who.peer, session)
        mouths = Mouths(self._tell, self._echoed, self._watch_soon, self._replaced)
        ears = MqttEars(who.peer, self._company, self._letters, self._is_listed, mouths)
        self._broker = MqttBroker(_client_id(who.peer), ears.heard, self._end)
        self._voice = MqttVoice(who, session, self._broker)
        self._news = Heard()
        self._watched: set[PeerId] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._lists_all = False
        self._server_time_ms = 0

    @property
    def end_reason(self) -> str:
        return self._news.reason

    @property
    def server_time_ms(self) -> int:
        """A broker tells no time: our own."""
        return self._server_time_ms

    async def start(self, address: BrokerAddress) -> None:
        """Connect and say that we are there. Raises AppError as SignalingTransport.open does."""
        topic, gone = say.presence_topic(self._who.peer), self._voice.presence(online=False)
        try:
            say.opened(topic, gone, say.Presence, self._who.peer)
        except RemoteProtocolError as error:
            raise AppError("server-refused", {"reason": "not our identity"}) from error
        await self._broker.connect(address, Will(topic, gone))
        await self._broker.subscribe([f"user/{wire.to_text(self._who.peer)}/+"])
        await self._voice.appear()
        self._server_time_ms = time.time_ns() // 1_000_000
        self._spawn(self._voice.refresh())

    async def join(self, room: bytes) -> Sequence[Present]:
        topic = _room_topic(room)
        async with self._asking():
            if room not in self._company and len(self._company) >= MAX_ROOMS:
                raise AppError("too-many-rooms")
            self._company.open(room)
            await self._broker.subscribe([topic])
            await self._voice.enter(room)
            await self._voice.echo()
            await self._watch(self._company.members(room))
        return self._company.entered(room)

    async def leave(self, room: bytes) -> None:
        topic = _room_topic(room)
        async with self._asking():
            if room in self._company:
                self._company.forget(room)
                await self._broker.unsubscribe([topic])
                await self._voice.leave(room)

    async def signal(self, peer: PeerId, payload: bytes) -> None:
        if len(payload) > wire.MAX_PAYLOAD:
            raise AppError("payload-too-large", {"limit": wire.MAX_PAYLOAD})
        number = self._letters.number()
        async with self._asking():
            target = await self._target(peer)
            await self._voice.write(peer, self._letters.write(peer, target, number, payload))

    async def publish(self, card: NameCard) -> None:
        if not wire.good_name(card.name):
            raise AppError("bad-name")
        if card.peer != self._who.peer or from_wire(to_wire(card)) is None:
            raise AppError("bad-card")
        async with self._asking():
            await self._voice.list_as(card)

    async def unpublish(self) -> None:
        async with self._asking():
            await self._voice.list_as(None)

    async def search(self, query: str, limit: int) -> Sequence[NameCard]:
        async with self._asking():
            if not self._lists_all:
                self._lists_all = True
                await self._broker.subscribe(["directory/+", "user/+/presence"])
            await self._voice.echo()
        others = (card for card in self._company.cards() if card.peer != self._who.peer)
        found = [card for card in others if matches(query[: wire.MAX_QUERY], card.name)]
        return found[: max(1, min(limit, wire.MAX_RESULTS))]

    async def lent_ice(self) -> LentIce:
        """A broker has none to lend."""
        return LentIce()

    def events(self) -> AsyncIterator[SignalingEvent]:
        return self._news.events()

    async def close(self) -> None:
        if not self.end_reason and self._server_time_ms:
            with contextlib.suppress(AppError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._voice.vanish()
        self._end("closed-by-us")
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._broker.close()

    # -- asking

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Bound a request in time. Raises AppError("signaling-lost")."""
        self._news.check()
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                yield
        except TimeoutError as error:
            self._end("silent")
            raise AppError("signaling-lost", {"reason": "silent"}) from error

    async def _watch(self, peers: Iterable[PeerId]) -> None:
        """Hear who of them is there, now and from now on."""
        unknown = [peer for peer in peers if peer not in self._watched]
        if unknown:
            self._watched.update(unknown)
            await self._voice.follow(unknown)
            await self._voice.echo()

    async def _target(self, peer: PeerId) -> bytes:
        """Return the connection of a peer whom we may write to. Raises AppError."""
        written = self._letters.session_of(peer)
        if written is not None:
            return written
        if not self._company.shares(peer):
            await self._broker.subscribe([say.card_topic(peer)])
            await self._voice.echo()
            await self._watch([peer])
        presence = self._company.presence(peer)
        allowed = self._company.shares(peer) or self._company.card(peer) is not None
        if presence is None or not allowed or peer == self._who.peer:
            raise AppError("unknown-peer")
        return presence.session

    # -- hearing

    def _is_listed(self) -> bool:
        return self._voice.card is not None

    def _echoed(self, token: bytes) -> None:
        self._voice.echoed(token)

    def _watch_soon(self, peer: PeerId) -> None:
        if peer not in self._watched and not self.end_reason:
            self._spawn(self._watch([peer]))

    def _replaced(self) -> None:
        self._end("replaced")

    def _tell(self, events: Iterable[SignalingEvent]) -> None:
        if self._news.take(events):
            self._end("too-far-behind")

    def _end(self, reason: str) -> None:
        self._news.end(reason)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        async def quietly() -> None:
            with contextlib.suppress(AppError):
                await work

        task = asyncio.create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _client_id(peer: PeerId) -> str:
    """The same for all connections of a peer, so that the newest ends the others."""
    return f"parlor-{wire.to_text(peer)[:16]}"


def _room_topic(room: bytes) -> str:
    if len(room) != wire.ROOM_SIZE:
        raise LocalProtocolError(f"a server room id has {wire.ROOM_SIZE} bytes")
    return f"room/{wire.to_text(room)}/+"
