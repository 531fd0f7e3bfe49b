"""A world whose workers only seem to move bytes, and in which no wait is long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.files import Lane, TransferState
from app.domain.ids import EventId
from app.services import transfer_fetcher, transfer_lanes, transfer_rests, transfer_way_memory
from app.services.transfer_bulk import Bulk
from tests.services.file_world import becomes, file_of
from tests.services.simulated_workers import Between
from tests.services.world import Someone, World

State = TransferState


class LaneWorld(World):
    """Everybody has a worker that only seems to move bytes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.between = Between()

    def bulk(self, folder: Path) -> Bulk:
        return Bulk(
            self.between.make, lambda: ["127.0.0.1"], folder / "transfers", folder / "Downloads"
        )

    async def close(self) -> None:
        await super().close()
        for worker in self.between.workers:
            await worker.stop()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer_way_memory, "HEAD_START", 0.05)
    monkeypatch.setattr(transfer_way_memory, "SHORT_START", 0.02)
    monkeypatch.setattr(transfer_way_memory, "FIRST_PROBE", 0.1)
    monkeypatch.setattr(transfer_way_memory, "LONGEST_PROBE", 0.5)
    monkeypatch.setattr(transfer_rests, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(transfer_rests, "LONGEST_PAUSE", 0.3)
    monkeypatch.setattr(transfer_fetcher, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(transfer_lanes, "PATIENCE", 0.5)


async def begin(world: LaneWorld) -> tuple[Someone, Someone, EventId]:
    room, (ana, bo) = await world.together("Ana", "Bo")
    view = await ana.backend.transfers.offer(room, file_of(world.folder, 10))
    await becomes(bo, view.event, State.OFFERED)
    return ana, bo, view.event


async def choose(person: Someone, *ways: Lane) -> None:
    chosen = await person.backend.transfers.settings()
    await person.backend.transfers.set_settings(replace(chosen, ways=frozenset(ways)))
