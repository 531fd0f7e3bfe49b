"""Which way is gone when, what is shown of it, and how little it costs to be lied to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from app.domain.errors import AppError
from app.domain.files import Lane, TransferChanged, TransferState
from app.domain.ids import EventId
from app.protocol.frames import WAYS, Aside
from app.protocol.transfer_frames import LaneAsked, LaneGranted, LaneRefused
from app.services import transfer_lanes, transfer_server
from app.services.peer_link import PeerLink
from app.services.transfer_lane_end import LaneEnd
from tests.services.file_world import becomes, file_of, seen
from tests.services.lane_world import LaneWorld, begin, choose, quick
from tests.services.simulated_workers import NO_WAY
from tests.services.test_transfer_server import Overheard
from tests.services.world import WAIT, Someone, until

__all__ = ["quick"]
State = TransferState
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[LaneWorld]:
    made = LaneWorld(tmp_path)
    yield made
    await made.close()


def lanes(person: Someone) -> list[LaneEnd]:
    return list(person.backend._services.tender._lanes._ends.values())


def live(person: Someone, other: Someone) -> PeerLink:
    link = person.backend._services.manager.live(other.peer)
    assert link is not None
    return link


def up(person: Someone) -> list[Lane]:
    return [end.lane for end in lanes(person) if end.up]


async def straight(*people: Someone) -> None:
    """Wait until everybody has one lane, the direct one."""

    def is_so() -> bool:
        return all([end.lane for end in lanes(one)] == up(one) == [Lane.DIRECT] for one in people)

    await until(is_so, "one direct lane")


async def shown(person: Someone, transfer: EventId, lane: Lane) -> None:
    """Wait until a transfer is said to go this way."""

    def is_said() -> bool:
        told = [each.view for each in person.heard(TransferChanged)]
        last = [view for view in told if view.transfer == transfer][-1]
        return last.lane is lane or any(one.lane is lane for one in last.receivers)

    await until(is_said, lane.value)


@pytest.mark.parametrize(
    ("shut", "lane"), [((), Lane.DIRECT), (("direct",), Lane.WEBRTC), (("direct", "webrtc"), None)]
)
async def test_the_first_way_that_is_open_is_gone(
    world: LaneWorld, shut: tuple[str, ...], lane: Lane | None
) -> None:
    ana, bo, transfer = await begin(world)
    world.between.shut.update(shut)
    world.between.held = True
    await bo.backend.transfers.accept(transfer)
    if lane is None:
        await until(lambda: world.between.opened > 4, "all were tried")
        assert (await seen(bo, transfer)).state is State.WAITING
        world.between.shut.clear()
        lane = Lane.DIRECT
    await until(lambda: up(bo) == up(ana) == [lane], "up")
    await shown(bo, transfer, lane)
    world.between.held = False
    await becomes(bo, transfer, State.DONE)


async def test_why_nothing_leads_there_is_shown_until_something_does(world: LaneWorld) -> None:
    ana, bo, transfer = await begin(world)
    world.between.shut.update(("direct", "webrtc", "relay"))
    await bo.backend.transfers.accept(transfer)

    def troubles() -> dict[Lane, str]:
        view = bo.heard(TransferChanged)[-1].view
        return {one.lane: one.code for one in view.troubles if one.peer == ana.peer}

    # Neither has a relay, so the far end meets by webrtc what we call a relayed way.
    def is_why() -> bool:
        why = troubles()
        told = why.get(Lane.DIRECT), why.get(Lane.WEBRTC)
        return len(why) == 3 and told == ("no-direct-way", "no-webrtc-way")

    await until(is_why, "why")
    world.between.shut.clear()
    await becomes(bo, transfer, State.DONE)
    assert troubles() == {}


async def test_what_was_asked_over_a_link_before_is_not_waited_for(
    world: LaneWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer_lanes, "PATIENCE", WAIT)
    ana, bo, transfer = await begin(world)
    world.between.shut.update(("direct", "webrtc", "relay"))
    await bo.backend.transfers.accept(transfer)
    services = bo.backend._services
    entry, lanes, link = services.tender.book.find(transfer), services.tender._lanes, live(bo, ana)
    assert entry is not None
    said: list[LaneAsked] = []
    dead = cast("PeerLink", SimpleNamespace(peer=ana.peer, send=said.append))
    asking = asyncio.create_task(lanes.ask(entry, dead, Lane.DIRECT))
    await until(lambda: bool(said), "asked")
    lanes.relinked(dead)
    await asyncio.sleep(0)
    assert not asking.done()
    lanes.relinked(link)
    with pytest.raises(AppError, match="lane lost"):
        await asking
    world.between.shut.clear()
    await becomes(bo, transfer, State.DONE)


async def test_a_better_way_takes_over_for_all_transfers(world: LaneWorld) -> None:
    room, (ana, bo) = await world.together("Ana", "Bo")
    world.between.shut.add("direct")
    world.between.held = True
    offers = [
        await ana.backend.transfers.offer(room, file_of(world.folder, 10, f"{number}.bin"))
        for number in range(6)
    ]
    for offer in offers:
        await becomes(bo, offer.event, State.OFFERED)
        await bo.backend.transfers.accept(offer.event)
    await until(lambda: up(bo) == [Lane.WEBRTC] * 6, "webrtc")
    before = world.between.opened
    world.between.shut.clear()
    await until(lambda: up(bo) == up(ana) == [Lane.DIRECT] * 6, "direct")
    assert world.between.opened - before < 40
    world.between.held = False
    for offer in offers:
        await becomes(bo, offer.event, State.DONE)


async def test_what_worked_last_is_tried_first(world: LaneWorld) -> None:
    ana, bo, first = await begin(world)
    await choose(bo, Lane.RELAY)
    await bo.backend.transfers.accept(first)
    await becomes(bo, first, State.DONE)
    await choose(bo, *Lane)
    room = (await seen(bo, first)).room
    offer = await ana.backend.transfers.offer(room, file_of(world.folder, 10, "second"))
    await becomes(bo, offer.event, State.OFFERED)
    world.between.held = True
    fetcher, now = bo.backend._services.tender._fetcher, asyncio.get_running_loop().time()
    assert fetcher._memory.plan(ana.peer, Lane, now)[0][0] is Lane.RELAY
    await bo.backend.transfers.accept(offer.event)
    await until(lambda: up(bo) == [Lane.DIRECT], "the best one")


async def test_a_peer_that_knows_no_ways_is_asked_for_direct_lanes_alone(
    world: LaneWorld,
) -> None:
    ana, bo, transfer = await begin(world)
    live(bo, ana).features &= ~WAYS
    world.between.shut.add("direct")
    await bo.backend.transfers.accept(transfer)
    await until(lambda: world.between.opened > 3, "tries")
    assert {one.lane for one in bo.heard(TransferChanged)[-1].view.troubles} <= {Lane.DIRECT}
    assert not up(bo)
    world.between.shut.clear()
    await becomes(bo, transfer, State.DONE)


async def test_who_gives_rubbish_is_left_alone_and_named(
    world: LaneWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if it says first that the lane is gone, which our worker has closed for the rubbish."""
    monkeypatch.setattr(transfer_lanes, "LAST_WORDS", WAIT)
    ana, bo, transfer = await begin(world)
    world.between.held = True
    await bo.backend.transfers.accept(transfer)
    for _ in range(3):
        await until(lambda: up(bo), "up")
        world.between.shut.update(NO_WAY)
        worker = world.between.workers[1]
        for end in list(worker.ends.values()):
            live(ana, bo).send(LaneRefused(end.number, "gone"))
            await asyncio.sleep(0.05)
            worker.end(end, "wrong-digest")
        await until(lambda: not up(bo), "down")
        view = await becomes(bo, transfer, State.WAITING)
        await until(lambda: bo.heard(TransferChanged)[-1].view.reason == "wrong-digest", "why")
        world.between.shut.clear()
    assert view.done == 0
    opened = world.between.opened
    await asyncio.sleep(0.2)
    assert world.between.opened <= opened + 2
    world.between.held = False
    await becomes(bo, transfer, State.DONE)
    assert (await seen(bo, transfer)).reason == ""


async def test_a_worker_that_cannot_start_ends_it(
    world: LaneWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, bo, transfer = await begin(world)
    shop = bo.backend._services.tender.workshop

    async def refuse(_command: object) -> None:
        raise AppError("worker-unavailable")

    monkeypatch.setattr(shop, "send", refuse)
    await bo.backend.transfers.accept(transfer)
    view = await becomes(bo, transfer, State.FAILED)
    assert view.reason == "worker-unavailable"
    monkeypatch.undo()
    await bo.backend.transfers.resume(transfer)
    await becomes(bo, transfer, State.DONE)


async def test_what_peers_say_of_lanes_out_of_order_does_nothing(world: LaneWorld) -> None:
    ana, bo, transfer = await begin(world)
    world.between.held = True
    await bo.backend.transfers.accept(transfer)
    await straight(ana, bo)
    link = ana.backend._services.manager.live(bo.peer)
    assert link is not None
    (end,) = lanes(bo)
    frames: list[Aside] = [
        LaneGranted(end.number, b"x", []),
        LaneGranted(end.number + 100, b"x", []),
        LaneRefused(end.number + 100, "gone"),
    ]
    for frame in frames:
        link.send(frame)
    await asyncio.sleep(0.05)
    assert lanes(bo) == [end]
    assert end.up
    link.send(LaneRefused(end.number, "gone"))
    await until(lambda: end not in lanes(bo), "it is believed that it is gone")
    world.between.held = False
    await becomes(bo, transfer, State.DONE)


async def test_lanes_are_given_at_a_pace(world: LaneWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer_server, "ASKED", (5, 0.0))
    ana, bo, transfer = await begin(world)
    room = (await seen(bo, transfer)).room
    over = Overheard(ana, bo, monkeypatch)
    for number in range(8):
        way = number % 3
        over.link.send(LaneAsked(room, transfer, number, b"c", bytes(32), [], way, b"d"))
    over.link.send(LaneAsked(room, transfer, 50, b"c", bytes(32), [], 77, b"d"))

    def refused() -> dict[int, str]:
        return {each.lane: each.code for each in over.heard if isinstance(each, LaneRefused)}

    await until(lambda: len(refused()) >= 4, "refused")
    assert refused()[50] == "unknown-way"
    assert sorted(number for number, code in refused().items() if code == "busy") == [5, 6, 7]
    assert len(lanes(ana)) <= 3
    await until(lambda: not lanes(ana), "forgotten")
