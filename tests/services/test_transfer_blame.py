"""Who takes what we give and breaks the rules is named, until it keeps to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.files import TransferChanged, TransferState
from tests.services.file_world import becomes
from tests.services.lane_world import LaneWorld, begin, quick
from tests.services.test_transfer_lane_switch import up
from tests.services.world import until

__all__ = ["quick"]
State = TransferState
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[LaneWorld]:
    made = LaneWorld(tmp_path)
    yield made
    await made.close()


async def test_a_receiver_that_breaks_the_rules_is_named(world: LaneWorld) -> None:
    ana, bo, transfer = await begin(world)
    world.between.held = True
    await bo.backend.transfers.accept(transfer)
    await until(lambda: up(ana), "up")

    def named() -> list[tuple[State, str]]:
        view = ana.heard(TransferChanged)[-1].view
        return [(one.state, one.reason) for one in view.receivers if one.peer == bo.peer]

    worker = world.between.workers[0]
    for end in list(worker.ends.values()):
        worker.end(end, "flood")
    await until(lambda: (State.FAILED, "flood") in named(), "named")
    world.between.held = False
    await becomes(bo, transfer, State.DONE)
    await until(lambda: named() == [(State.DONE, "")], "through")
