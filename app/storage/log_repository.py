"""The rooms' logs: what is appended, what it changes, what others still lack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.crypto.authoring import is_opened_by, open_event
from app.crypto.room_keys import EpochKeys
from app.domain.clock import is_far_future
from app.domain.errors import LocalProtocolError
from app.domain.events import Body, Event, decode_event
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import Content, RoomState, reseeded
from app.domain.views import RoomKind
from app.protocol.room_log import EMPTY, Admission, Admitter, Fork, Head
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.epoch_secrets import content_of
from app.storage.records import Committed
from app.storage.reducer import Reduced, Reducer
from app.storage.state_codec import decode_state

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
_WAITING, _SEALED = 1, 2
"""Why an event is held back: until its time has come, or until a key opens it."""
_EARLY = "SELECT id, wire FROM event INDEXED BY event_held WHERE room = ? AND held = 1"
_KEYLESS = "SELECT id, wire FROM event INDEXED BY event_sealed WHERE room = ? AND held = 2"


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
class _Sorted:
    """What may be shown now, and why the others are held back."""

    opened: list[Opened]
    held: dict[EventId, int]

    @property
    def waiting(self) -> int:
        return sum(reason == _WAITING for reason in self.held.values())


class LogRepository:
    """Appends to logs; one call is one transaction. All raise AppError("unknown-room")."""

    def __init__(self, database: Database, catalog: Catalog, reducer: Reducer) -> None:
        self._database = database
        self._catalog = catalog
        self._reducer = reducer
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
            self._append(log, events, held={})
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
            found = _sort(admission.accepted, keys, now_ms)
            self._append(log, admission.accepted, found.held)
            heads, forks = admission.heads, admission.forks
            batch_in = _Batch(admission.accepted, found.opened, heads, forks, found.waiting)
            return self._commit(log, batch_in)

        return await self._database.write(run)

    async def release_held(
        self,
        room: RoomId,
        keys: Mapping[int, EpochKeys],
        now_ms: int,
        *,
        new_keys: bool = False,
    ) -> Committed:
        """Reduce held events whose time has come.

        With `new_keys` also those are tried that no key has opened before.
        """

        def run() -> Committed:
            log = self._log(room)
            stored = self._database.execute(_EARLY, (log.number,)).fetchall()
            if new_keys:
                stored += self._database.execute(_KEYLESS, (log.number,)).fetchall()
            numbers = {event.id: (number, event) for number, event in _decoded(stored)}
            events = sorted((event for _, event in numbers.values()), key=lambda e: e.position)
            found = _sort(events, keys, now_ms)
            self._database.executemany(
                "UPDATE event SET held = ? WHERE id = ?",
                [(found.held.get(e.id, 0), numbers[e.id][0]) for e in events],
            )
            due = [event for event, _ in found.opened]
            return self._commit(log, _Batch(due, found.opened, {}, held=found.waiting))

        return await self._database.write(run)

    async def opening(self, room: RoomId, keys: Sequence[EpochKeys]) -> list[int]:
        """Return which of `keys`, by their index, open an event that none has opened before."""

        def run() -> list[int]:
            stored = self._database.execute(_KEYLESS, (self._log(room).number,)).fetchall()
            events = [event for _, event in _decoded(stored)]
            return [
                at
                for at, one in enumerate(keys)
                if any(e.header.epoch == one.epoch and is_opened_by(e, one) for e in events)
            ]

        return await self._database.read(run)

    async def set_founder(self, room: RoomId, founder: PeerId) -> Committed:
        """Take somebody as the founder of a group until its code says who it is."""

        def run() -> Committed:
            log = self._log(room)
            if log.state.governance.seed == founder:
                return _committed(log, _Batch((), (), {}), Reduced(log.state))
            step = reseeded(log.state, founder)
            reduced = self._reducer.commit(log.number, log.state, step, frozenset())
            log.state = reduced.state
            return _committed(log, _Batch((), (), {}), reduced)

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

    async def ends(self, room: RoomId) -> Mapping[PeerId, Head]:
        """Return the last event of each author, as it is now."""
        return await self._database.read(lambda: dict(self._log(room).heads))

    def heads(self, room: RoomId) -> Mapping[PeerId, Head]:
        """For other repositories, on the database's thread."""
        return self._log(room).heads

    def reduce_again(self, room: RoomId, contents: Sequence[Content]) -> None:
        """Take in stored events that had no meaning before; on the database's thread."""
        log = self._log(room)
        log.state = self._reducer.reduce(log.number, log.state, contents).state

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

    def _append(self, log: _Log, events: Iterable[Event], held: Mapping[EventId, int]) -> None:
        peer = self._catalog.peer
        self._database.executemany(
            _APPEND,
            [
                (log.number, peer(e.header.author), e.header.seq, held.get(e.id, 0), e.encode())
                for e in events
            ],
        )

    def _commit(self, log: _Log, batch: _Batch) -> Committed:
        reduced = Reduced(log.state)
        if batch.opened:
            contents = [content_of(event, body) for event, body in batch.opened]
            reduced = self._reducer.reduce(log.number, log.state, contents)
        log.state = reduced.state
        log.heads.update(batch.heads)
        return _committed(log, batch, reduced)

    def _log(self, room: RoomId) -> _Log:
        if self._generation != self._database.generation:
            self._generation = self._database.generation
            self._logs.clear()
        if room not in self._logs:
            self._logs[room] = self._load(self._catalog.room(room))
        return self._logs[room]

    def _load(self, number: int) -> _Log:
        execute = self._database.execute
        found = execute("SELECT room, kind, state FROM room WHERE id = ?", (number,))
        room, kind, state = found.fetchone()
        last = [decode_event(wire) for (wire,) in execute(_HEADS, {"room": number})]
        heads = {event.header.author: Head(event.header.seq, event.id) for event in last}
        grouped = kind == RoomKind.GROUP.value
        return _Log(number, heads, decode_state(state, room, grouped=grouped))


def _committed(log: _Log, batch: _Batch, reduced: Reduced) -> Committed:
    return Committed(
        tuple(batch.events),
        reduced.rows,
        reduced.effects,
        log.state,
        _vector(log),
        batch.forks,
        batch.held,
        reduced.changed,
        reduced.removed,
    )


def _vector(log: _Log) -> dict[PeerId, int]:
    return {author: head.seq for author, head in log.heads.items()}


def _decoded(found: Iterable[tuple[int, bytes]]) -> Iterable[tuple[int, Event]]:
    return ((number, decode_event(wire)) for number, wire in found)


def _sort(events: Iterable[Event], keys: Mapping[int, EpochKeys], now_ms: int) -> _Sorted:
    found = _Sorted([], {})
    for event in events:
        header = event.header
        if is_far_future(header.hlc, now_ms):
            found.held[event.id] = _WAITING
            continue
        known = keys.get(header.epoch)
        body = open_event(event, known) if known is not None else None
        if body is None:
            found.held[event.id] = _SEALED
        else:
            found.opened.append((event, body))
    return found


def _last_head(room: RoomId, author: PeerId, head: Head, events: Iterable[Event]) -> Head:
    for event in events:
        header = event.header
        follows = header.seq == head.seq + 1 and header.prev == head.event
        if (header.room, header.author) != (room, author) or not follows:
            raise LocalProtocolError("an own event does not continue the log")
        head = Head(header.seq, event.id)
    return head
