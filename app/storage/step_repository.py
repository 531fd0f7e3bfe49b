"""When our own messages moved on: from when on a stretch of our log was sent, delivered, read."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageState
from app.storage.catalog import Catalog
from app.storage.database import Database

MOST_STEPS = 500
"""So many are kept of each member and stage of a room; what is older has no time any more."""
STAGES = (MessageState.SENT, MessageState.DELIVERED, MessageState.READ)
_ADD = """
INSERT OR IGNORE INTO mark_step (room, member, stage, first, last, time_ms)
VALUES (?, ?, ?, ?, ?, ?)
"""
_TRIM = """
DELETE FROM mark_step WHERE room = :room AND member = :member AND stage = :stage AND last <= (
    SELECT last FROM mark_step WHERE room = :room AND member = :member AND stage = :stage
    ORDER BY last DESC LIMIT 1 OFFSET :most)
"""
_TIMES = """
SELECT member, stage, first, min(last), time_ms FROM mark_step
WHERE room = ? AND last >= ? GROUP BY member, stage
"""


class Step(NamedTuple):
    """Our events from `first` to `last` came to a stage with `member` at `time_ms` (Unix ms)."""

    member: PeerId
    stage: MessageState
    first: int
    last: int
    time_ms: int


class StepRepository:
    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    async def add(self, steps: Iterable[tuple[RoomId, Step]]) -> None:
        """Keep these; those of rooms that are gone are passed over."""

        def run() -> None:
            for room, step in steps:
                with suppress(AppError):
                    self._add(self._catalog.room(room), step)

        await self._database.write(run)

    def _add(self, room: int, step: Step) -> None:
        member, stage = self._catalog.peer(step.member), STAGES.index(step.stage)
        values = (room, member, stage, step.first, step.last, step.time_ms)
        self._database.execute(_ADD, values)
        key = {"room": room, "member": member, "stage": stage, "most": MOST_STEPS}
        self._database.execute(_TRIM, key)

    async def times(self, room: RoomId, seq: int) -> dict[tuple[PeerId, MessageState], int]:
        """Return when our event `seq` came to a stage with each member, as far as that is known.

        Raises AppError("unknown-room").
        """

        def run() -> dict[tuple[PeerId, MessageState], int]:
            found = self._database.execute(_TIMES, (self._catalog.room(room), seq))
            return {
                (self._catalog.peer_id(member), STAGES[stage]): time_ms
                for member, stage, first, _, time_ms in found
                if first <= seq
            }

        return await self._database.read(run)
