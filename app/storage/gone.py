"""What must not come back: deleted histories, rows that were hidden or whose time was over."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from app.domain.clock import physical_ms
from app.domain.contacts import Span
from app.domain.ids import EventId, PeerId, RoomId
from app.storage.catalog import Catalog
from app.storage.database import Database

_CLEARED = "SELECT author, seq FROM cleared WHERE room = ?"
_CLEAR = """
INSERT INTO cleared (room, author, seq) VALUES (?, ?, ?)
ON CONFLICT (room, author) DO UPDATE SET seq = max(seq, excluded.seq)
"""
_VECTOR = "SELECT author, max(seq) FROM event WHERE room = ? GROUP BY author"
_CAP = "UPDATE cleared SET seq = ? WHERE room = ? AND author = ? AND seq > ?"
_PEER = "SELECT peer FROM room WHERE id = ?"
_HIDE = "INSERT OR IGNORE INTO hidden (room, event) VALUES (?, ?)"
_HIDES = "SELECT 1 FROM hidden WHERE room = ? LIMIT 1"
_IS_HIDDEN = "SELECT 1 FROM hidden WHERE room = ? AND event = ?"
_DROP_OPERATIONS = "DELETE FROM operation WHERE room = ? AND target = ?"


class Gone:
    """Call it on the database's thread. `now_ms` tells the time (Unix ms)."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self.now_ms: Callable[[], int] = _system_time_ms
        self._database = database
        self._catalog = catalog
        self.unheard: Mapping[PeerId, Sequence[Span]] = {}
        """When somebody was blocked here (Unix ms); given anew, never changed."""
        self._generation = -1
        self._cleared: dict[int, dict[PeerId, int]] = {}
        self._hiding: dict[int, bool] = {}

    def is_gone(self, room: int, author: PeerId, seq: int, event: EventId) -> bool:
        """Tell whether this event, were it a row, must not be shown again."""
        if self.is_cleared(room, author, seq):
            return True
        if room not in self._hiding:
            self._hiding[room] = self._database.execute(_HIDES, (room,)).fetchone() is not None
        return self._hiding[room] and self._is_hidden(room, event)

    def is_unheard(self, room: int, author: PeerId, hlc: int) -> bool:
        """Tell whether this was written to us alone by somebody who was blocked then."""
        spans = self.unheard.get(author, ())
        time_ms = physical_ms(hlc)
        written_in_vain = any(first <= time_ms < last for first, last in spans)
        return written_in_vain and self._is_between_us(room, author)

    def silenced(self, room: int) -> PeerId | None:
        """Return with whom a conversation of two is in which something may have been dropped."""
        return next((peer for peer in self.unheard if self._is_between_us(room, peer)), None)

    def _is_between_us(self, room: int, author: PeerId) -> bool:
        (peer,) = self._database.execute(_PEER, (room,)).fetchone()
        return bool(peer == author)

    def is_cleared(self, room: int, author: PeerId, seq: int) -> bool:
        """Tell whether the event was there when the history was deleted."""
        return seq <= self._known(room).get(author, 0)

    def _is_hidden(self, room: int, event: EventId) -> bool:
        return self._database.execute(_IS_HIDDEN, (room, event)).fetchone() is not None

    def hide(self, room: int, event: EventId) -> None:
        """Let neither the message `event` nor what was done with it come back."""
        self._hiding[room] = True
        self._database.execute(_HIDE, (room, event))
        self._database.execute(_DROP_OPERATIONS, (room, event))

    def clear(self, room: RoomId, vector: Mapping[PeerId, int]) -> None:
        """Let no row up to `vector` come back, not even after the room was forgotten."""
        values = [(room, author, seq) for author, seq in vector.items()]
        self._database.executemany(_CLEAR, values)
        self._cleared.clear()

    def clear_all(self, room: int) -> None:
        """The same for all that is there, by the room's number."""
        found = self._database.execute(_VECTOR, (room,)).fetchall()
        vector = {self._catalog.peer_id(author): seq for author, seq in found}
        self.clear(self._catalog.room_id(room), vector)

    def cap(self, room: RoomId, author: PeerId, seq: int) -> None:
        """Let what `author` may write anew after this seq be shown."""
        self._database.execute(_CAP, (seq, room, author, seq))
        self._cleared.clear()

    def cleared(self, room: RoomId) -> dict[PeerId, int]:
        """Return up to which seq of each author the history was deleted."""
        found = self._database.execute(_CLEARED, (room,))
        return {PeerId(author): seq for author, seq in found}

    def _known(self, room: int) -> dict[PeerId, int]:
        if self._generation != self._database.generation:
            self._generation = self._database.generation
            self._cleared.clear()
            self._hiding.clear()
        if room not in self._cleared:
            self._cleared[room] = self.cleared(self._catalog.room_id(room))
        return self._cleared[room]


def _system_time_ms() -> int:
    return time.time_ns() // 1_000_000
