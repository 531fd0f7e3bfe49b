"""What is being read before it is offered, as it stands and as it is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.files import (
    TransferChanged,
    TransferRemoved,
    TransferState,
    TransferView,
)
from app.domain.ids import EventId, RoomId
from app.domain.policy import clean_file_name
from app.protocol.worker_messages import Progress
from app.services.conversation import RoomBook
from app.services.publisher import Publisher
from app.services.transfer_book import CALM, TransferBook
from app.storage.preparation_repository import PreparationRecord

State = TransferState


@dataclass(slots=True, eq=False)
class Preparation:
    """`is_kept` if it goes on after a restart. `turn` is shared by those of a batch.

    `is_off` once nobody wants it any more, `is_written` from when its message is being written.
    """

    record: PreparationRecord
    turn: asyncio.Lock
    is_kept: bool = True
    is_folder: bool = False
    task: asyncio.Task[Any] | None = None
    reason: str = ""
    done: int = 0
    size: int = 0
    rate: float = 0.0
    is_written: bool = False
    is_off: bool = False
    told_at: float = float("-inf")

    @property
    def key(self) -> EventId:
        return self.record.key


class Preparations:
    """All of them, the first one first."""

    def __init__(self, rooms: RoomBook, book: TransferBook, publisher: Publisher) -> None:
        self._rooms = rooms
        self._book = book
        self._publisher = publisher
        self._ones: dict[EventId, Preparation] = {}

    def __iter__(self) -> Iterator[Preparation]:
        return iter(tuple(self._ones.values()))

    def find(self, key: EventId) -> Preparation | None:
        return self._ones.get(key)

    def add(self, one: Preparation) -> None:
        self._ones[one.key] = one

    def remove(self, one: Preparation) -> bool:
        """Tell that it is gone; return whether it was there."""
        if self._ones.pop(one.key, None) is None:
            return False
        self._publisher.feed.publish(TransferRemoved(one.key))
        return True

    def in_room(self, room: RoomId) -> list[Preparation]:
        return [one for one in self if one.record.room == room]

    def next_of_batch(self, one: Preparation) -> Preparation | None:
        """Return the one that is offered after it, if there is one that may be."""
        batch = [other for other in self if other.record.batch == one.record.batch]
        later = batch[batch.index(one) + 1 :]
        return next((other for other in later if not other.reason), None)

    def views(self) -> list[TransferView]:
        return [self.view(one) for one in self]

    def moved(self, one: Preparation, news: Progress) -> None:
        """The worker says how far it is."""
        one.done, one.size, one.rate = news.done, news.size, news.rate
        if asyncio.get_running_loop().time() >= one.told_at + CALM:
            self.tell(one)

    def tell(self, one: Preparation) -> None:
        """Tell how one looks now."""
        if self._is_shown(one):
            one.told_at = asyncio.get_running_loop().time()
            self._publisher.feed.publish(TransferChanged(self.view(one)))

    def _is_shown(self, one: Preparation) -> bool:
        room = self._rooms.find(one.record.room)
        return room is not None and room.record.joined

    def view(self, one: Preparation) -> TransferView:
        """Return one as it is shown."""
        record, me = one.record, self._book.me
        return TransferView(
            transfer=one.key,
            room=record.room,
            peer=me,
            peer_name=self._book.name_of(record.room, me),
            own=True,
            name=clean_file_name(Path(record.path).name or "files"),
            size=one.size,
            files=1,
            is_folder=one.is_folder,
            digest="",
            state=State.FAILED if one.reason else State.PREPARING,
            offered_ms=record.made_ms,
            done=one.done,
            rate=one.rate,
            path=record.path,
            reason=one.reason,
        )


async def absolute(path: Path) -> str:
    return str(await asyncio.to_thread(path.absolute))


async def sighted(one: Preparation) -> Preparation:
    """Look whether it is a folder, as far as that can be seen."""
    one.is_folder = await asyncio.to_thread(Path(one.record.path).is_dir)
    return one
