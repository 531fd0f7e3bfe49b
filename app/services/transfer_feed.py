"""What the feed says that matters for transfers."""

from __future__ import annotations

from contextlib import suppress

from app.domain.changes import (
    Change,
    HistoryDeleted,
    MemberChanged,
    MessagesAdded,
    MessagesChanged,
    MessagesRemoved,
    NetworkChanged,
    RoomChanged,
    RoomRemoved,
)
from app.domain.contacts import ContactChanged
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.services.transfer_acts import TenderParts, TransferActs


class TransferFeed:
    """A listener of the feed."""

    def __init__(self, parts: TenderParts, acts: TransferActs) -> None:
        self._parts = parts
        self._acts = acts
        self._rooms: set[RoomId] = set()

    async def start(self) -> None:
        """Take up what happened while nobody listened."""
        self._rooms.update(self._parts.book.shown())
        gone, taken_back = await self._parts.book.astray()
        for entry in gone:
            await self._acts.forget(entry)
        for entry in taken_back:
            await self._acts.withdrawn(entry)
        await self._look_for_offers(own=True)

    def heard(self, change: Change) -> None:
        match change:
            case MessagesAdded(_, messages) if any(view.file for view in messages):
                self._parts.spawn(self._look_for_offers())
            case MessagesChanged(_, messages):
                deleted = (view.event for view in messages if view.deleted)
                for entry in filter(None, map(self._parts.book.find, deleted)):
                    self._parts.spawn(self._acts.withdrawn(entry))
            case MessagesRemoved(_, events):
                for entry in filter(None, map(self._parts.book.find, events)):
                    self._parts.spawn(self._acts.forget(entry))
            case MemberChanged() | ContactChanged() | NetworkChanged():
                self._surroundings_changed(change)
            case HistoryDeleted(room) | RoomRemoved(room):
                self._rooms.discard(room)
                for entry in self._parts.book.in_room(room):
                    self._parts.spawn(self._acts.forget(entry))
            case RoomChanged(summary) if summary.room not in self._rooms:
                self._rooms.add(summary.room)
                self._parts.spawn(self._look_for_offers())

    async def _begin_lanes_anew(self) -> None:
        """Let go of lanes that may lead nowhere now: to find that out by itself takes them long."""
        for entry in self._parts.book.all():
            for end in self._parts.lanes.of(entry):
                await self._parts.lanes.close(end, "lane-lost")
        self._parts.fetcher.nudge_all()

    def _surroundings_changed(
        self, change: MemberChanged | ContactChanged | NetworkChanged
    ) -> None:
        match change:
            case NetworkChanged() if change.is_break:
                self._parts.spawn(self._begin_lanes_anew())
            case MemberChanged(room, peer, _, "left" | "removed"):
                self._parts.spawn(self._part(peer, room))
            case ContactChanged(contact) if contact.state == "blocked":
                self._parts.spawn(self._part(contact.peer))

    async def _part(self, peer: PeerId, room: RoomId | None = None) -> None:
        """Give somebody nothing any more, of one room or at all."""
        for end in self._parts.lanes.with_peer(peer):
            if room in (None, end.entry.room):
                await self._parts.lanes.close(end)

    async def _look_for_offers(self, *, own: bool = False) -> None:
        for entry in await self._parts.book.missing(own=own):
            record = entry.record
            folder = self._parts.settings.unasked(record.author, record.offer)
            if folder is not None:
                with suppress(AppError):  # it waits for an answer then
                    await self._acts.accept(entry, folder)
