"""One live link: drives the handshake, the room gate, log sync and the heartbeat over a `Link`."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Protocol

from app.crypto.identity import Identity
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId, RoomId
from app.protocol.fragments import Reassembler, split
from app.protocol.frames import (
    Aside,
    Bye,
    Dismissed,
    DoorAnswer,
    Events,
    Frame,
    Have,
    Heads,
    Ping,
    Pong,
    Presence,
    Refused,
    Rooms,
    TurnedAway,
    Typing,
    Welcome,
    decode_frame,
    encode_frame,
)
from app.protocol.handshake import NONCE_SIZE, Established, Fingerprints, LinkHandshake
from app.protocol.heartbeat import Heartbeat
from app.protocol.link_quality import QualityMeter
from app.protocol.mesh_frames import Ask
from app.protocol.room_gate import Matched, Proofs, RoomGate
from app.services.clocks import WallClock
from app.services.link_sync import LinkSync
from app.services.room_logs import RoomLogs
from app.transport.base import Lane, Link

HANDSHAKE_TIMEOUT = 10.0
PATIENCE = 3.0
"""Seconds that a link has to show that it has survived a change of the network."""
USELESS_AFTER = 15.0
"""A link on which no room is open after this many seconds is given up."""

SILENT = "silent"
"""Stands for the goodbye of somebody who said nothing any more."""

log = logging.getLogger(__name__)


class LinkHost(Protocol):
    """What a link needs of its surroundings."""

    def room_proofs(self, peer: PeerId) -> Mapping[RoomId, Proofs]:
        """The proof keys of the rooms that may be opened with this peer."""
        ...

    def is_courier(self, room: RoomId, peer: PeerId) -> bool:
        """Whether the peer keeps this room's events without being in it."""
        ...

    def room_opened(self, peer: PeerId, room: RoomId) -> None: ...

    def asked(self, peer: PeerId, room: RoomId, key: bytes) -> None: ...

    def answered(self, peer: PeerId, frame: DoorAnswer) -> None: ...

    def handed_on(self, peer: PeerId, frame: Aside) -> None:
        """The peer said something of somebody else, or of a file."""
        ...

    def typing(self, peer: PeerId, room: RoomId, active: bool) -> None: ...

    def own_presence(self) -> int:
        """What we want to be seen as."""
        ...

    def presence(self, peer: PeerId, state: int, rooms: Iterable[RoomId]) -> None: ...


class PeerLink:
    """Made for one `Link`, run once."""

    def __init__(
        self, identity: Identity, peer: PeerId, link: Link, host: LinkHost, wall: WallClock
    ) -> None:
        self.peer = peer
        self._identity = identity
        self._link = link
        self._host = host
        self._wall = wall
        self._beat = Heartbeat(_steady())
        self.meter = QualityMeter(_steady())
        self._doubts = asyncio.Event()
        self._reassembler = Reassembler()
        self._early: deque[Frame] = deque()
        self._gate: RoomGate | None = None
        self._sync: LinkSync | None = None
        self._withdrawn: set[RoomId] = set()
        self._opened_at = _steady()
        self.features = 0
        self.farewell = ""

    @property
    def route(self) -> str:
        return self._link.route

    @property
    def through(self) -> PeerId | None:
        """The member that carries it, None if it needs none."""
        return self._link.through

    @property
    def rtt_ms(self) -> float | None:
        return self._beat.rtt_ms

    @property
    def loss(self) -> float:
        return max(self._beat.loss, self.meter.loss_out)

    @property
    def uptime_s(self) -> float:
        return _steady() - self._opened_at

    @property
    def quality(self) -> float | None:
        """How good the link is, 0..1; None before it was measured."""
        return self.meter.quality(self.rtt_ms, _steady())

    @property
    def rooms(self) -> frozenset[RoomId]:
        """The rooms that are open on this link."""
        return frozenset(self._gate.open) if self._gate else frozenset()

    def shares(self, room: RoomId) -> bool:
        """Whether the room is open on this link and the peer is in it, no courier of it."""
        return room in self.rooms and not self._host.is_courier(room, self.peer)

    async def authenticate(self) -> Established:
        """Run the handshake.

        Raises RemoteProtocolError, or AppError("link-failed") if it does not end in time.
        """
        handshake = LinkHandshake(
            self._identity,
            expected=self.peer,
            fingerprints=Fingerprints(self._link.local_fingerprint, self._link.remote_fingerprint),
            nonce=os.urandom(NONCE_SIZE),
            now_ms=self._wall.raw_ms(),
        )
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT):
                return await self._shake_hands(handshake)
        except TimeoutError as error:
            raise AppError("link-failed", {"reason": "handshake-timeout"}) from error

    async def _shake_hands(self, handshake: LinkHandshake) -> Established:
        self._send_raw(handshake.start())
        while handshake.result is None:
            reply = handshake.receive(await self._next_frame(), self._wall.raw_ms())
            if reply is not None:
                self._send_raw(reply)
        established = handshake.result
        self.features = established.features
        self._wall.learn(self.peer, established.clock_offset_ms)
        self._gate = RoomGate(self._identity.peer, self.peer, established.transcript)
        return established

    async def run(self, logs: RoomLogs, sync: LinkSync) -> None:
        """Exchange rooms until the link dies.

        Raises RemoteProtocolError, or AppError: "link-failed" if no room was open at the end, or
        what the disk says.
        """
        self._sync = sync
        sync.attach(self._send, self._link.drained, self.features)
        self._beat = Heartbeat(_steady())
        self._opened_at = _steady()
        logs.watch(sync)
        try:
            async with asyncio.TaskGroup() as group:
                workers = [group.create_task(sync.run()), group.create_task(self._keep_alive())]
                self._send(Presence(self._host.own_presence()))
                self.offer_rooms(self._host.room_proofs(self.peer))
                await self._read()
                for worker in workers:
                    worker.cancel()
        except* (RemoteProtocolError, AppError) as errors:
            raise errors.exceptions[0] from None
        finally:
            logs.unwatch(sync)
            sync.detach()
        if not self.rooms:
            raise AppError("link-failed", {"reason": "no-common-room"})

    async def close(self, code: str = "closed") -> None:
        """Say goodbye and close. May be called at any time, more than once."""
        self._send(Bye(code))
        await self._link.close()

    def has_withdrawn(self, room: RoomId) -> bool:
        """Whether this link spoke of a room that it speaks of no more; it cannot begin again."""
        return room in self._withdrawn

    def offer_rooms(self, proofs: Mapping[RoomId, Proofs]) -> None:
        """Prove to the peer that we are in these rooms (too)."""
        if self._gate is not None and self._sync is not None and proofs:
            frame, matched = self._gate.offer(proofs)
            if frame.tags:
                self._send(frame)
            self._matched(matched)

    def answer(self, frame: Welcome | Dismissed) -> None:
        """Say whether somebody who asked is let in."""
        if self._sync is not None:
            self._send(frame)

    def turn_away(self, room: RoomId, key: bytes, reason: str) -> None:
        """Say to somebody who asked by this proof key why it is not let in."""
        if self._gate is not None and self._sync is not None:
            self._send(self._gate.turn_away(room, key, reason))

    def withdraw(self, room: RoomId) -> None:
        """Speak of this room no more."""
        if self._gate is not None and self._sync is not None:
            self._withdrawn.add(room)
            self._gate.withdraw(room)
            self._sync.close_room(room)

    def send(self, frame: Aside) -> None:
        """Say something of somebody else, or of a file; only if the peer has the feature for it."""
        if self._sync is not None:
            self._send(frame)

    def send_lossy(self, frame: Aside) -> None:
        """Say it on the unreliable lane: it may get lost, also for want of place."""
        if self._sync is not None:
            raw = encode_frame(frame)
            self.meter.sent += len(raw)
            self._link.send(Lane.UNRELIABLE, raw)

    def differs(self, room: RoomId) -> bool:
        """Tell whether the peer is known to have another part of a room's logs than we."""
        return self._sync is not None and self._sync.differs(room)

    def begin_anew(self, room: RoomId) -> None:
        """Compare a room's logs from the beginning."""
        if self._sync is not None:
            self._sync.begin_anew(room)

    def send_read(self, room: RoomId, read: Mapping[PeerId, int]) -> None:
        """Report what we have read."""
        if self._sync is not None:
            self._sync.send_read(room, read)

    def send_typing(self, room: RoomId, active: bool) -> None:
        if self.shares(room):
            self._link.send(Lane.UNRELIABLE, encode_frame(Typing(room, active)))

    def send_presence(self) -> None:
        if self.rooms:
            frame = Presence(self._host.own_presence())
            self._link.send(Lane.UNRELIABLE, encode_frame(frame))

    def _matched(self, matched: Matched) -> None:
        for room in matched.opened:
            self._host.room_opened(self.peer, room)
            if self._sync is not None:
                self._sync.open_room(room)
        for room, key in matched.asked:
            self._host.asked(self.peer, room, key)

    def _send(self, frame: Frame) -> None:
        self._send_raw(encode_frame(frame))

    def _send_raw(self, frame: bytes) -> None:
        self.meter.sent += len(frame)
        for message in split(frame):
            self._link.send(Lane.RELIABLE, message)

    async def _next_frame(self) -> bytes:
        while True:
            received = await self._link.receive()
            if received is None:
                raise AppError("link-failed", {"reason": "closed"})
            whole = self._whole(*received)
            if whole is not None:
                return whole

    def _whole(self, lane: Lane, message: bytes) -> bytes | None:
        self._beat.heard(_steady())
        self.meter.received += len(message)
        return message if lane is Lane.UNRELIABLE else self._reassembler.receive(message)

    async def _read(self) -> None:
        while (received := await self._link.receive()) is not None:
            whole = self._whole(*received)
            frame = decode_frame(whole) if whole is not None else None
            if isinstance(frame, Bye):
                self.farewell = frame.code
                return
            if isinstance(frame, Aside):
                self._host.handed_on(self.peer, frame)
            elif frame is not None:
                self._handle(frame)

    def _handle(self, frame: Frame) -> None:  # noqa: C901 - one case for each kind
        gate, sync = self._gate, self._sync
        if gate is None or sync is None:
            raise RemoteProtocolError("handshake-order")
        match frame:
            case Have() | Events() | Refused() | Ask() | Heads():
                # The other side may not know yet that we have left.
                if RoomId(frame.room) not in self._withdrawn:
                    sync.receive(frame)
            case Rooms():
                self._matched(gate.receive(frame))
            case Welcome() | Dismissed() | TurnedAway():
                self._answered(gate, frame)
            case Ping(token):
                self.meter.pinged(frame)
                self._send(Pong(token))
            case Pong():
                if not self.meter.pong(frame, _steady()):
                    self._beat.pong(frame, _steady())
            case Typing(room, active):
                if RoomId(room) in gate.open:
                    self._host.typing(self.peer, RoomId(room), active)
            case Presence(state):
                self._host.presence(self.peer, state, self.rooms)
            case _:
                raise RemoteProtocolError("handshake-order", type(frame).__name__)

    def _answered(self, gate: RoomGate, frame: DoorAnswer) -> None:
        if not isinstance(frame, TurnedAway) or gate.is_answer(frame):
            self._host.answered(self.peer, frame)

    async def _keep_alive(self) -> None:
        while not self._beat.is_dead(_steady()):
            ping = self._beat.tick(_steady())
            if ping is not None:
                self._send(ping)
            self._probe()
            if not self.rooms and _steady() > self._opened_at + USELESS_AFTER:
                log.info("closing a link that shares no room")
                break
            deadline = min(self._beat.deadline, self.meter.deadline)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(deadline - _steady(), 0.05)):
                    await self._doubts.wait()
            self._doubts.clear()
        else:
            self.farewell = SILENT
        await self._link.close()

    def check(self, own: Collection[str]) -> None:
        """The network changed, these are our addresses now: find out soon whether this still goes.

        A link over an address that we have no more is given up at once.
        """
        address = self._link.address
        is_lost = address != "" and address not in own
        self._beat.doubt(_steady(), 0.0 if is_lost else PATIENCE)
        self._doubts.set()

    def _probe(self) -> None:
        probe = self.meter.tick(_steady())
        if probe is not None:
            self._link.send(Lane.UNRELIABLE, encode_frame(probe))


def _steady() -> float:
    return asyncio.get_running_loop().time()
