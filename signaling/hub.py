"""The signaling server without its sockets: events go in, answers and instructions come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from signaling.desk import Desk
from signaling.directory import Directory
from signaling.elsewhere import Elsewhere, News
from signaling.keys import verify
from signaling.limits import Limits
from signaling.outputs import Drop, Emit, Output
from signaling.protocol import (
    PROTOCOL_VERSION,
    Auth,
    Challenge,
    Code,
    Nothing,
    WireError,
    auth_message,
    failure,
    parse,
    plain,
    success,
    to_raw,
    to_text,
)
from signaling.refusal import Refusal
from signaling.registry import Connection, PeerRegistry
from signaling.rooms import RoomManager
from signaling.turn import TurnAccounts

NO_TURN = TurnAccounts((), "", 0)

# What each refusal costs of a connection's patience; the others are part of honest life.
PRICES = {
    Code.NOT_AUTHENTICATED: 10.0,
    Code.ALREADY_AUTHENTICATED: 10.0,
    Code.MALFORMED: 10.0,
    Code.UNKNOWN_EVENT: 10.0,
    Code.BAD_CARD: 10.0,
    Code.PAYLOAD_TOO_LARGE: 10.0,
    Code.RATE_LIMITED: 1.0,
}


@dataclass(frozen=True)
class Moment:
    """Now: `seconds` of a clock that never goes back, and the time of day in Unix ms."""

    seconds: float
    unix_ms: int


@dataclass(frozen=True)
class Answer:
    """The acknowledgement to the asker, and what else to do after it."""

    ack: dict[str, Any]
    outputs: Sequence[Output] = ()


class SignalingHub:
    """Decides everything. `server` is 32 random bytes, fresh for each run."""

    def __init__(
        self,
        limits: Limits,
        server: bytes,
        turn: TurnAccounts = NO_TURN,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._server = server
        self.elsewhere = elsewhere or Elsewhere()
        self.registry = PeerRegistry(limits)
        self.rooms = RoomManager(limits)
        self.directory = Directory()
        self._desk = Desk(self.registry, self.rooms, self.directory, turn, self.elsewhere)
        self.requests = frozenset({"auth", *self._desk.names})

    def connected(self, sid: str, nonce: bytes, at: Moment) -> list[Emit]:
        """A socket is open; `nonce` is 32 random bytes that it has to sign."""
        self.registry.connect(sid, nonce, at.seconds)
        challenge = Challenge(PROTOCOL_VERSION, to_text(nonce), at.unix_ms, to_text(self._server))
        return [Emit((sid,), "challenge", plain(challenge))]

    def received(self, sid: str, event: str, args: Sequence[object], at: Moment) -> Answer:
        """A socket asks for something. `args` are what Socket.IO delivered."""
        connection = self.registry.get(sid)
        if connection is None:
            return Answer(failure(Code.NOT_AUTHENTICATED, "this connection is closed"))
        try:
            return self._answer(connection, event, args, at)
        except WireError as error:
            refusal = Refusal(Code.MALFORMED, str(error))
        except Refusal as error:
            refusal = error
        return self._refuse(connection, refusal, at)

    def disconnected(self, sid: str) -> list[Output]:
        """A socket is gone; its peer leaves all rooms and the directory."""
        peer = self.registry.disconnect(sid)
        return self._desk.depart(peer) if peer else []

    def tick(self, at: Moment) -> list[Output]:
        """Call about once a second."""
        self.registry.sweep(at.seconds)
        late = self.registry.overdue(at.seconds)
        return [
            *(Drop(sid, "no proof of identity in time") for sid in late),
            *self._learn(self.elsewhere.tick(at.seconds)),
        ]

    def heard(self, frame: bytes, at: Moment) -> list[Output]:
        """Another server said something, over the bus."""
        return self._learn(self.elsewhere.heard(frame, at.seconds))

    def stopping(self) -> list[Output]:
        """Say goodbye to everybody."""
        self.elsewhere.stopping()
        return [Emit(self.registry.sids, "stopping", plain(Nothing()))]

    def _answer(
        self, connection: Connection, event: str, args: Sequence[object], at: Moment
    ) -> Answer:
        if not connection.bucket.take(1.0, at.seconds):
            raise Refusal(Code.RATE_LIMITED, "too many events, wait a moment")
        if len(args) > 1:
            raise WireError("an event carries at most one argument")
        body = args[0] if args else {}
        if event == "auth":
            return self._authenticate(connection, parse(body, Auth), at)
        if not connection.peer:
            raise Refusal(Code.NOT_AUTHENTICATED, "authenticate first")
        reply, outputs = self._desk.serve(connection, event, body, at.seconds, at.unix_ms)
        return Answer(success(reply), outputs)

    def _authenticate(self, connection: Connection, auth: Auth, at: Moment) -> Answer:
        if connection.peer:
            raise Refusal(Code.ALREADY_AUTHENTICATED, "this connection is authenticated")
        peer, instance = to_raw(auth.peer), to_raw(auth.instance)
        message = auth_message(connection.nonce, self._server, peer, instance)
        proven = verify(peer, message, to_raw(auth.signature))
        if auth.version != PROTOCOL_VERSION or not proven:
            raise Refusal(Code.AUTH_FAILED, "the signature or version is wrong")
        outputs: list[Output] = []
        older = self.registry.authenticate(connection.sid, peer, instance, at.seconds)
        if older is not None:
            outputs = self._desk.supersede(older)
        outputs += self._learn(self.elsewhere.arrived(peer, instance, at.unix_ms))
        return Answer(success(Nothing()), outputs)

    def _learn(self, told: Sequence[News]) -> list[Output]:
        return [output for news in told for output in self._desk.learn(news)]

    def _refuse(self, connection: Connection, refusal: Refusal, at: Moment) -> Answer:
        outputs: list[Output] = []
        price = PRICES.get(refusal.code, 0.0)
        if refusal.code is Code.AUTH_FAILED:
            outputs = [Drop(connection.sid, "the proof of identity failed")]
        elif price and not connection.patience.take(price, at.seconds):
            outputs = [Drop(connection.sid, "too many refused requests")]
        return Answer(failure(refusal.code, refusal.message), outputs)
