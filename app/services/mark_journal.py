"""Writes ticks to the disk a little later than they move, many at a time.

What is lost in a crash is a report that the member repeats on its next link: a tick may then be
lower than the truth for a while, never higher.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageState
from app.protocol.log_sync import raise_to
from app.storage.step_repository import Step
from app.storage.store import Store

WRITE_DELAY = 0.5

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Pending:
    stored: dict[PeerId, int] = field(default_factory=dict)
    read: dict[PeerId, int] = field(default_factory=dict)


class MarkJournal:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._sent: dict[RoomId, int] = {}
        self._reports: dict[tuple[RoomId, PeerId], _Pending] = {}
        self._steps: dict[tuple[RoomId, PeerId, MessageState], Step] = {}
        self._wake = asyncio.Event()

    def sent(self, room: RoomId, seq: int) -> None:
        """Our events up to `seq` were handed over."""
        self._sent[room] = max(self._sent.get(room, 0), seq)
        self._wake.set()

    def reported(
        self,
        room: RoomId,
        member: PeerId,
        stored: Mapping[PeerId, int],
        read: Mapping[PeerId, int],
    ) -> None:
        """`member` has stored and read this much."""
        pending = self._reports.setdefault((room, member), _Pending())
        raise_to(pending.stored, stored)
        raise_to(pending.read, read)
        self._wake.set()

    def stepped(
        self, room: RoomId, member: PeerId, stage: MessageState, seqs: range, time_ms: int
    ) -> None:
        """Our events `seqs` came to a stage with `member`; those of one writing share a time."""
        if seqs:
            key = (room, member, stage)
            known = self._steps.get(key)
            first = seqs[0] if known is None else known.first
            self._steps[key] = Step(member, stage, first, seqs[-1], time_ms)
            self._wake.set()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(WRITE_DELAY)
            self._wake.clear()
            await self.flush()

    async def flush(self) -> None:
        """Write what is pending. What cannot be written is logged: it will be reported again."""
        sent, self._sent = self._sent, {}
        reports, self._reports = self._reports, {}
        steps, self._steps = self._steps, {}
        marks = self._store.marks
        writes = [marks.set_sent(room, seq) for room, seq in sent.items()]
        writes += [
            marks.update(room, member, pending.stored, pending.read)
            for (room, member), pending in reports.items()
        ]
        if steps:
            told = [(room, step) for (room, _, _), step in steps.items()]
            writes.append(self._store.steps.add(told))
        for result in await asyncio.gather(*writes, return_exceptions=True):
            if isinstance(result, AppError):
                log.info("marks were not written: %s", result)
            elif isinstance(result, Exception):
                raise result
