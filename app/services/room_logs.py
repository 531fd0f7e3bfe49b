"""The hub between links, front ends and the disk: every event passes through here.

Writes go to the log first; only after the commit are front ends and links told.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from app.domain.clock import is_far_future, physical_ms
from app.domain.events import Event, KnownBody
from app.domain.ids import PeerId, RoomId
from app.domain.room import MemberUpdated
from app.protocol.log_sync import Span
from app.protocol.room_log import Head
from app.services.catch_up import CatchUp
from app.services.conversation import Conversation, RoomBook
from app.services.event_author import Bound, EventAuthor
from app.services.own_messages import OwnMessages
from app.services.publisher import Publisher
from app.services.pulls import Pulls
from app.storage.records import Committed
from app.storage.store import Store

RECENT_BYTES = 4 * 1024 * 1024


class LogWatcher(Protocol):
    """A link, or whatever else wants to know that a room's log has grown."""

    def log_grew(self, room: RoomId, vector: Mapping[PeerId, int]) -> None: ...


class RecentEvents:
    """The latest events in memory, so that sending them on needs no query."""

    def __init__(self) -> None:
        self._events: OrderedDict[tuple[RoomId, PeerId, int], bytes] = OrderedDict()
        self._size = 0

    def add(self, event: Event) -> None:
        wire = event.encode()
        key = event.header.room, event.header.author, event.header.seq
        self._size += len(wire) - len(self._events.pop(key, b""))
        self._events[key] = wire
        while self._size > RECENT_BYTES:
            self._size -= len(self._events.popitem(last=False)[1])

    def take(self, room: RoomId, spans: Sequence[Span], max_bytes: int) -> list[bytes]:
        """Return events from the start of the spans, as far as all of them are here."""
        taken: list[bytes] = []
        size = 0
        for author, first, last in spans:
            for seq in range(first, last + 1):
                wire = self._events.get((room, author, seq))
                if wire is None or (taken and size + len(wire) > max_bytes):
                    return taken
                taken.append(wire)
                size += len(wire)
        return taken


async def _nothing_to_learn(_conversation: Conversation) -> None:
    return


class RoomLogs:
    """Appends our events, takes in those of others, and hands out what links ask for."""

    def __init__(
        self,
        store: Store,
        book: RoomBook,
        author: EventAuthor,
        publisher: Publisher,
        own: OwnMessages,
    ) -> None:
        self._store = store
        self._book = book
        self._author = author
        self.wall = author.wall
        self.publisher = publisher
        self.own = own
        self._recent = RecentEvents()
        self.pulls = Pulls(publisher.me)
        self._watchers: set[LogWatcher] = {self.pulls}
        self._ingesting: set[asyncio.Task[Committed]] = set()
        self._me = publisher.me
        self.catch_up = CatchUp(self._me)
        self.learn_keys: Callable[[Conversation], Awaitable[object]] = _nothing_to_learn

    def watch(self, watcher: LogWatcher) -> None:
        self._watchers.add(watcher)

    def unwatch(self, watcher: LogWatcher) -> None:
        self._watchers.discard(watcher)

    async def start(self) -> None:
        """Write after everything that is stored already."""
        self._author.observe(await self._store.log.last_hlc())

    async def append(self, room: RoomId, *bodies: KnownBody | Bound) -> Committed:
        """Write our own events; they are on the disk when this returns.

        Raises AppError("unknown-room" | "disk-full" | ...).
        """
        conversation = self._book.get(room)
        await self.learn_keys(conversation)
        if self.catch_up.is_behind(conversation):
            await self.catch_up.wait(conversation)
        compose = self._author.compose(conversation, bodies)
        committed = await self._store.log.write_own(room, self._me, compose)
        self.own.note(room, committed.rows, committed.events[0].header.seq)
        self._publish(conversation, committed)
        return committed

    async def ingest(self, room: RoomId, batch: Sequence[bytes]) -> Committed:
        """Verify and store what a peer sent.

        It is told of even if the caller is cancelled meanwhile. Raises AppError, or
        RemoteProtocolError, after which nothing of the batch has been stored.
        """
        task = asyncio.ensure_future(self._ingest(self._book.get(room), batch))
        self._ingesting.add(task)
        task.add_done_callback(self._ingested)
        return await asyncio.shield(task)

    def _ingested(self, task: asyncio.Task[Committed]) -> None:
        self._ingesting.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may be gone; the link is closed then anyway

    async def _ingest(self, conversation: Conversation, batch: Sequence[bytes]) -> Committed:
        room = conversation.room
        committed = await self._store.log.ingest(room, batch, conversation.keys, self.wall.now_ms())
        for event in committed.events:
            self._author.observe(event.header.hlc)
        conversation.held = conversation.held or committed.held > 0
        self._publish(conversation, committed)
        self._tell_ahead(conversation, committed.events)
        for fork in committed.forks:
            self.publisher.forked(room, fork.author)
        return committed

    def _tell_ahead(self, conversation: Conversation, events: Sequence[Event]) -> None:
        """Say whose events have to wait because of their clock; silence would look like loss."""
        now = self.wall.now_ms()
        for event in events:
            header = event.header
            if conversation.record.joined and is_far_future(header.hlc, now):
                hours = max((physical_ms(header.hlc) - now) // 3_600_000, 1)
                self.publisher.ahead(conversation.room, header.author, hours)

    async def heads(self, room: RoomId) -> Mapping[PeerId, Head]:
        """Return the last event of each author. Nothing for a room that is gone."""
        return await self._store.log.ends(room) if self._book.find(room) is not None else {}

    async def contradicting(self, room: RoomId, heads: Mapping[PeerId, Head]) -> list[bytes]:
        """Return our last event of each author whose log ends in another one at that number."""
        ours = await self.heads(room)
        forked = [
            (author, head.seq, head.seq)
            for author, head in heads.items()
            if author in ours and ours[author].seq == head.seq and ours[author] != head
        ]
        return [wire for span in forked for wire in await self.load(room, [span], 1)]

    async def close(self) -> None:
        """Wait until what is being taken in has been stored."""
        if self._ingesting:
            await asyncio.wait(self._ingesting)

    async def release_held(self, room: RoomId, *, new_keys: bool = False) -> None:
        """Show what has been held back and is due now, or can be read by keys that are new."""
        conversation = self._book.get(room)
        committed = await self._store.log.release_held(
            room, conversation.keys, self.wall.now_ms(), new_keys=new_keys
        )
        conversation.held = committed.held > 0
        self._publish(conversation, committed)

    async def set_founder(self, conversation: Conversation, founder: PeerId) -> None:
        """Believe an invitation about who made a room, until its code says so."""
        committed = await self._store.log.set_founder(conversation.room, founder)
        self._publish(conversation, committed)

    async def load(self, room: RoomId, spans: Sequence[Span], max_bytes: int) -> list[bytes]:
        """Return wire bytes from the start of the spans; at least one event, if there is one."""
        recent = self.recent(room, spans, max_bytes)
        return recent or await self._store.log.events_in(room, spans, max_bytes)

    def recent(self, room: RoomId, spans: Sequence[Span], max_bytes: int) -> list[bytes]:
        """The same as far as it is in memory; perhaps nothing."""
        return self._recent.take(room, spans, max_bytes)

    def tell(self, room: RoomId, vector: Mapping[PeerId, int]) -> None:
        """Say that a log reaches so far on the disk now."""
        for watcher in tuple(self._watchers):
            watcher.log_grew(room, vector)

    def _publish(self, conversation: Conversation, committed: Committed) -> None:
        conversation.state = committed.state
        conversation.vector.update(committed.vector)
        for event in committed.events:
            self._recent.add(event)
        if any(isinstance(effect, MemberUpdated) for effect in committed.effects):
            conversation.tracker.set_others(conversation.others(self._me))
        self.catch_up.grew()
        self.tell(conversation.room, conversation.vector)
        self.publisher.committed(conversation, committed)
