"""Which of our messages a range of sequence numbers stands for, mostly from memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from itertools import takewhile

from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import MessageKind
from app.storage.records import MessageRow
from app.storage.store import Store

KEPT = 8192
MAX_ROOMS = 32
"""Of so many rooms, those written in last, our messages are in memory."""


class OwnMessages:
    def __init__(self, me: PeerId, store: Store) -> None:
        self._me = me
        self._store = store
        self._recent: OrderedDict[RoomId, deque[tuple[int, EventId]]] = OrderedDict()
        self._known_from: dict[RoomId, int] = {}

    def note(self, room: RoomId, rows: Iterable[MessageRow], first_seq: int) -> None:
        """Remember what was just written: every text from `first_seq` on is in `rows`."""
        if room not in self._recent:
            self._recent[room] = deque(maxlen=KEPT)
            self._known_from[room] = first_seq
        self._recent.move_to_end(room)
        if len(self._recent) > MAX_ROOMS:
            oldest, _ = self._recent.popitem(last=False)
            del self._known_from[oldest]
        recent = self._recent[room]
        for row in rows:
            if row.kind in (MessageKind.TEXT, MessageKind.FILE):
                if len(recent) == KEPT:
                    self._known_from[room] = recent[0][0] + 1
                recent.append((row.seq, row.position.event))

    def recent(self, room: RoomId, seqs: range) -> tuple[EventId, ...] | None:
        """Return the texts among our events `seqs`, or None if memory does not reach so far."""
        if not seqs:
            return ()
        if seqs.start < self._known_from.get(room, seqs.stop):
            return None
        recent = self._recent[room]
        newest_first = takewhile(lambda entry: entry[0] >= seqs.start, reversed(recent))
        return tuple(event for seq, event in newest_first if seq in seqs)[::-1]

    async def stored(self, room: RoomId, seqs: range) -> tuple[EventId, ...]:
        """The same from the disk."""
        found = self._store.messages.authored(room, self._me, seqs.start, seqs.stop - 1)
        return tuple(await found)
