"""What events make of a room: its state, its rows, and what they look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.ids import EventId
from app.domain.room import (
    Content,
    Effect,
    OperationAdded,
    PictureSet,
    RoomState,
    RowAdded,
    Step,
    fold_in,
)
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.overlays import Overlays
from app.storage.picture_repository import PictureRepository
from app.storage.read_tables import ReadTables
from app.storage.records import MessageRow
from app.storage.rework import Rework
from app.storage.silences import Silences
from app.storage.state_codec import encode_state

_COUNT_ROWS = (
    "UPDATE room SET total = total + ?, unread = unread + ?, last_hlc = max(last_hlc, ?) "
    "WHERE id = ?"
)
_READ_TO = "SELECT read_hlc, read_event FROM room WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Reduced:
    """`changed` are older rows that look different now, `removed` those that are gone."""

    state: RoomState
    rows: tuple[MessageRow, ...] = ()
    effects: tuple[Effect, ...] = ()
    changed: tuple[MessageRow, ...] = ()
    removed: tuple[EventId, ...] = ()


class Reducer:
    """Call it on the database's thread, inside a write."""

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        tables: ReadTables,
        overlays: Overlays,
        pictures: PictureRepository,
    ) -> None:
        self._database = database
        self._tables = tables
        self._overlays = overlays
        self._pictures = pictures
        self._silences = Silences(database, catalog, tables)
        self._rework = Rework(database, tables, overlays)

    def reduce(self, room: int, state: RoomState, contents: Sequence[Content]) -> Reduced:
        """Take in events that are in the log already."""
        new = frozenset(content.position.event for content in contents)
        newest = max((content.position.hlc for content in contents), default=0)
        return self.commit(room, state, fold_in(state, contents), new, newest)

    def commit(
        self, room: int, before: RoomState, step: Step, new: frozenset[EventId], newest: int = 0
    ) -> Reduced:
        """Store what a step has led to. `new` are the events that were not taken in before."""
        state, effects = step
        changes = self._silences.apply(room, effects, new)
        if changes.audible:
            effects = (*effects, *fold_in(state, changes.audible)[1])
        for effect in effects:
            if isinstance(effect, PictureSet):
                self._pictures.take(room, effect)
        rows = self.add(room, [one for one in effects if isinstance(one, RowAdded)], new, newest)
        if state is not before:
            values = (encode_state(state), room)
            self._database.execute("UPDATE room SET state = ? WHERE id = ?", values)
        operations = [one for one in effects if isinstance(one, OperationAdded)]
        changed = self._overlays.apply(room, rows, operations)
        changed |= self._rework.run(room, changes.reworked, state.governance)
        if changed:
            rows = tuple(changed.pop(row.position.event, row) for row in rows)
        return Reduced(state, rows, effects, tuple(changed.values()), tuple(changes.removed))

    def add(
        self,
        room: int,
        added: Sequence[RowAdded],
        new: frozenset[EventId] = frozenset(),
        newest: int = 0,
    ) -> tuple[MessageRow, ...]:
        """Add rows to the conversation; those that are not `new` come back to their places."""
        rows, unread = self._tables.add(room, added)
        self._database.execute(_COUNT_ROWS, (len(rows), unread, newest, room))
        self._see(room, (row for row in rows if row.position.event not in new))
        return rows

    def _see(self, room: int, returned: Iterable[MessageRow]) -> None:
        """What was read before it was taken out is not unread when it is back."""
        hlc, event = self._database.execute(_READ_TO, (room,)).fetchone()
        for row in returned:
            if hlc is not None and row.position <= (hlc, event):
                self._tables.see(room, row.position)
