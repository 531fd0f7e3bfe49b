"""Brings frames to members of a large room over others, by the way on which we heard of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import MESH, Aside, Receipt, Wanted, decode_frame, encode_frame
from app.protocol.mesh_frames import MAX_HOPS, MAX_ROUTED, MAX_ROUTED_FRAME, Routed
from app.protocol.passing_frames import Through
from app.services.allowance import Allowance
from app.services.connection_manager import ConnectionManager
from app.services.mesh_keeper import MeshKeeper

GATHER = 0.3
"""Seconds in which frames for the same member are gathered."""
MAX_WAITING = 4096
AT_ONCE, A_SECOND = 1024 * 1024, 64 * 1024
"""Bytes that one neighbour may have us pass on."""


class Reader(Protocol):
    """Takes receipts of members, and their wish for ours."""

    def told(self, room: RoomId, receipt: Receipt) -> None: ...

    def wished(self, room: RoomId, member: PeerId) -> None: ...


class MeshRouter:
    """Implements `Listener`. `taken` gets signals for us: who has sealed it, and the payload."""

    reader: Reader

    def __init__(
        self,
        manager: ConnectionManager,
        keeper: MeshKeeper,
        taken: Callable[[PeerId, bytes], None],
    ) -> None:
        self._manager = manager
        self._keeper = keeper
        self._taken = taken
        self._waiting: dict[tuple[RoomId, PeerId, PeerId], Routed] = {}
        self._allowances: dict[PeerId, Allowance] = {}
        self._timer: asyncio.TimerHandle | None = None

    # -- Listener

    def opened(self, peer: PeerId, room: RoomId) -> None:
        """Nothing waits for a link."""

    def ended(self, peer: PeerId) -> None:
        self._allowances.pop(peer, None)

    def read(self, room: RoomId) -> None:
        """Reading is told by whoever makes receipts."""

    def received(self, peer: PeerId, frame: Aside) -> None:
        link = self._manager.live(peer)
        room = RoomId(frame.room) if isinstance(frame, Routed) else None
        if not isinstance(frame, Routed) or link is None or room not in link.rooms:
            return
        allowance = self._allowances.setdefault(peer, Allowance(AT_ONCE, A_SECOND))
        size = sum(map(len, frame.frames))
        if not allowance.spend(asyncio.get_running_loop().time(), size):
            return
        if frame.target == self._manager.me:
            for raw in frame.frames:
                self._take(RoomId(frame.room), raw)
        elif frame.hops > 0:
            self._pass_on(frame, frame.hops - 1, not_by=peer)

    def _take(self, room: RoomId, raw: bytes) -> None:
        try:
            inner = decode_frame(raw)
        except RemoteProtocolError:
            return  # whoever passed it on need not know what is in it
        match inner:
            case Receipt() if inner.room == room:
                self.reader.told(room, inner)
            case Wanted(of, [member]) if of == room:
                self.reader.wished(room, PeerId(member))
            case Through(receiver, sender, payload) if receiver == self._manager.me:
                self._taken(PeerId(sender), payload)

    # -- sending

    def send(self, room: RoomId, target: PeerId, frame: Receipt | Wanted | Through) -> bool:
        """Send one frame to a member that is around; tell whether there is a way."""
        raw = encode_frame(frame)
        if len(raw) > MAX_ROUTED_FRAME:
            return False
        return self._pass_on(Routed(room, target, MAX_HOPS, [raw]), MAX_HOPS, not_by=None)

    def signal(self, peer: PeerId, payload: bytes) -> bool:
        """Send a sealed signal by a room in which somebody is around; tell whether there is one."""
        frame = Through(peer, self._manager.me, payload)
        return any(self.send(room, peer, frame) for room in self._keeper.large_rooms())

    def _pass_on(self, frame: Routed, hops: int, not_by: PeerId | None) -> bool:
        room, target = RoomId(frame.room), PeerId(frame.target)
        state = self._keeper.room(room)
        by = state.gossip.way_to(target, not_by=not_by) if state is not None else None
        link = self._manager.live(by) if by is not None else None
        if by is None or link is None or not link.features & MESH or room not in link.rooms:
            return False
        return self._wait(room, target, by, hops, frame.frames)

    def _wait(
        self, room: RoomId, target: PeerId, by: PeerId, hops: int, frames: Sequence[bytes]
    ) -> bool:
        waiting = self._waiting.get((room, target, by))
        if waiting is not None and len(waiting.frames) + len(frames) > MAX_ROUTED:
            self._flush()
            waiting = None
        if len(self._waiting) >= MAX_WAITING:
            return False
        if waiting is not None:
            hops, frames = min(hops, waiting.hops), [*waiting.frames, *frames]
        self._waiting[room, target, by] = Routed(room, target, hops, list(frames))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER, self._flush)
        return True

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, {}
        for (room, _, by), frame in waiting.items():
            link = self._manager.live(by)
            if link is not None and room in link.rooms:
                link.send(frame)
