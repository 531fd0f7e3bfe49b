"""Lanes that come, go, die and are shut out at any moment: in the end everything is there."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.files import Lane, TransferState
from app.domain.ids import EventId
from tests.services.file_world import becomes, seen
from tests.services.lane_world import LaneWorld, begin, choose, quick
from tests.services.simulated_workers import PIECE, PIECES
from tests.services.world import Someone, until

__all__ = ["quick"]

State = TransferState
ACTS = (
    *("kill giver", "kill receiver", "shut direct", "shut webrtc", "shut relay", "open"),
    *("drop one", "forget one", "pause giver", "pause receiver", "resume", "only webrtc", "all"),
)


async def act(world: LaneWorld, ana: Someone, bo: Someone, transfer: EventId, name: str) -> None:
    between, (verb, _, what) = world.between, name.partition(" ")
    whom = ana if what == "giver" else bo
    match verb:
        case "kill":
            between.workers[world.people.index(whom) % len(between.workers)].die()
        case "shut":
            between.shut.add(what)
            for end in [end for end in between.ends if end.way == what and end.far]:
                end.worker.end(end, "lane-lost")
        case "open":
            between.shut.clear()
        case "drop" if between.ends:
            end = between.ends[0]
            end.worker.end(end, "lane-lost")
        case "forget" if between.ends:
            end = between.ends[-1]
            end.worker.end(end, "stalled", both=False)
        case "pause" if (await seen(whom, transfer)).state not in (State.DONE, State.PAUSED):
            await whom.backend.transfers.pause(transfer)
        case "resume":
            await resume(ana, bo, transfer)
        case "only" | "all":
            await choose(bo, *([Lane.WEBRTC] if verb == "only" else Lane))


async def resume(ana: Someone, bo: Someone, transfer: EventId) -> None:
    for person in (ana, bo):
        if (await seen(person, transfer)).state is State.PAUSED:
            await person.backend.transfers.resume(transfer)


async def live_through(world: LaneWorld, acts: list[tuple[str, int]]) -> None:
    ana, bo, transfer = await begin(world)
    await bo.backend.transfers.accept(transfer)
    for name, ticks in acts:
        await act(world, ana, bo, transfer, name)
        await asyncio.sleep(ticks * 0.004)
    await act(world, ana, bo, transfer, "open")
    await act(world, ana, bo, transfer, "all")
    await resume(ana, bo, transfer)
    view = await becomes(bo, transfer, State.DONE)
    assert view.done == PIECES * PIECE
    await becomes(ana, transfer, State.DONE)
    lanes = [person.backend._services.tender._lanes for person in (ana, bo)]
    await until(lambda: not any(each._ends for each in lanes), "no lane is left")
    await until(lambda: not [end for end in world.between.ends if end.far], "none in the workers")
    assert world.between.opened < 60 + 30 * len(acts)


@pytest.mark.usefixtures("quick", "hurry")
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 15)), max_size=8))
def test_whatever_happens_it_arrives(acts: list[tuple[str, int]]) -> None:
    async def run(folder: Path) -> None:
        world = LaneWorld(folder)
        try:
            await live_through(world, acts)
        finally:
            await world.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))
