"""What somebody wrote while it was out: taken from the conversation, and put back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.domain.content import is_act
from app.domain.events import MAX_SEQ, Deleted, Edited, Pinned, Reacted
from app.domain.governance import Span
from app.domain.ids import EventId, PeerId
from app.domain.room import ActsVoided, Content, Effect, SilenceChanged
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.epoch_secrets import EpochSecrets
from app.storage.read_tables import ReadTables

_WRITTEN = (
    "SELECT wire FROM event WHERE room = ? AND author = ? AND seq BETWEEN ? AND ? AND held = 0 "
    "ORDER BY seq"
)
_ROW = (
    "SELECT id FROM message WHERE substr(event, 1, 8) = substr(?1, 1, 8) AND event = ?1 "
    "AND room = ?2"
)
_WAIT = "UPDATE operation SET waiting = 1 WHERE room = ? AND target = ?"


@dataclass(slots=True)
class Changes:
    """Rows that are gone, messages on which operations do not count any more, what is back."""

    removed: list[EventId] = field(default_factory=list)
    reworked: set[EventId] = field(default_factory=set)
    audible: list[Content] = field(default_factory=list)


class Silences:
    """Call it on the database's thread, inside a write."""

    def __init__(self, database: Database, catalog: Catalog, tables: ReadTables) -> None:
        self._database = database
        self._catalog = catalog
        self._tables = tables

    def apply(self, room: int, effects: Iterable[Effect], new: frozenset[EventId]) -> Changes:
        """Take rows out. `new` are events that were not taken in before this commit."""
        changes = Changes()
        for effect in effects:
            if isinstance(effect, ActsVoided):
                for event in effect.events:
                    self._take_out(room, event, changes)
            elif isinstance(effect, SilenceChanged):
                self._silence(room, effect, new, changes)
        return changes

    def _silence(
        self, room: int, effect: SilenceChanged, new: frozenset[EventId], changes: Changes
    ) -> None:
        secrets = EpochSecrets(self._database, room)
        for content in self._written(room, effect.author, effect.before, secrets):
            fresh = content.position.event in new or is_act(content)
            if not fresh and not _within(content.seq, effect.after):
                changes.audible.append(content)
        for content in self._written(room, effect.author, effect.after, secrets):
            if content.position.event in new or _within(content.seq, effect.before):
                continue
            if isinstance(content.body, Edited | Deleted | Reacted | Pinned):
                changes.reworked.add(EventId(content.body.target))
            else:
                self._take_out(room, content.position.event, changes)

    def _written(
        self, room: int, author: PeerId, spans: Iterable[Span], secrets: EpochSecrets
    ) -> Iterator[Content]:
        number = self._catalog.peer(author)
        for first, last in spans:
            values = (room, number, min(first, MAX_SEQ), last)
            for (wire,) in self._database.execute(_WRITTEN, values).fetchall():
                content = secrets.open(wire)
                if content is not None:
                    yield content

    def _take_out(self, room: int, event: EventId, changes: Changes) -> None:
        found = self._database.execute(_ROW, (event, room)).fetchone()
        if found is not None:
            self._tables.remove(room, found[0])
            self._database.execute(_WAIT, (room, event))
            changes.removed.append(event)


def _within(seq: int, spans: Iterable[Span]) -> bool:
    return any(first <= seq <= last for first, last in spans)
