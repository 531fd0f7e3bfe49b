"""Signaling without a network: the real server's decisions, reached by calls in this process."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.transport.base import (
    Authenticator,
    LentIce,
    NameCard,
    PeerJoined,
    PeerLeft,
    Present,
    SignalingEvent,
    SignalingSession,
    SignalingTransport,
    SignalReceived,
)
from app.transport.lent_ice import read_lent
from app.transport.name_cards import from_wire, to_wire
from app.transport.socketio_client import checked_url
from signaling import protocol as wire
from signaling.hub import Moment, SignalingHub
from signaling.limits import Limits
from signaling.outputs import Drop, Output

Reply = TypeVar("Reply", bound=msgspec.Struct)
Meddle = Callable[[PeerId, PeerId, bytes], Iterable[bytes]]


def honest(_sender: PeerId, _receiver: PeerId, payload: bytes) -> Iterable[bytes]:
    return [payload]


class MemoryServer:
    """A server that can be stopped, have a wrong clock, and meddle with what it relays."""

    def __init__(self, *, skew_ms: int = 0, **limits: Any) -> None:
        self.hub = SignalingHub(Limits(**limits), secrets.token_bytes(wire.SERVER_SIZE))
        self.skew_ms = skew_ms
        self.up = True
        self.meddle: Meddle = honest
        self.opened = 0
        self.sessions: dict[str, MemorySession] = {}

    @property
    def now(self) -> Moment:
        return Moment(time.monotonic(), time.time_ns() // 1_000_000 + self.skew_ms)

    def connect(self, who: Authenticator) -> MemorySession:
        """Raises AppError("server-unreachable" | "server-refused")."""
        if not self.up:
            raise AppError("server-unreachable")
        self.opened += 1
        session = MemorySession(self, secrets.token_hex(8), who)
        self.sessions[session.sid] = session
        self.perform(self.hub.connected(session.sid, secrets.token_bytes(32), self.now))
        return session

    def ask(self, sid: str, event: str, body: dict[str, object]) -> dict[str, Any]:
        answer = self.hub.received(sid, event, [body], self.now)
        self.perform(answer.outputs)
        return answer.ack

    def perform(self, outputs: Iterable[Output]) -> None:
        for output in outputs:
            for sid in (output.sid,) if isinstance(output, Drop) else output.to:
                session = self.sessions.get(sid)
                if session is not None and isinstance(output, Drop):
                    session.end()
                elif session is not None and not isinstance(output, Drop):
                    session.heard(output.event, output.data)

    def lose(self, session: MemorySession) -> None:
        """The connection is gone."""
        if self.sessions.pop(session.sid, None) is not None:
            self.perform(self.hub.disconnected(session.sid))

    def stop(self) -> None:
        self.up = False
        self.drop_all()

    def drop_all(self) -> None:
        """Every connection breaks; the server stays."""
        for session in tuple(self.sessions.values()):
            session.end()


class MemorySession(SignalingSession):
    def __init__(self, server: MemoryServer, sid: str, who: Authenticator) -> None:
        self.sid = sid
        self._server = server
        self._who = who
        self._inbox: asyncio.Queue[SignalingEvent | None] = asyncio.Queue()
        self._challenge: wire.Challenge | None = None
        self._reason = ""

    @property
    def end_reason(self) -> str:
        return self._reason

    @property
    def server_time_ms(self) -> int:
        assert self._challenge is not None
        return self._challenge.time

    async def authenticate(self) -> None:
        assert self._challenge is not None
        who, challenge = self._who, self._challenge
        message = wire.auth_message(
            wire.to_raw(challenge.nonce), wire.to_raw(challenge.server), who.peer, who.instance
        )
        signature = wire.to_text(who.sign(message))
        auth = wire.Auth(1, wire.to_text(who.peer), wire.to_text(who.instance), signature)
        try:
            await self._ask("auth", auth, wire.Nothing)
        except AppError as error:
            raise AppError("server-refused") from error

    async def join(self, room: bytes) -> Sequence[Present]:
        answer = await self._ask("join", wire.RoomRequest(wire.to_text(room)), wire.Peers)
        found = [
            Present(PeerId(wire.to_raw(p.peer)), wire.to_raw(p.instance)) for p in answer.peers
        ]
        return [present for present in found if present.peer != self._who.peer]

    async def leave(self, room: bytes) -> None:
        await self._ask("leave", wire.RoomRequest(wire.to_text(room)), wire.Nothing)

    async def signal(self, peer: PeerId, payload: bytes) -> None:
        for forged in self._server.meddle(self._who.peer, peer, payload):
            await self._ask("signal", wire.Signal(wire.to_text(peer), forged), wire.Nothing)

    async def publish(self, card: NameCard) -> None:
        await self._ask("publish", wire.Publish(to_wire(card)), wire.Nothing)

    async def unpublish(self) -> None:
        await self._ask("unpublish", wire.Nothing(), wire.Nothing)

    async def search(self, query: str, limit: int) -> Sequence[NameCard]:
        answer = await self._ask("search", wire.Search(query, min(limit, 50)), wire.People)
        cards = [card for card in map(from_wire, answer.people) if card is not None]
        return [card for card in cards if card.peer != self._who.peer]

    async def lent_ice(self) -> LentIce:
        return read_lent(await self._ask("ice", wire.Nothing(), wire.IceServers))

    async def events(self) -> AsyncIterator[SignalingEvent]:
        while not (self._reason and self._inbox.empty()):
            event = await self._inbox.get()
            if event is None:
                return
            yield event

    async def close(self) -> None:
        self.end("closed-by-us")

    def end(self, reason: str = "lost") -> None:
        if not self._reason:
            self._reason = reason
            self._server.lose(self)
            self._inbox.put_nowait(None)

    def heard(self, event: str, data: dict[str, Any]) -> None:
        match event:
            case "challenge":
                self._challenge = wire.parse(data, wire.Challenge)
            case "joined":
                joined = wire.parse(data, wire.Joined)
                peer = PeerId(wire.to_raw(joined.peer))
                present = Present(peer, wire.to_raw(joined.instance))
                self._inbox.put_nowait(PeerJoined(wire.to_raw(joined.room), present))
            case "left":
                left = wire.parse(data, wire.Left)
                room, peer = wire.to_raw(left.room), PeerId(wire.to_raw(left.peer))
                self._inbox.put_nowait(PeerLeft(room, peer))
            case "signal":
                relayed = wire.parse(data, wire.Relayed)
                sender = PeerId(wire.to_raw(relayed.sender))
                self._inbox.put_nowait(SignalReceived(sender, relayed.payload))
            case _:
                self.end(event)

    async def _ask(self, event: str, request: msgspec.Struct, kind: type[Reply]) -> Reply:
        await asyncio.sleep(0)
        if self._reason:
            raise AppError("signaling-lost")
        outcome = wire.outcome(self._server.ask(self.sid, event, wire.plain(request)))
        await asyncio.sleep(0)
        if isinstance(outcome, wire.Failure):
            raise AppError(outcome.code)
        return wire.parse(outcome, kind)


class MemorySignaling(SignalingTransport):
    """Reaches the servers of a table by URL."""

    def __init__(self, servers: dict[str, MemoryServer]) -> None:
        self.servers = servers

    async def open(self, url: str, who: Authenticator) -> SignalingSession:
        checked_url(url)
        await asyncio.sleep(0)
        server = self.servers.get(url)
        if server is None:
            raise AppError("server-unreachable", {"server": url})
        session = server.connect(who)
        try:
            await session.authenticate()
        except AppError:
            session.end()
            raise
        return session
