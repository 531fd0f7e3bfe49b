"""Makes messages anew from the log, after operations on them have lost their effect."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from app.domain.events import Deleted, Edited, Message, Pinned, Reacted
from app.domain.files import FileOffered, bare
from app.domain.governance import Governance
from app.domain.ids import EventId
from app.domain.room import Content, OperationAdded
from app.storage.database import Database
from app.storage.epoch_secrets import EpochSecrets
from app.storage.file_column import file_values
from app.storage.overlay_codec import StoredOverlay, encode_overlay
from app.storage.overlays import Overlays
from app.storage.read_tables import BY_EVENT, ReadTables
from app.storage.records import MessageRow

_ROW = (
    "SELECT m.id, e.wire FROM message AS m "
    "JOIN event AS e ON e.room = m.room AND e.author = m.author AND e.seq = m.seq "
    "WHERE substr(m.event, 1, 8) = substr(?1, 1, 8) AND m.event = ?1 AND m.room = ?2 "
    "AND m.kind = 0"
)
_RESET = (
    "UPDATE message SET text = ?, original = NULL, overlay = ?, mentioned = unseen AND ?, "
    "file = ?, file_name = ? "
    "WHERE id = ?"
)
_FORGET = "DELETE FROM operation WHERE room = ? AND target = ?"
_TEXTS = "SELECT author, seq FROM message WHERE room = ? AND kind = 0"
_EVENTS = "SELECT author, seq, wire FROM event WHERE room = ? AND held = 0"


class Rework:
    """Call it on the database's thread, inside a write."""

    def __init__(self, database: Database, tables: ReadTables, overlays: Overlays) -> None:
        self._database = database
        self._tables = tables
        self._overlays = overlays

    def run(
        self, room: int, targets: Collection[EventId], governance: Governance
    ) -> dict[EventId, MessageRow]:
        """Fold everything that was done with `targets` again; return those that are rows."""
        if not targets:
            return {}
        secrets = EpochSecrets(self._database, room)
        for target in targets:
            self._reset(room, target, secrets)
            self._database.execute(_FORGET, (room, target))
        operations = [
            added
            for added in self._operations(room, secrets)
            if added.target in targets and not governance.is_void(added.content)
        ]
        self._overlays.apply(room, (), operations)
        found = ((one, self._database.execute(BY_EVENT, (one, room)).fetchone()) for one in targets)
        return {one: self._tables.rows([row])[0] for one, row in found if row is not None}

    def _reset(self, room: int, target: EventId, secrets: EpochSecrets) -> None:
        found = self._database.execute(_ROW, (target, room)).fetchone()
        content = secrets.open(found[1]) if found is not None else None
        if content is None or not isinstance(content.body, Message):
            return
        said = content.body
        mentions = said.mentions
        file = bare(said) if isinstance(said, FileOffered) else None
        overlay = encode_overlay(StoredOverlay(mentions=mentions))
        self._tables.words_will_change(found[0])
        us = self._tables.mentions_us(mentions)
        values = (said.text, overlay, us, *file_values(file), found[0])
        self._database.execute(_RESET, values)

    def _operations(self, room: int, secrets: EpochSecrets) -> Iterator[OperationAdded]:
        texts = set(self._database.execute(_TEXTS, (room,)))
        for author, seq, wire in self._database.execute(_EVENTS, (room,)).fetchall():
            content = secrets.open(wire) if (author, seq) not in texts else None
            if content is not None:
                yield from _operation(content)


def _operation(content: Content) -> Iterator[OperationAdded]:
    if isinstance(content.body, Edited | Deleted | Reacted | Pinned):
        yield OperationAdded(content, EventId(content.body.target), content.body)
