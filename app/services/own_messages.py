"""Which of our messages a range of sequence numbers stands for, mostly from memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import MessageKind
from app.storage.records import MessageRow
from app.storage.store import Store

KEPT = 8192


class OwnMessages:
    def __init__(self, me: PeerId, store: Store) -> None:
        self._me = me
        self._store = store
        self._recent: dict[RoomId, deque[tuple[int, EventId]]] = {}
        self._known_from: dict[RoomId, int] = {}

    def note(self, room: RoomId, rows: Iterable[MessageRow], first_seq: int) -> None:
        """Remember what was just written: every text from `first_seq` on is in `rows`."""
        if room not in self._recent:
            self._recent[room] = deque(maxlen=KEPT)
            self._known_from[room] = first_seq
        recent = self._recent[room]
        for row in rows:
            if row.kind is MessageKind.TEXT:
                if len(recent) == KEPT:
                    self._known_from[room] = recent[0][0] + 1
                recent.append((row.seq, row.position.event))

    async def between(self, room: RoomId, seqs: range) -> tuple[EventId, ...]:
        """Return the texts among our events `seqs`, in their order."""
        if seqs.start >= self._known_from.get(room, seqs.stop):
            return tuple(event for seq, event in self._recent[room] if seq in seqs)
        return tuple(await self._store.messages.authored(room, self._me, seqs.start, seqs.stop - 1))
