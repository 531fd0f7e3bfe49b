"""Ticks across a large room: each author is told what we have of it, in a receipt of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.domain.clock import MAX_AHEAD_MS
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import Receipt, Wanted
from app.protocol.receipts import is_genuine, make_receipt
from app.services.clocks import WallClock
from app.services.conversation import Conversation, RoomBook
from app.services.delivery_service import DeliveryService
from app.services.me import Me
from app.services.mesh_keeper import MeshKeeper
from app.services.mesh_room import MeshRoom
from app.services.mesh_router import MeshRouter

EVERY = 1.5
"""Seconds in which what we have received is gathered into one receipt for its author."""
REMIND_AFTER = 10.0
"""Seconds after which members who are there are asked what they have of ours."""
MAX_REMINDED = 16
MAX_HEARD = 1024
AT_ONCE = 8

Marks = tuple[int, int]


@dataclass(slots=True)
class _Room:
    """What authors were told, and when we began to wait for whom, or asked last."""

    told: dict[PeerId, Marks] = field(default_factory=dict)
    waited: dict[PeerId, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FarParts:
    """What the ticks work with."""

    me: Me
    book: RoomBook
    wall: WallClock
    ticks: DeliveryService
    keeper: MeshKeeper
    router: MeshRouter


class FarTicks:
    """Implements `Reader`."""

    def __init__(self, parts: FarParts) -> None:
        self._parts = parts
        self._me = parts.me.peer
        self._rooms: dict[RoomId, _Room] = {}
        self._heard: deque[tuple[RoomId, Receipt]] = deque()

    # -- Reader

    def told(self, room: RoomId, receipt: Receipt) -> None:
        if len(self._heard) >= MAX_HEARD:
            return
        if not self._heard:
            asyncio.get_running_loop().call_soon(self._hear)
        self._heard.append((room, receipt))

    def _hear(self) -> None:
        """Check a few signatures at a time, so that nothing else has to wait for many."""
        for _ in range(min(AT_ONCE, len(self._heard))):
            self._believe(*self._heard[0])
            self._heard.popleft()
        if self._heard:
            asyncio.get_running_loop().call_soon(self._hear)

    def _believe(self, room: RoomId, receipt: Receipt) -> None:
        conversation = self._parts.book.find(room)
        member = PeerId(receipt.member)
        if conversation is None or member == self._me or not conversation.has_member(member):
            return
        if receipt.time > self._parts.wall.now_ms() + MAX_AHEAD_MS or not is_genuine(receipt):
            return
        stored = {PeerId(author): seq for author, seq in receipt.stored.items()}
        read = {PeerId(author): seq for author, seq in receipt.read.items()}
        self._parts.ticks.reported(room, member, stored, read, receipt.time)

    def wished(self, room: RoomId, member: PeerId) -> None:
        state = self._rooms.get(room)
        if state is not None:
            state.told.pop(member, None)

    # -- what is done

    async def run(self) -> None:
        """Tell authors, and remind members, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            large = self._parts.keeper.large_rooms()
            self._rooms = {room: state for room, state in self._rooms.items() if room in large}
            for room in large:
                self.look_at(room)

    def look_at(self, room: RoomId) -> None:
        """Tell and ask in one room what is due."""
        conversation, mesh = self._parts.book.find(room), self._parts.keeper.room(room)
        if conversation is None or mesh is None or conversation.standing != "member":
            return
        state = self._rooms.setdefault(room, _Room())
        far = [p for p in mesh.around if p not in mesh.linked and conversation.has_member(p)]
        for author in far:
            self._tell(conversation, state, author)
        self._remind(conversation, mesh, state, far)

    def _tell(self, conversation: Conversation, state: _Room, author: PeerId) -> None:
        read = self._parts.ticks.told_as_read(conversation).get(author, 0)
        marks = conversation.vector.get(author, 0), read
        if marks[0] == 0 or state.told.get(author) == marks:
            return
        receipt = make_receipt(
            self._parts.me.identity,
            conversation.room,
            self._parts.wall.now_ms(),
            {author: marks[0]},
            {author: read} if read else {},
        )
        if self._parts.router.send(conversation.room, author, receipt):
            state.told[author] = marks

    def _remind(
        self, conversation: Conversation, mesh: MeshRoom, state: _Room, far: list[PeerId]
    ) -> None:
        now = asyncio.get_running_loop().time()
        behind = set(self._behind(conversation, far))
        state.waited = {peer: state.waited.get(peer, now) for peer in behind}
        due = [peer for peer, since in state.waited.items() if now - since >= REMIND_AFTER]
        for peer in due[:MAX_REMINDED]:
            state.waited[peer] = now
            wish = Wanted(mesh.room, [bytes(self._me)])
            self._parts.router.send(mesh.room, peer, wish)

    def _behind(self, conversation: Conversation, far: list[PeerId]) -> Iterator[PeerId]:
        """Yield those who are not known to have all that we wrote."""
        mine = conversation.vector.get(self._me, 0)
        return (peer for peer in far if conversation.tracker.reported(peer) < mine)
