"""All transfers as they stand now: kept on the disk, shown to front ends, told at a calm pace."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from app.domain.clock import physical_ms
from app.domain.errors import AppError
from app.domain.files import (
    Lane,
    Receiver,
    TransferChanged,
    TransferRemoved,
    TransferState,
    TransferView,
    WayTrouble,
)
from app.domain.ids import EventId, PeerId, RoomId, to_text
from app.domain.views import MessageView
from app.services.conversation import RoomBook
from app.services.publisher import Publisher
from app.storage.records import MessageRow
from app.storage.store import Store
from app.storage.transfer_repository import TransferRecord

CALM = 0.25
"""Seconds between two words about the progress of a transfer."""
FETCHING = frozenset({TransferState.WAITING, TransferState.RUNNING})
THROUGH = frozenset({TransferState.DONE, TransferState.DECLINED})


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a peer is that we have a lane to."""

    done: int
    rate: float
    lane: Lane


@dataclass(frozen=True, slots=True)
class Checked:
    """How far a file was read again, to see whether it is still what was offered."""

    done: int = 0
    rate: float = 0.0


@dataclass(slots=True, eq=False)
class Entry:
    """A transfer at work. `turn` is held by whoever changes what it is about.

    `moved_away` if what we have got is given to nobody: it lies elsewhere, or was taken back.
    `blamed` are those whom we gave to and who broke the rules, with error codes.
    """

    record: TransferRecord
    rate: float = 0.0
    lane: Lane | None = None
    reached: dict[PeerId, Reached] = field(default_factory=dict)
    settled: dict[PeerId, TransferState] = field(default_factory=dict)
    blamed: dict[PeerId, str] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    later: asyncio.TimerHandle | None = None
    told_at: float = float("-inf")
    moved_away: bool = False
    checked: Checked | None = None
    troubles: tuple[WayTrouble, ...] = ()

    @property
    def event(self) -> EventId:
        return self.record.event

    @property
    def room(self) -> RoomId:
        return self.record.room

    @property
    def state(self) -> TransferState:
        return self.record.state


class TransferBook:
    def __init__(self, me: PeerId, store: Store, rooms: RoomBook, publisher: Publisher) -> None:
        self.me = me
        self._store = store
        self._rooms = rooms
        self._publisher = publisher
        self._entries: dict[EventId, Entry] = {}

    async def load(self) -> None:
        """Take up what was known when the program ended."""
        for record in await self._store.transfers.all():
            self._entries[record.event] = Entry(record)
        for event, peer, state in await self._store.transfers.settled():
            if event in self._entries:
                self._entries[event].settled[peer] = state

    def all(self) -> list[Entry]:
        return list(self._entries.values())

    def in_room(self, room: RoomId) -> list[Entry]:
        return [entry for entry in self._entries.values() if entry.room == room]

    def find(self, event: EventId) -> Entry | None:
        return self._entries.get(event)

    def with_files(self, files: str) -> Entry | None:
        """Return whose manifest is called so."""
        return next((one for one in self._entries.values() if one.record.files == files), None)

    def is_own(self, entry: Entry) -> bool:
        return entry.record.author == self.me

    async def get(self, event: EventId) -> Entry:
        """Return what is known, or what a message says. Raises AppError("unknown-transfer")."""
        entry = self._entries.get(event)
        return entry if entry is not None else await self._learn(event)

    async def _learn(self, event: EventId) -> Entry:
        unknown = AppError("unknown-transfer", {"transfer": to_text(event)})
        try:
            row = await self._store.messages.by_event(event)
            self._rooms.listed(row.room)
        except AppError as error:
            raise unknown from error
        entry = await self.add(row)
        if entry is None:
            raise unknown
        return entry

    async def missing(self, *, own: bool = False) -> list[Entry]:
        """Take up the offers in shown rooms that we know nothing of; return them.

        Own ones only if nothing is being offered right now: what is gets its entry in a moment.
        """
        rows = await self._store.messages.offers()
        wanted = (row for row in rows if own or row.author != self.me)
        shown = [row for row in wanted if self._is_shown(row.room)]
        fresh = [row for row in shown if row.position.event not in self._entries]
        return [entry for row in fresh if (entry := await self.add(row)) is not None]

    async def astray(self) -> tuple[list[Entry], list[Entry]]:
        """Return what has no message any more, and whose message was deleted meanwhile."""
        gone, deleted = await self._store.transfers.astray()
        known = self._entries
        over = TransferState.CANCELLED
        return (
            [known[event] for event in gone if event in known],
            [known[e] for e in deleted if e in known and known[e].state is not over],
        )

    def shown(self) -> list[RoomId]:
        """Return the rooms that people see."""
        return [room.room for room in self._rooms if room.record.joined]

    def _is_shown(self, room: RoomId) -> bool:
        known = self._rooms.find(room)
        return known is not None and known.record.joined

    async def add(
        self, row: MessageRow | MessageView, path: str = "", files: str = "", folder: str = ""
    ) -> Entry | None:
        """Take up an offer; return None if it is none.

        `path` and `files` are those of an own one, `folder` where that was put if it was received.
        """
        event = row.position.event
        if row.file is None or event in self._entries:
            return self._entries.get(event)
        lost = row.author == self.me and not path
        record = TransferRecord(
            event,
            row.room,
            row.author,
            physical_ms(row.position.hlc),
            row.file,
            files or os.urandom(16).hex(),
            TransferState.FAILED if lost else TransferState.OFFERED,
            folder=folder,
            path=path,
            reason="source-gone" if lost else "",
        )
        entry = self._entries[event] = Entry(record)
        await self._store.transfers.put(record)
        self.tell(entry)
        return entry

    async def change(
        self, entry: Entry, state: TransferState | None = None, reason: str = ""
    ) -> None:
        """Keep and tell what a record is like now, with another state if one is given."""
        if state is not None:
            entry.record.state, entry.record.reason = state, reason
        if entry.state is not TransferState.RUNNING:
            entry.rate, entry.lane = 0.0, None
        await self._store.transfers.change(entry.record)
        self.tell(entry)

    async def keep(self, entry: Entry) -> None:
        """Keep what nobody sees."""
        await self._store.transfers.change(entry.record)

    async def settle(self, entry: Entry, peer: PeerId, state: TransferState) -> None:
        """Note that `peer` is through."""
        if entry.settled.get(peer) is not state:
            await self._store.transfers.settle(entry.event, peer, state)
            entry.settled[peer] = state
            self.tell(entry)

    async def forget(self, entry: Entry) -> None:
        """Know nothing of a transfer any more."""
        self._entries.pop(entry.event, None)
        if entry.later is not None:
            entry.later.cancel()
        self._publisher.feed.publish(TransferRemoved(entry.event))
        await self._store.transfers.forget(entry.event)

    def tell(self, entry: Entry) -> None:
        """Tell how a transfer looks now."""
        if entry.later is not None:
            entry.later.cancel()
            entry.later = None
        if self._is_shown(entry.room) and entry.event in self._entries:
            entry.told_at = asyncio.get_running_loop().time()
            self._publisher.feed.publish(TransferChanged(self.view(entry)))

    def moved(self, entry: Entry) -> None:
        """The same for what changes all the time."""
        if entry.later is None:
            loop = asyncio.get_running_loop()
            due = max(entry.told_at + CALM, loop.time())
            entry.later = loop.call_at(due, self.tell, entry)

    def close(self) -> None:
        for entry in self._entries.values():
            if entry.later is not None:
                entry.later.cancel()

    # -- how it looks

    def view(self, entry: Entry) -> TransferView:
        record, offer = entry.record, entry.record.offer
        own = self.is_own(entry)
        view = TransferView(
            transfer=record.event,
            room=record.room,
            peer=record.author,
            peer_name=self.name_of(record.room, record.author),
            own=own,
            name=offer.name,
            size=offer.size,
            files=offer.files,
            is_folder=offer.is_folder,
            digest=offer.root.hex(),
            state=record.state,
            offered_ms=record.offered_ms,
            done=record.done,
            rate=entry.rate,
            lane=entry.lane,
            path=record.path or record.folder,
            reason=record.reason,
            troubles=entry.troubles,
            voice_ms=offer.voice_ms,
            reused=record.reused,
        )
        if entry.checked is not None:
            done, rate = entry.checked.done, entry.checked.rate
            return replace(view, state=TransferState.PREPARING, done=done, rate=rate, reason="")
        return self._giving(entry, view) if own else view

    def _giving(self, entry: Entry, view: TransferView) -> TransferView:
        receivers = tuple(self._receivers(entry))
        active = [one for one in receivers if one.state is TransferState.RUNNING]
        have = any(one.state is TransferState.DONE for one in receivers)
        state = view.state
        if state is TransferState.OFFERED and active:
            state = TransferState.RUNNING
        elif state is TransferState.OFFERED and have and self._all_settled(entry):
            state = TransferState.DONE
        done = min((one.done for one in active), default=view.size if have else 0)
        rate = sum(one.rate for one in active)
        lane = active[0].lane if active else None
        return replace(view, state=state, done=done, rate=rate, lane=lane, receivers=receivers)

    def _receivers(self, entry: Entry) -> Iterable[Receiver]:
        size = entry.record.offer.size
        for peer in {**entry.settled, **entry.reached, **entry.blamed}:
            name = self.name_of(entry.room, peer)
            settled, reached = entry.settled.get(peer), entry.reached.get(peer)
            if settled is TransferState.DONE or (reached is not None and reached.done == size):
                yield Receiver(peer, name, size, TransferState.DONE)
            elif reached is not None:
                state = TransferState.RUNNING
                yield Receiver(peer, name, reached.done, state, reached.rate, reached.lane)
            elif (code := entry.blamed.get(peer)) is not None:
                yield Receiver(peer, name, 0, TransferState.FAILED, reason=code)
            elif settled is not None:
                yield Receiver(peer, name, 0, settled)

    def _all_settled(self, entry: Entry) -> bool:
        room = self._rooms.find(entry.room)
        return room is not None and set(room.others(self.me)) <= set(entry.settled)

    def name_of(self, room: RoomId, peer: PeerId) -> str:
        """Return what somebody is called there, "" if the room is not known."""
        known = self._rooms.find(room)
        return known.name_of(peer, self._publisher.names) if known is not None else ""
