"""One authenticated connection to a signaling server over Socket.IO."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

import aiohttp
import msgspec

from app.domain.errors import AppError, LocalProtocolError, RemoteProtocolError
from app.domain.ids import PeerId
from app.transport.base import (
    Authenticator,
    LentIce,
    NameCard,
    PeerJoined,
    PeerLeft,
    Present,
    SignalingEvent,
    SignalReceived,
)
from app.transport.heard import Heard
from app.transport.lent_ice import read_lent
from app.transport.name_cards import from_wire, to_wire
from app.transport.socketio_library import socketio
from app.transport.socketio_wire import StrictClient
from signaling import protocol as wire

Reply = TypeVar("Reply", bound=msgspec.Struct)

REQUEST_SECONDS = 10.0
CHALLENGE_SECONDS = 5.0
CLOSE_SECONDS = 2.0
CODES = frozenset(map(str, wire.Code))


class SocketIOSession:
    """Implements SignalingSession. Made by SocketIOTransport; whoever opened it closes it."""

    def __init__(self, http: aiohttp.ClientSession, who: Authenticator) -> None:
        self._http = http
        self._who = who
        self._client = StrictClient(http, self._heard, self._end)
        self._challenge: asyncio.Future[wire.Challenge] = asyncio.get_running_loop().create_future()
        self._news = Heard()
        self._pending: set[asyncio.Future[object]] = set()
        self._turn = asyncio.Semaphore(64)
        self._server_time_ms = 0
        self._hanging_up: asyncio.Task[None] | None = None

    @property
    def end_reason(self) -> str:
        return self._news.reason

    @property
    def server_time_ms(self) -> int:
        return self._server_time_ms

    async def start(self, url: str, carrier: str) -> None:
        """Connect by "websocket" or "polling" and authenticate.

        Raises AppError with "server-unreachable", "server-refused" or "server-incompatible".
        """
        if carrier == "polling":  # one request a body: the server reads no more than it must
            self._turn = asyncio.Semaphore(1)
        try:
            await self._client.connect(url, transports=[carrier], wait_timeout=REQUEST_SECONDS)
        except (socketio.exceptions.ConnectionError, aiohttp.ClientError, OSError) as error:
            raise AppError("server-unreachable", {"server": url}) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # what python-socketio stumbles over when something else answers
            raise AppError("server-incompatible", {"server": url}) from error
        await self._authenticate(url)

    async def join(self, room: bytes) -> Sequence[Present]:
        answer = await self._ask("join", _room(room), wire.Peers)
        found = (
            Present(PeerId(wire.to_raw(p.peer)), wire.to_raw(p.instance)) for p in answer.peers
        )
        return [present for present in found if present.peer != self._who.peer]

    async def leave(self, room: bytes) -> None:
        await self._ask("leave", _room(room), wire.Nothing)

    async def signal(self, peer: PeerId, payload: bytes) -> None:
        if len(payload) > wire.MAX_PAYLOAD:
            raise AppError("payload-too-large", {"limit": wire.MAX_PAYLOAD})
        await self._ask("signal", wire.Signal(wire.to_text(peer), payload), wire.Nothing)

    async def publish(self, card: NameCard) -> None:
        await self._ask("publish", wire.Publish(to_wire(card)), wire.Nothing)

    async def unpublish(self) -> None:
        await self._ask("unpublish", wire.Nothing(), wire.Nothing)

    async def search(self, query: str, limit: int) -> Sequence[NameCard]:
        limit = max(1, min(limit, wire.MAX_RESULTS))
        answer = await self._ask("search", wire.Search(query[: wire.MAX_QUERY], limit), wire.People)
        cards = [card for card in map(from_wire, answer.people) if card is not None]
        return [card for card in cards if card.peer != self._who.peer][:limit]

    async def lent_ice(self) -> LentIce:
        try:
            answer = await self._ask("ice", wire.Nothing(), wire.IceServers)
        except AppError as error:
            if error.code == wire.Code.UNKNOWN_EVENT:
                return LentIce()
            raise
        return read_lent(answer)

    def events(self) -> AsyncIterator[SignalingEvent]:
        return self._news.events()

    async def close(self) -> None:
        self._end("closed-by-us")
        if self._hanging_up is not None:
            await asyncio.shield(self._hanging_up)

    async def _hang_up(self) -> None:
        broken = (TimeoutError, aiohttp.ClientError, OSError, socketio.exceptions.SocketIOError)
        try:
            with contextlib.suppress(*broken):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._client.disconnect()
        finally:
            await self._http.close()

    async def _authenticate(self, url: str) -> None:
        challenge = await self._first_word(url)
        if challenge.version != wire.PROTOCOL_VERSION:
            raise AppError("server-incompatible", {"server": url, "version": challenge.version})
        who, instance = self._who.peer, self._who.instance
        message = wire.auth_message(
            wire.to_raw(challenge.nonce), wire.to_raw(challenge.server), who, instance
        )
        auth = wire.Auth(
            version=wire.PROTOCOL_VERSION,
            peer=wire.to_text(who),
            instance=wire.to_text(instance),
            signature=wire.to_text(self._who.sign(message)),
        )
        try:
            await self._ask("auth", auth, wire.Nothing)
        except (AppError, RemoteProtocolError) as error:
            raise AppError("server-refused", {"server": url, "reason": error.code}) from error
        self._server_time_ms = challenge.time

    async def _first_word(self, url: str) -> wire.Challenge:
        try:
            async with asyncio.timeout(CHALLENGE_SECONDS):
                return await self._challenge
        except TimeoutError as error:
            raise AppError("server-incompatible", {"server": url}) from error
        except AppError as error:
            wrong = self.end_reason == "protocol"
            code = "server-incompatible" if wrong else "server-refused"
            raise AppError(code, {"server": url, "reason": self.end_reason}) from error

    async def _ask(self, event: str, request: msgspec.Struct, kind: type[Reply]) -> Reply:
        async with self._turn:
            answer = await self._call(event, wire.plain(request))
        try:
            outcome = wire.outcome(answer)
            if not isinstance(outcome, wire.Failure):
                return wire.parse(outcome, kind)
        except wire.WireError as error:
            self._end("protocol")
            raise RemoteProtocolError("bad-answer", f"to {event}") from error
        code = outcome.code
        raise AppError(code) if code in CODES else AppError("server-refused", {"reason": code})

    async def _call(self, event: str, body: dict[str, object]) -> object:
        self._news.check()
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()

        def answered(*args: object) -> None:
            if not answer.done():
                answer.set_result(args[0] if args else None)

        self._pending.add(answer)
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                await self._client.emit(event, body, callback=answered)
                return await answer
        except (socketio.exceptions.SocketIOError, TimeoutError) as error:
            self._end("silent")
            raise AppError("signaling-lost", {"reason": self.end_reason}) from error
        finally:
            self._pending.discard(answer)

    def _heard(self, event: str, body: object) -> None:
        if self.end_reason:
            return
        try:
            if event == "challenge":
                self._challenged(wire.parse(body, wire.Challenge))
            elif event in ("replaced", "stopping"):
                self._end(event)
            else:
                self._take(_event(event, body))
        except wire.WireError:
            self._end("protocol")

    def _take(self, event: SignalingEvent) -> None:
        if self._news.take([event]):
            self._end("too-far-behind")

    def _challenged(self, challenge: wire.Challenge) -> None:
        if not self._challenge.done():
            self._challenge.set_result(challenge)

    def _end(self, reason: str) -> None:
        if not self._news.end(reason):
            return
        lost = AppError("signaling-lost", {"reason": reason})
        for answer in self._pending:
            if not answer.done():
                answer.set_exception(lost)
        if not self._challenge.done():
            self._challenge.set_exception(lost)
            self._challenge.exception()  # it may be that nobody waits for it
        self._hanging_up = asyncio.get_running_loop().create_task(self._hang_up())


def _room(room: bytes) -> wire.RoomRequest:
    if len(room) != wire.ROOM_SIZE:
        raise LocalProtocolError(f"a server room id has {wire.ROOM_SIZE} bytes")
    return wire.RoomRequest(wire.to_text(room))


def _event(event: str, body: object) -> SignalingEvent:
    if event == "joined":
        joined = wire.parse(body, wire.Joined)
        present = Present(PeerId(wire.to_raw(joined.peer)), wire.to_raw(joined.instance))
        return PeerJoined(wire.to_raw(joined.room), present)
    if event == "left":
        left = wire.parse(body, wire.Left)
        return PeerLeft(wire.to_raw(left.room), PeerId(wire.to_raw(left.peer)))
    relayed = wire.parse(body, wire.Relayed)
    if len(relayed.payload) > wire.MAX_PAYLOAD:
        raise wire.WireError("a payload is too long")
    return SignalReceived(PeerId(wire.to_raw(relayed.sender)), relayed.payload)
