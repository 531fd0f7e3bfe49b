"""Admission to a room's log: what may be appended, what is known already, what is refused.

A relaying member is answerable for what anybody could have checked (form, signature, room);
the author alone for a fork. Only the former is raised, the latter is reported and not merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.crypto.authoring import is_authentic
from app.domain.errors import RemoteProtocolError
from app.domain.events import FIRST_PREV, Event, decode_event
from app.domain.ids import EventId, PeerId, RoomId

MAX_AUTHORS = 4096
"""Authors that one room's log holds at most."""


class Head(NamedTuple):
    """The last event of an author's log."""

    seq: int
    event: EventId


EMPTY = Head(0, FIRST_PREV)


@dataclass(frozen=True, slots=True)
class Fork:
    """`author` signed two different histories; `event` contradicts what is stored."""

    author: PeerId
    seq: int
    event: EventId


@dataclass(frozen=True, slots=True)
class Admission:
    """`accepted` continues the logs, in order; `skipped` counts duplicates and gaps."""

    accepted: tuple[Event, ...]
    heads: Mapping[PeerId, Head]
    forks: tuple[Fork, ...]
    skipped: int


class Admitter:
    """Checks one batch of events against the heads of a room's logs."""

    def __init__(
        self,
        room: RoomId,
        heads: Mapping[PeerId, Head],
        id_at: Callable[[PeerId, int], EventId | None],
    ) -> None:
        """`id_at(author, seq)` looks an already stored event up."""
        self._room = room
        self._heads = dict(heads)
        self._id_at = id_at
        self._accepted: dict[tuple[PeerId, int], Event] = {}
        self._forks: list[Fork] = []
        self._skipped = 0

    def admit(self, batch: Iterable[bytes]) -> Admission:
        """Return what may be stored.

        Raises RemoteProtocolError ("bad-signature", "wrong-room", "too-many-authors", or the codes
        of `decode_event`); nothing of the batch is to be stored then.
        """
        for wire in batch:
            self._admit_one(decode_event(wire))
        changed = {author: self._heads[author] for author, _ in self._accepted}
        accepted = tuple(self._accepted.values())
        return Admission(accepted, changed, tuple(self._forks), self._skipped)

    def _admit_one(self, event: Event) -> None:
        header = event.header
        if header.room != self._room:
            raise RemoteProtocolError("wrong-room")
        head = self._heads.get(header.author, EMPTY)
        is_old = header.seq <= head.seq
        if header.seq > head.seq + 1 or (is_old and self._is_known(event)):
            self._skipped += 1
        elif not is_authentic(event):
            raise RemoteProtocolError("bad-signature")
        elif is_old or header.prev != head.event:
            self._forks.append(Fork(header.author, header.seq, event.id))
        else:
            self._append(event)

    def _is_known(self, event: Event) -> bool:
        key = event.header.author, event.header.seq
        fresh = self._accepted.get(key)
        return (fresh.id if fresh else self._id_at(*key)) == event.id

    def _append(self, event: Event) -> None:
        header = event.header
        if header.author not in self._heads and len(self._heads) >= MAX_AUTHORS:
            raise RemoteProtocolError("too-many-authors")
        self._heads[header.author] = Head(header.seq, event.id)
        self._accepted[header.author, header.seq] = event
