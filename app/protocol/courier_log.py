"""What a courier takes into a log that it cannot read: header, chain and signature are enough.

Old events are forgotten after a time, so an author's log begins anywhere; it has no holes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.events import HEADER, Event
from app.domain.ids import EventId, PeerId, RoomId
from app.protocol.room_log import EMPTY, Admission, Admitter, Head

OVERHEAD = 128
"""What an event counts for beside its bytes."""


class Kept(NamedTuple):
    """An author's log at a courier: the first number that it still has, and the last event."""

    first: int
    head: Head


class Refusal(NamedTuple):
    """Nothing more is taken of an author from this number on."""

    author: PeerId
    seq: int
    code: str


@dataclass(frozen=True, slots=True)
class Shelved:
    """What was taken in. `size` is what it counts for, `heads` are the logs that have grown."""

    events: tuple[Event, ...]
    heads: Mapping[PeerId, Head]
    refusals: tuple[Refusal, ...]
    size: int


def shelve(
    room: RoomId,
    kept: Mapping[PeerId, Kept],
    id_at: Callable[[PeerId, int], EventId | None],
    batch: Iterable[bytes],
    budget: int,
) -> Shelved:
    """Say what of a batch is stored within `budget` bytes.

    `id_at` looks a stored event up. Raises RemoteProtocolError as `Admitter.admit` does.
    """
    heads = {author: log.head for author, log in kept.items()}
    fresh = [wire for wire in batch if not _is_forgotten(wire, kept)]
    return _within(Admitter(room, heads, id_at).admit(fresh), budget)


def size_of(event: Event) -> int:
    """Return what an event counts for."""
    return HEADER.size + len(event.sealed) + len(event.signature) + OVERHEAD


def _is_forgotten(wire: bytes, kept: Mapping[PeerId, Kept]) -> bool:
    if len(wire) < HEADER.size:
        return False
    _, _, author, seq, *_ = HEADER.unpack_from(wire)
    log = kept.get(PeerId(author))
    return log is not None and seq < log.first


def _within(admission: Admission, budget: int) -> Shelved:
    events: list[Event] = []
    heads: dict[PeerId, Head] = {}
    refused = {one.author: Refusal(one.author, one.seq, "fork") for one in admission.forks}
    full: dict[PeerId, Refusal] = {}
    size = 0
    for event in admission.accepted:
        header = event.header
        if header.author in full:
            continue
        if size + size_of(event) > budget:
            full[header.author] = Refusal(header.author, header.seq, "courier-full")
            continue
        size += size_of(event)
        events.append(event)
        heads[header.author] = Head(header.seq, event.id)
    return Shelved(tuple(events), heads, (*refused.values(), *full.values()), size)


def first_of(known: Mapping[PeerId, Kept], author: PeerId) -> Kept:
    """Return an author's log, an empty one if nothing of it was ever here."""
    return known.get(author, Kept(1, EMPTY))
