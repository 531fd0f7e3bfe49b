"""Lanes over every way, between people with real workers: fall back, switch, come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.files import Lane, TransferChanged, TransferState
from app.domain.ids import EventId
from app.services import transfer_fetcher, transfer_way_memory
from app.services.transfer_bulk import Bulk
from app.services.transfer_lane_end import LaneEnd
from tests.services.file_world import (
    MEGABYTE,
    FileWorld,
    becomes,
    file_of,
    hold_back,
    offered,
    same,
    seen,
)
from tests.services.world import Someone, until

State = TransferState
SLOWLY = MEGABYTE


class WayWorld(FileWorld):
    """`reachable` is where lanes may be met directly: nowhere, if a test says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reachable = ["127.0.0.1"]

    def bulk(self, folder: Path) -> Bulk:
        return replace(super().bulk(folder), addresses=lambda: list(self.reachable))


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WayWorld]:
    monkeypatch.setattr(transfer_way_memory, "HEAD_START", 0.5)
    monkeypatch.setattr(transfer_fetcher, "LOOK_EVERY", 0.2)
    made = WayWorld(tmp_path)
    yield made
    await made.close()


async def choose(person: Someone, *ways: Lane) -> None:
    transfers = person.backend.transfers
    chosen = await transfers.settings()
    await transfers.set_settings(replace(chosen, ways=frozenset(ways)))


def lanes(person: Someone, other: Someone) -> list[LaneEnd]:
    return person.backend._services.tender._lanes.with_peer(other.peer)


def ways(person: Someone, transfer: EventId) -> list[Lane]:
    """Return the ways that were shown, in the order in which they came up."""
    views = [each.view for each in person.heard(TransferChanged)]
    shown = [view.lane for view in views if view.transfer == transfer and view.lane]
    return [lane for at, lane in enumerate(shown) if at == 0 or shown[at - 1] is not lane]


async def moves(person: Someone, transfer: EventId) -> int:
    """Wait until something has come; return how much."""

    def told() -> int:
        views = [each.view for each in person.heard(TransferChanged)]
        return max((view.done for view in views if view.transfer == transfer), default=0)

    await until(lambda: told() > 0, "moving")
    return told()


async def accept_slowly(giver: Someone, person: Someone, transfer: EventId, lane: Lane) -> None:
    """Let nothing come before the way is shown: all of it might come before that."""
    await hold_back(giver)
    await person.backend.transfers.accept(transfer)
    await until(lambda: ways(person, transfer) == [lane], "the way")
    await hold_back(giver, 0)


async def begun(giver: Someone, person: Someone, transfer: EventId) -> int:
    """Let somebody fetch until something is there and the rest is held back; return how much."""
    await hold_back(giver, SLOWLY)
    await person.backend.transfers.accept(transfer)
    had = await moves(person, transfer)
    await hold_back(giver)
    return had


async def test_a_file_comes_by_webrtc_where_nothing_else_goes(world: WayWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 3 * MEGABYTE, "Ana", "Bo")
    world.reachable = []
    await accept_slowly(ana, bo, transfer, Lane.WEBRTC)
    view = await becomes(bo, transfer, State.DONE)
    assert same(view, path)
    assert ways(bo, transfer) == [Lane.WEBRTC]
    given = await becomes(ana, transfer, State.DONE)
    assert [one.peer for one in given.receivers] == [bo.peer]


async def test_only_ways_that_are_chosen_are_gone(world: WayWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, MEGABYTE, "Ana", "Bo")
    await choose(bo, Lane.WEBRTC)
    await accept_slowly(ana, bo, transfer, Lane.WEBRTC)
    assert same(await becomes(bo, transfer, State.DONE), path)
    assert ways(bo, transfer) == [Lane.WEBRTC]
    assert ways(ana, transfer) in ([], [Lane.WEBRTC])


async def test_a_way_that_the_giver_does_not_go_is_refused(world: WayWorld) -> None:
    _, (ana, bo), _, transfer = await offered(world, MEGABYTE, "Ana", "Bo")
    await choose(ana, Lane.DIRECT)
    await choose(bo, Lane.WEBRTC, Lane.RELAY)
    await bo.backend.transfers.accept(transfer)

    def told() -> bool:
        views = [each.view for each in bo.heard(TransferChanged)]
        return any(len(view.troubles) == 2 for view in views)

    await until(told, "why")
    view = await seen(bo, transfer)
    assert view.state is State.WAITING
    assert {(one.lane, one.code) for one in view.troubles} == {
        (Lane.WEBRTC, "unknown-way"),
        (Lane.RELAY, "unknown-way"),
    }
    await choose(ana, *Lane)
    await becomes(bo, transfer, State.DONE)
    assert (await seen(bo, transfer)).troubles == ()


async def test_a_direct_way_that_appears_takes_over(world: WayWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 16 * MEGABYTE, "Ana", "Bo")
    world.reachable = []
    await begun(ana, bo, transfer)
    assert (await seen(bo, transfer)).lane is Lane.WEBRTC
    world.reachable = ["127.0.0.1"]
    await until(lambda: ways(bo, transfer)[-1] is Lane.DIRECT, "direct")
    await until(lambda: [one.lane for one in lanes(bo, ana)] == [Lane.DIRECT], "the old one ends")
    assert (await seen(bo, transfer)).state is State.RUNNING
    await hold_back(ana, 0)
    assert same(await becomes(bo, transfer, State.DONE), path)
    assert ways(bo, transfer) == [Lane.WEBRTC, Lane.DIRECT]


async def test_a_lane_that_breaks_is_replaced_by_the_next_way(world: WayWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 16 * MEGABYTE, "Ana", "Bo")
    had = await begun(ana, bo, transfer)
    world.reachable = []
    for end in lanes(ana, bo):
        await ana.backend._services.tender._lanes.close(end)
    await until(lambda: ways(bo, transfer)[-1] is Lane.WEBRTC, "webrtc")
    assert (await seen(bo, transfer)).done >= had
    await hold_back(ana, 0)
    assert same(await becomes(bo, transfer, State.DONE), path)


async def test_a_worker_that_dies_is_made_up_for_on_every_way(world: WayWorld) -> None:
    _, (ana, bo), path, transfer = await offered(world, 16 * MEGABYTE, "Ana", "Bo")
    world.reachable = []
    had = await begun(ana, bo, transfer)
    before = lanes(bo, ana)
    world.kill_worker(bo)
    await until(lambda: not set(before) & set(lanes(bo, ana)), "gone")
    await hold_back(ana, 0)
    view = await becomes(bo, transfer, State.DONE)
    assert same(view, path)
    assert had <= view.done


async def test_two_who_fetch_from_each_other_over_webrtc(world: WayWorld) -> None:
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    path = file_of(world.folder, 3 * MEGABYTE)
    offer = await ana.backend.transfers.offer(room, path)
    for person in (bob, cem):
        await becomes(person, offer.event, State.OFFERED)
        await choose(person, Lane.WEBRTC)
    await asyncio.gather(*(person.backend.transfers.accept(offer.event) for person in (bob, cem)))
    for person in (bob, cem):
        assert same(await becomes(person, offer.event, State.DONE), path)
