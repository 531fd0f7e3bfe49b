"""What an archive says of a room beyond its log: how it stands here, and what is not to return."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from app.domain.errors import AppError
from app.domain.ids import EventId, PeerId, RoomId
from app.protocol.archive import ClearedEntry, HiddenEntry, KeptEntry, Record, TimersEntry
from app.storage.records import Kept, RoomRecord
from app.storage.store import Store

AT_ONCE = 50_000
T = TypeVar("T")
STANDINGS = ("member", "left", "removed")


async def before_events(store: Store, room: RoomId) -> list[Record]:
    """Return what has to be known before a room's events are read."""
    cleared = await store.kept.cleared(room)
    return [ClearedEntry(room=room, seqs=list(cleared.items()))] if cleared else []


async def after_events(store: Store, record: RoomRecord) -> list[Record]:
    """Return what is to be said of a room whose events are there."""
    room = record.room
    kept = await store.kept.get(room)
    hidden, timers = await store.messages.hidden(room), await store.vanishing.timers(room)
    standing = record.standing if record.standing in STANDINGS else "member"
    said: list[Record] = [
        KeptEntry(
            room=room,
            standing=standing,
            muted_ms=kept.muted_ms,
            pin=kept.pin,
            archived=kept.archived,
            marked=kept.marked,
        )
    ]
    said += [HiddenEntry(room=room, events=list(some)) for some in _in_parts(hidden)]
    said += [TimersEntry(room=room, timers=list(some)) for some in _in_parts(timers)]
    return said


async def take(
    store: Store, room: RoomId, entry: ClearedEntry | HiddenEntry | KeptEntry | TimersEntry
) -> None:
    """Store what one of these records says."""
    match entry:
        case ClearedEntry(seqs=seqs):
            await store.kept.set_cleared(room, {PeerId(author): seq for author, seq in seqs})
        case HiddenEntry(events=events):
            await _hide(store, room, events)
        case TimersEntry(timers=timers):
            await store.vanishing.set_timers(room, [(EventId(event), ms) for event, ms in timers])
        case KeptEntry(standing=standing):
            if standing not in STANDINGS:
                raise AppError("archive-damaged")
            kept = Kept(entry.muted_ms, entry.pin, entry.archived, entry.marked)
            await store.kept.restore(room, kept)
            await store.rooms.set_standing(room, standing)


def _in_parts(all_of_them: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(all_of_them), AT_ONCE):
        yield all_of_them[at : at + AT_ONCE]


async def _hide(store: Store, room: RoomId, events: Sequence[bytes]) -> None:
    gone = set(await store.messages.hidden(room))
    for event in map(EventId, events):
        if event not in gone:
            try:
                await store.messages.hide(event)
            except AppError as error:
                if error.code != "unknown-message":
                    raise
