"""The rooms' logs: what is appended, what it changes, what others still lack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.crypto.authoring import open_event
from app.crypto.room_keys import EpochKeys
from app.domain.clock import is_far_future
from app.domain.errors import LocalProtocolError
from app.domain.events import Body, Event, decode_event
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import Content, Effect, OperationAdded, PictureSet, RoomState, RowAdded, reduce
from app.protocol.room_log import EMPTY, Admission, Admitter, Fork, Head
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.overlays import Overlays
from app.storage.picture_repository import PictureRepository
from app.storage.read_tables import ReadTables
from app.storage.records import Committed, MessageRow
from app.storage.state_codec import decode_state, encode_state

Opened = tuple[Event, Body]

# Jumps from author to author in the index instead of reading all of it.
_HEADS = """
WITH RECURSIVE authors (author) AS (
    SELECT min(author) FROM event WHERE room = :room
    UNION ALL
    SELECT (SELECT min(author) FROM event WHERE room = :room AND author > authors.author)
    FROM authors WHERE authors.author IS NOT NULL)
SELECT wire FROM authors JOIN event ON event.id = (
    SELECT id FROM event WHERE room = :room AND author = authors.author ORDER BY seq DESC LIMIT 1)
"""
_APPEND = "INSERT INTO event (room, author, seq, held, wire) VALUES (?, ?, ?, ?, ?)"
_AT = "SELECT wire FROM event WHERE room = ? AND author = ? AND seq = ?"
_SPAN = "SELECT wire FROM event WHERE room = ? AND author = ? AND seq BETWEEN ? AND ? ORDER BY seq"
_HELD = "SELECT id, wire FROM event INDEXED BY event_held WHERE room = ? AND held = 1"
_COUNT_ROWS = (
    "UPDATE room SET total = total + ?, unread = unread + ?, last_hlc = max(last_hlc, ?) "
    "WHERE id = ?"
)


@dataclass(slots=True)
class _Log:
    """What is kept in memory of a room."""

    number: int
    heads: dict[PeerId, Head]
    state: RoomState


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one transaction takes in: all events, and those of them that may be shown."""

    events: Sequence[Event]
    opened: Sequence[Opened]
    heads: Mapping[PeerId, Head]
    forks: tuple[Fork, ...] = ()
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Reduced:
    """`changed` are older rows that look different now."""

    rows: tuple[MessageRow, ...] = ()
    effects: tuple[Effect, ...] = ()
    changed: tuple[MessageRow, ...] = ()


_NOTHING = _Reduced()


class LogRepository:
    """Appends to logs; one call is one transaction. All raise AppError("unknown-room")."""

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        tables: ReadTables,
        overlays: Overlays,
        pictures: PictureRepository,
    ) -> None:
        self._pictures = pictures
        self._database = database
        self._catalog = catalog
        self._tables = tables
        self._overlays = overlays
        self._generation = -1
        self._logs: dict[RoomId, _Log] = {}

    async def write_own(
        self, room: RoomId, author: PeerId, compose: Callable[[Head], Sequence[Opened]]
    ) -> Committed:
        """Append what `compose` makes after the author's head.

        `compose` runs on the database's thread. Raises LocalProtocolError if its events do not
        continue the log.
        """

        def run() -> Committed:
            log = self._log(room)
            self._catalog.learn_own(author)
            opened = compose(log.heads.get(author, EMPTY))
            events = tuple(event for event, _ in opened)
            heads = {author: _last_head(room, author, log.heads.get(author, EMPTY), events)}
            self._append(log, events, held=())
            return self._commit(log, _Batch(events, opened, heads if events else {}))

        return await self._database.write(run)

    async def ingest(
        self, room: RoomId, batch: Sequence[bytes], keys: Mapping[int, EpochKeys], now_ms: int
    ) -> Committed:
        """Verify and append events from elsewhere, in the order given.

        Those in the far future or without a key are stored, but held. Raises
        RemoteProtocolError as `Admitter.admit` does; nothing is stored then.
        """

        def run() -> Committed:
            log = self._log(room)
            admission = self._admit(room, log, batch)
            due, held = _part(admission.accepted, keys, now_ms)
            self._append(log, admission.accepted, held)
            heads, forks = admission.heads, admission.forks
            batch_in = _Batch(admission.accepted, _open(due, keys), heads, forks, len(held))
            return self._commit(log, batch_in)

        return await self._database.write(run)

    async def release_held(
        self, room: RoomId, keys: Mapping[int, EpochKeys], now_ms: int
    ) -> Committed:
        """Reduce held events whose time has come and whose key is known by now."""

        def run() -> Committed:
            log = self._log(room)
            found = self._database.execute(_HELD, (log.number,)).fetchall()
            numbers = {event.id: (number, event) for number, event in _decoded(found)}
            events = sorted((event for _, event in numbers.values()), key=lambda e: e.position)
            due, held = _part(events, keys, now_ms)
            self._database.executemany(
                "UPDATE event SET held = 0 WHERE id = ?", [(numbers[e.id][0],) for e in due]
            )
            return self._commit(log, _Batch(due, _open(due, keys), {}, held=len(held)))

        return await self._database.write(run)

    async def vector(self, room: RoomId) -> dict[PeerId, int]:
        """Return each author's highest stored seq."""
        return await self._database.read(lambda: _vector(self._log(room)))

    async def state(self, room: RoomId) -> RoomState:
        return await self._database.read(lambda: self._log(room).state)

    async def events_in(
        self, room: RoomId, spans: Sequence[tuple[PeerId, int, int]], max_bytes: int
    ) -> list[bytes]:
        """Return stored events: spans (author, first seq, last seq) in the order given.

        Stops before `max_bytes` would be exceeded, but gives at least one event if there is one.
        """
        return await self._database.read(lambda: self._events_in(room, spans, max_bytes))

    async def last_hlc(self) -> int:
        """Return the highest clock value among all shown events, 0 if there is none."""
        sql = "SELECT coalesce(max(last_hlc), 0) FROM room"
        return await self._database.read(lambda: int(self._database.execute(sql).fetchone()[0]))

    def heads(self, room: RoomId) -> Mapping[PeerId, Head]:
        """For other repositories, on the database's thread."""
        return self._log(room).heads

    def reduce_again(self, room: RoomId, opened: Sequence[Opened]) -> None:
        """Take in stored events that had no meaning before; on the database's thread."""
        self._reduce(self._log(room), opened)

    def _events_in(
        self, room: RoomId, spans: Sequence[tuple[PeerId, int, int]], max_bytes: int
    ) -> list[bytes]:
        log = self._log(room)
        known = [span for span in spans if span[0] in log.heads]
        wires: list[bytes] = []
        size = 0
        for author, first, last in known:
            values = (log.number, self._catalog.peer(author), first, last)
            for (wire,) in self._database.execute(_SPAN, values):
                size += len(wire)
                if wires and size > max_bytes:
                    return wires
                wires.append(wire)
        return wires

    def _admit(self, room: RoomId, log: _Log, batch: Sequence[bytes]) -> Admission:
        def id_at(author: PeerId, seq: int) -> EventId | None:
            head = log.heads.get(author, EMPTY)
            if seq >= head.seq:
                return head.event if seq == head.seq else None
            values = (log.number, self._catalog.peer(author), seq)
            return decode_event(self._database.execute(_AT, values).fetchone()[0]).id

        return Admitter(room, log.heads, id_at).admit(batch)

    def _append(self, log: _Log, events: Iterable[Event], held: Iterable[Event]) -> None:
        waiting = {event.id for event in held}
        peer = self._catalog.peer
        self._database.executemany(
            _APPEND,
            [
                (log.number, peer(e.header.author), e.header.seq, e.id in waiting, e.encode())
                for e in events
            ],
        )

    def _commit(self, log: _Log, batch: _Batch) -> Committed:
        reduced = self._reduce(log, batch.opened) if batch.opened else _NOTHING
        log.heads.update(batch.heads)
        return Committed(
            tuple(batch.events),
            reduced.rows,
            reduced.effects,
            log.state,
            _vector(log),
            batch.forks,
            batch.held,
            reduced.changed,
        )

    def _reduce(self, log: _Log, opened: Sequence[Opened]) -> _Reduced:
        state, effects = log.state, list[Effect]()
        for event, body in opened:
            header = event.header
            content = Content(header.room, header.author, header.seq, event.position, body)
            state, caused = reduce(state, content)
            effects.extend(caused)
        for effect in effects:
            if isinstance(effect, PictureSet):
                self._pictures.take(log.number, effect)
        added = [effect for effect in effects if isinstance(effect, RowAdded)]
        rows, unread = self._tables.add(log.number, added)
        newest = max(event.header.hlc for event, _ in opened)
        self._database.execute(_COUNT_ROWS, (len(rows), unread, newest, log.number))
        if state is not log.state:
            values = (encode_state(state), log.number)
            self._database.execute("UPDATE room SET state = ? WHERE id = ?", values)
        log.state = state
        operations = [effect for effect in effects if isinstance(effect, OperationAdded)]
        changed = self._overlays.apply(log.number, rows, operations)
        if changed:
            rows = tuple(changed.pop(row.position.event, row) for row in rows)
        return _Reduced(rows, tuple(effects), tuple(changed.values()))

    def _log(self, room: RoomId) -> _Log:
        if self._generation != self._database.generation:
            self._generation = self._database.generation
            self._logs.clear()
        if room not in self._logs:
            self._logs[room] = self._load(self._catalog.room(room))
        return self._logs[room]

    def _load(self, number: int) -> _Log:
        execute = self._database.execute
        (state,) = execute("SELECT state FROM room WHERE id = ?", (number,)).fetchone()
        last = [decode_event(wire) for (wire,) in execute(_HEADS, {"room": number})]
        heads = {event.header.author: Head(event.header.seq, event.id) for event in last}
        return _Log(number, heads, decode_state(state))


def _vector(log: _Log) -> dict[PeerId, int]:
    return {author: head.seq for author, head in log.heads.items()}


def _decoded(found: Iterable[tuple[int, bytes]]) -> Iterable[tuple[int, Event]]:
    return ((number, decode_event(wire)) for number, wire in found)


def _part(
    events: Sequence[Event], keys: Mapping[int, EpochKeys], now_ms: int
) -> tuple[list[Event], list[Event]]:
    """Return the events that may be shown and those that have to wait."""
    due: list[Event] = []
    held: list[Event] = []
    for event in events:
        header = event.header
        ready = header.epoch in keys and not is_far_future(header.hlc, now_ms)
        (due if ready else held).append(event)
    return due, held


def _open(events: Iterable[Event], keys: Mapping[int, EpochKeys]) -> list[Opened]:
    return [(event, open_event(event, keys[event.header.epoch])) for event in events]


def _last_head(room: RoomId, author: PeerId, head: Head, events: Iterable[Event]) -> Head:
    for event in events:
        header = event.header
        follows = header.seq == head.seq + 1 and header.prev == head.event
        if (header.room, header.author) != (room, author) or not follows:
            raise LocalProtocolError("an own event does not continue the log")
        head = Head(header.seq, event.id)
    return head
