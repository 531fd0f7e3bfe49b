"""What we say on a broker: that we are there, in which rooms, under which name."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterable

import msgspec

from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.transport import mqtt_statements as say
from app.transport.base import Authenticator, NameCard
from app.transport.mqtt_broker import MqttBroker
from app.transport.name_cards import to_wire

REFRESH_SECONDS = 2400.0


class MqttVoice:
    """Says it, says it again before the broker forgets, and takes it back in the end."""

    def __init__(self, who: Authenticator, session: bytes, broker: MqttBroker) -> None:
        self._who = who
        self._session = session
        self._broker = broker
        self._rooms: set[bytes] = set()
        self._echoes: dict[bytes, asyncio.Future[None]] = {}
        self.card: NameCard | None = None

    def presence(self, *, online: bool) -> bytes:
        """Return what stands under our presence."""
        presence = say.Presence(self._session, self._who.instance, online)
        return say.signed(self._who, say.presence_topic(self._who.peer), presence)

    async def appear(self) -> None:
        """Say that we are there."""
        await self._keep(say.presence_topic(self._who.peer), self.presence(online=True))

    async def enter(self, room: bytes) -> None:
        """Say that we are in a room."""
        self._rooms.add(room)
        topic = say.member_topic(room, self._who.peer)
        member = say.Member(self._session, self._who.instance)
        await self._keep(topic, say.signed(self._who, topic, member))

    async def leave(self, room: bytes) -> None:
        self._rooms.discard(room)
        await self._keep(say.member_topic(room, self._who.peer), b"")

    async def list_as(self, card: NameCard | None) -> None:
        """Stand in the directory, None for no longer."""
        self.card = card
        raw = msgspec.msgpack.encode(to_wire(card)) if card is not None else b""
        await self._keep(say.card_topic(self._who.peer), raw)

    async def write(self, peer: PeerId, letter: say.Letter) -> None:
        topic = say.letter_topic(peer, "offer")
        await self._broker.publish(topic, say.signed(self._who, topic, letter))

    async def refresh(self) -> None:
        """Say everything again from time to time, for ever."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            with contextlib.suppress(AppError):
                await self.appear()
                for room in tuple(self._rooms):
                    await self.enter(room)
                if self.card is not None:
                    await self.list_as(self.card)

    async def vanish(self) -> None:
        """Leave nothing of us on the broker but that we are gone."""
        topics = [say.member_topic(room, self._who.peer) for room in self._rooms]
        if self.card is not None:
            topics.append(say.card_topic(self._who.peer))
        gone = self._keep(say.presence_topic(self._who.peer), self.presence(online=False))
        await asyncio.gather(gone, *(self._keep(topic, b"") for topic in topics))

    async def echo(self) -> None:
        """Return when all has come that the broker keeps and that was asked for before."""
        token = os.urandom(16)
        heard = self._echoes[token] = asyncio.get_running_loop().create_future()
        try:
            await self._broker.publish(say.letter_topic(self._who.peer, "echo"), token)
            await heard
        finally:
            del self._echoes[token]

    def echoed(self, token: bytes) -> None:
        """An echo has come back."""
        heard = self._echoes.get(token)
        if heard is not None and not heard.done():
            heard.set_result(None)

    async def follow(self, peers: Iterable[PeerId]) -> None:
        """Hear which of them are there, now and from now on."""
        await self._broker.subscribe([say.presence_topic(peer) for peer in peers])

    async def _keep(self, topic: str, raw: bytes) -> None:
        await self._broker.publish(topic, raw, retain=True)
