"""Files while a machine moves to another network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.changes import NetworkChanged
from app.domain.files import TransferState
from app.protocol.transfer_frames import LaneRefused
from tests.services.file_world import becomes, seen
from tests.services.lane_world import LaneWorld, begin, quick
from tests.services.test_transfer_lane_switch import lanes, live, straight, up
from tests.services.test_transfer_server import Overheard
from tests.services.world import until

__all__ = ["quick"]
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[LaneWorld]:
    made = LaneWorld(tmp_path)
    yield made
    await made.close()


@pytest.mark.parametrize("who", [0, 1])
async def test_lanes_begin_anew_at_once(world: LaneWorld, who: int) -> None:
    ana, bo, transfer = await begin(world)
    world.between.held = True
    await bo.backend.transfers.accept(transfer)
    await straight(ana, bo)
    (before,) = lanes(bo)
    (ana, bo)[who].backend.feed.publish(NetworkChanged(lost=True, found=True, slept=False))
    await until(lambda: up(bo) and before not in lanes(bo), "another lane")
    world.between.held = False
    await becomes(bo, transfer, TransferState.DONE)


async def test_a_new_address_alone_leaves_lanes_as_they_are(world: LaneWorld) -> None:
    ana, bo, transfer = await begin(world)
    world.between.held = True
    await bo.backend.transfers.accept(transfer)
    await straight(ana, bo)
    before, opened = lanes(bo), world.between.opened
    bo.backend.feed.publish(NetworkChanged(lost=False, found=True, slept=False))
    world.between.held = False
    await becomes(bo, transfer, TransferState.DONE)
    assert world.between.opened == opened
    assert len(before) == 1


async def test_whoever_gave_says_again_on_the_next_link_what_is_gone(
    world: LaneWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bo, transfer = await begin(world)
    world.between.held = True
    await bo.backend.transfers.accept(transfer)
    await straight(ana, bo)
    room = (await seen(bo, transfer)).room
    over = Overheard(ana, bo, monkeypatch)
    (end,) = lanes(ana)
    server = ana.backend._services.tender._server
    server.lost(end, "lane-lost")
    server.opened(live(ana, bo), room)
    server.opened(live(ana, bo), room)
    assert end.theirs is not None
    told = LaneRefused(end.theirs, "gone")
    await until(lambda: over.heard.count(told) == 2, "told twice")
    world.between.held = False
