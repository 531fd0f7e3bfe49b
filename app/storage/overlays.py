"""Operations: kept until their message is here, then folded into its row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from app.domain.events import Operation
from app.domain.ids import EventId, PeerId
from app.domain.overlay import Operated, Overlay, fold, register_of
from app.domain.room import OperationAdded
from app.domain.views import Position
from app.storage.catalog import Catalog
from app.storage.database import Database
from app.storage.file_column import TAKEN_BACK
from app.storage.overlay_codec import StoredOverlay, decode_overlay, encode_overlay
from app.storage.read_tables import ReadTables
from app.storage.records import MessageRow

_TARGET = (
    "SELECT id, author, kind, unseen, text, original, overlay FROM message "
    "WHERE substr(event, 1, 8) = substr(?1, 1, 8) AND event = ?1 AND room = ?2"
)
_KEEP = """
INSERT INTO operation (room, target, author, register, hlc, event, body, waiting)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room, target, author, register) DO UPDATE
SET hlc = excluded.hlc, event = excluded.event, body = excluded.body
WHERE (excluded.hlc, excluded.event) > (hlc, event)
"""
_OF_TARGET = "SELECT author, hlc, event, body FROM operation WHERE room = ? AND target = ?"
_WAITING = "SELECT 1 FROM operation WHERE waiting = 1 LIMIT 1"
_WAITS_FOR = "SELECT 1 FROM operation WHERE room = ? AND target = ? AND waiting = 1 LIMIT 1"
_IS_HIDDEN = "SELECT 1 FROM hidden WHERE room = ? AND event = ?"
_ARRIVED = "UPDATE operation SET waiting = 0 WHERE room = ? AND target = ? AND waiting = 1"
_DROP = "DELETE FROM operation WHERE room = ? AND target = ? AND register != x'64'"
_CHANGE = """
UPDATE message SET text = ?, original = ?, overlay = ?, unseen = ?, mentioned = ? WHERE id = ?
"""
_TAKE_BACK = "UPDATE message SET file = ?, file_name = '' WHERE id = ? AND file IS NOT NULL"
_READ_ONE = "UPDATE room SET unread = unread - 1 WHERE id = ?"

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Operation)


class _Target(NamedTuple):
    """What an operation may change of a message."""

    id: int
    author: int
    kind: int
    unseen: int
    text: str
    original: str | None
    overlay: bytes | None


class Overlays:
    """Call it on the database's thread, inside a write."""

    def __init__(self, database: Database, catalog: Catalog, tables: ReadTables) -> None:
        self._database = database
        self._catalog = catalog
        self._tables = tables
        self._generation = -1
        self._any_waiting = False

    def apply(
        self, room: int, added: Sequence[MessageRow], operations: Iterable[OperationAdded]
    ) -> dict[EventId, MessageRow]:
        """Take in operations and new rows; return the rows that look different now."""
        touched = dict.fromkeys(self._keep(room, one) for one in operations)
        if added and self._is_any_waiting():
            waits = (room_row.position.event for room_row in added)
            touched |= dict.fromkeys(event for event in waits if self._waits(room, event))
        changed = [event for event in touched if self._fold(room, event)]
        if changed:
            self._any_waiting = self._any_waiting and self._exists(_WAITING)
        return {event: self._tables.by_event(room, event) for event in changed}

    def versions(self, room: int, event: EventId) -> list[tuple[Position, str]]:
        """Return the edits of a message in the room's order (also outside of a write)."""
        target = self._target(room, event)
        return [] if target is None else list(self._folded(room, event, target).edits)

    def _keep(self, room: int, added: OperationAdded) -> EventId:
        content, operation = added.content, added.operation
        one = Operated(content.author, content.position, operation)
        here = self._target(room, added.target)
        unheard = self._tables.gone.is_unheard(room, content.author, content.position.hlc)
        if unheard or self._is_gone(room, added.target, here):
            return added.target
        waiting = here is None or here.kind != 0
        self._is_any_waiting()
        self._any_waiting = self._any_waiting or waiting
        author = self._catalog.peer(content.author)
        key = (room, added.target, author, register_of(one))
        self._database.execute(
            _KEEP, (*key, *content.position, _encoder.encode(operation), waiting)
        )
        return added.target

    def _is_gone(self, room: int, event: EventId, here: _Target | None) -> bool:
        if here is None:
            return self._exists(_IS_HIDDEN, (room, event))
        return decode_overlay(here.overlay).deleted

    def _is_any_waiting(self) -> bool:
        if self._generation != self._database.generation:
            self._generation = self._database.generation
            self._any_waiting = self._exists(_WAITING)
        return self._any_waiting

    def _waits(self, room: int, event: EventId) -> bool:
        return self._exists(_WAITS_FOR, (room, event))

    def _exists(self, sql: str, values: Sequence[object] = ()) -> bool:
        return self._database.execute(sql, values).fetchone() is not None

    def _target(self, room: int, event: EventId) -> _Target | None:
        found = self._database.execute(_TARGET, (event, room)).fetchone()
        return _Target(*found) if found is not None else None

    def _folded(self, room: int, event: EventId, target: _Target) -> Overlay:
        found = self._database.execute(_OF_TARGET, (room, event))
        peer_id = self._catalog.peer_id
        operations = [
            Operated(peer_id(author), Position(hlc, EventId(own)), _decoder.decode(body))
            for author, hlc, own, body in found
        ]
        return fold(peer_id(target.author), operations)

    def _fold(self, room: int, event: EventId) -> bool:
        """Write what the operations on a row make of it; return whether that is a change."""
        target = self._target(room, event)
        if target is None or target.kind != 0:
            return False
        self._database.execute(_ARRIVED, (room, event))
        if decode_overlay(target.overlay).deleted:
            return False
        overlay = self._folded(room, event, target)
        stored = self._stored(overlay, target)
        text = "" if overlay.deleted else target.text if overlay.text is None else overlay.text
        if encode_overlay(stored) == target.overlay and text == target.text:
            return False
        self._write(room, target, stored, text)
        if overlay.deleted:
            self._database.execute(_DROP, (room, event))
        return True

    def _write(self, room: int, target: _Target, stored: StoredOverlay, text: str) -> None:
        original = target.text if stored.edited and target.original is None else target.original
        unseen = bool(target.unseen) and not stored.deleted
        if target.unseen and stored.deleted:
            self._database.execute(_READ_ONE, (room,))
        if text != target.text or stored.deleted:
            self._tables.words_will_change(target.id)
        mentioned = unseen and self._tables.mentions_us(stored.mentions)
        kept = None if stored.deleted else original
        values = (text, kept, encode_overlay(stored), unseen, mentioned, target.id)
        self._database.execute(_CHANGE, values)
        if stored.deleted:
            self._database.execute(_TAKE_BACK, (TAKEN_BACK, target.id))

    def _stored(self, overlay: Overlay, target: _Target) -> StoredOverlay:
        mentions: Sequence[PeerId | bytes] = overlay.mentions
        if not overlay.edited and not overlay.deleted:
            mentions = decode_overlay(target.overlay).mentions
        number = self._catalog.peer
        return StoredOverlay(
            edited=overlay.edited,
            deleted=overlay.deleted,
            pinned=overlay.pinned,
            reactions=[(one.emoji, list(map(number, one.by))) for one in overlay.reactions],
            mentions=mentions,
        )
