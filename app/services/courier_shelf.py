"""The rooms that a courier serves: who may open them, and their sealed logs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.couriers import CourierTerms, ServedView
from app.domain.ids import PeerId, RoomId
from app.protocol.courier_log import Kept, Shelved
from app.protocol.courier_roster import Roster
from app.protocol.log_sync import Span
from app.protocol.room_gate import Proofs
from app.protocol.room_log import Head
from app.services.clocks import WallClock
from app.storage.courier_repository import CourierRepository


@dataclass(slots=True)
class ServedRoom:
    """One room; `size` is what its events count for, `full` whether some were refused."""

    roster: Roster
    logs: dict[PeerId, Kept] = field(default_factory=dict)
    size: int = 0
    full: bool = False

    @property
    def room(self) -> RoomId:
        return self.roster.room

    @property
    def vector(self) -> dict[PeerId, int]:
        return {author: log.head.seq for author, log in self.logs.items()}

    def view(self) -> ServedView:
        """Return what is told of it."""
        events = sum(log.head.seq - log.first + 1 for log in self.logs.values())
        members = len(self.roster.members)
        return ServedView(self.room, self.roster.patron, members, events, self.size, self.full)


class CourierShelf:
    """Implements `Served`, and what `LinkSync` asks of a room's log."""

    def __init__(
        self,
        repository: CourierRepository,
        terms: CourierTerms,
        wall: WallClock,
        tell: Callable[[RoomId, Mapping[PeerId, int]], None],
    ) -> None:
        """`tell` hears of each log that has grown, after the commit."""
        self.repository = repository
        self.terms = terms
        self.wall = wall
        self._tell = tell
        self._rooms: dict[RoomId, ServedRoom] = {}
        self._places: set[bytes] = set()
        self._turn = asyncio.Lock()
        """Taking a room, changing it and dropping it follow each other."""

    def __iter__(self) -> Iterator[ServedRoom]:
        return iter(tuple(self._rooms.values()))

    async def load_all(self) -> None:
        """Take up what is on the disk. Raises AppError."""
        await self.expire()
        for stored in await self.repository.all():
            room = ServedRoom(stored.roster, dict(stored.logs), stored.size)
            self._rooms[room.room] = room
        self._note_places()

    # -- what governs

    def find(self, room: RoomId) -> ServedRoom | None:
        return self._rooms.get(room)

    @property
    def used(self) -> int:
        """What all events together count for."""
        return sum(room.size for room in self._rooms.values())

    def is_shared_by(self, *peers: PeerId) -> bool:
        """Tell whether all of these are members of one room."""
        return any(room.roster.members >= set(peers) for room in self._rooms.values())

    async def put(self, roster: Roster) -> None:
        """Serve a room from now on, or by a new roster."""
        async with self._turn:
            await self._put(roster)

    async def _put(self, roster: Roster) -> None:
        await self.repository.put(roster, self.wall.now_ms())
        known = self._rooms.get(roster.room)
        if known is not None:
            known.roster = roster
        else:
            self._rooms[roster.room] = ServedRoom(roster)
        self._note_places()

    async def entered(self, room: RoomId, peer: PeerId) -> None:
        """Somebody has opened a room, and belongs to it."""
        async with self._turn:
            known = self._rooms.get(room)
            if known is not None:
                await self._put(known.roster.entered(peer))

    async def drop(self, room: RoomId) -> None:
        """Serve a room no more and forget its events."""
        async with self._turn:
            self._rooms.pop(room, None)
            self._note_places()
            await self.repository.drop(room)

    async def expire(self, present: Collection[RoomId] = ()) -> bool:
        """Forget what is too old; return whether there was anything.

        Members of the rooms `present` are linked now.
        """
        async with self._turn:
            now, keep_ms = self.wall.now_ms(), self.terms.keep_ms
            changed = await self.repository.expire(now, keep_ms, present)
            await self._look_again([self._rooms[one] for one in changed if one in self._rooms])
            return bool(changed)

    def try_again(self) -> None:
        """Events that were refused may fit in now."""
        for room in self:
            room.full = False

    async def _look_again(self, rooms: Sequence[ServedRoom]) -> None:
        if not rooms:
            return
        stored = {one.roster.room: one for one in await self.repository.all()}
        for room in rooms:
            now = stored.get(room.room)
            if now is None:
                self._rooms.pop(room.room, None)
            else:
                room.logs, room.size = dict(now.logs), now.size
        self._note_places()

    def proofs(self, peer: PeerId) -> Mapping[RoomId, Proofs]:
        return {room.room: room.roster.proofs(peer) for room in self}

    def proofs_of(self, room: RoomId, peer: PeerId) -> Proofs | None:
        known = self._rooms.get(room)
        return known.roster.proofs(peer) if known is not None else None

    def places(self) -> Sequence[Sequence[bytes]]:
        return [room.roster.places for room in self]

    def has_place(self, place: bytes) -> bool:
        return place in self._places

    def _note_places(self) -> None:
        self._places = {place for places in self.places() for place in places}

    # -- logs

    async def load(self, room: RoomId, spans: Sequence[Span], max_bytes: int) -> list[bytes]:
        if room not in self._rooms:
            return []
        return await self.repository.events_in(room, spans, max_bytes)

    async def ingest(self, room: RoomId, batch: Sequence[bytes]) -> Shelved:
        """Store what may be stored. Raises AppError, or RemoteProtocolError as `shelve` does."""
        now = self.wall.now_ms()
        taken = await self.repository.ingest(room, batch, self.terms.quota, now)
        known = self._rooms.get(room)
        if known is None:
            return taken
        for author, head in taken.heads.items():
            first = known.logs[author].first if author in known.logs else 1
            known.logs[author] = Kept(first, head)
        known.size += taken.size
        known.full = known.full or any(one.code == "courier-full" for one in taken.refusals)
        if taken.heads:
            self._tell(room, known.vector)
        return taken

    async def heads(self, room: RoomId) -> Mapping[PeerId, Head]:
        known = self._rooms.get(room)
        return {author: log.head for author, log in known.logs.items()} if known else {}
