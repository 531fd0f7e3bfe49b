"""What is answered to peers who ask for lanes as they should not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.files import TransferState
from app.domain.ids import EventId, RoomId
from app.protocol.frames import Aside
from app.protocol.transfer_frames import (
    Available,
    LaneAsked,
    LaneGranted,
    LaneRefused,
    Settled,
    SettledHeard,
)
from app.services.peer_link import PeerLink
from app.services.transfer_server import MAX_PENDING
from tests.services.file_world import FileWorld, becomes, file_of, seen
from tests.services.world import Someone, until

KEY = bytes(32)
State = TransferState


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[FileWorld]:
    made = FileWorld(tmp_path)
    yield made
    await made.close()


class Overheard:
    """Bob's end of the link to Ana, on which a test says what it likes and hears the answers."""

    def __init__(self, ana: Someone, bob: Someone, monkeypatch: pytest.MonkeyPatch) -> None:
        link = bob.backend._services.manager.live(ana.peer)
        assert link is not None
        self.link: PeerLink = link
        self.heard: list[Aside] = []
        tender = bob.backend._services.tender
        monkeypatch.setattr(tender, "received", lambda _, frame: self.heard.append(frame))

    async def refusal(self, asked: LaneAsked) -> str:
        mark = len(self.heard)
        self.link.send(asked)
        await until(lambda: len(self.heard) > mark, "an answer")
        answer = self.heard[mark]
        assert isinstance(answer, LaneRefused)
        assert answer.lane == asked.lane
        return answer.code


def asked(room: RoomId, transfer: EventId, lane: int = 1) -> LaneAsked:
    return LaneAsked(room, transfer, lane, b"no certificate", KEY, [("127.0.0.1", 9)])


async def test_what_is_refused(world: FileWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    offer = await ana.backend.transfers.offer(room, file_of(world.folder, 10))
    await becomes(bob, offer.event, State.OFFERED)
    over = Overheard(ana, bob, monkeypatch)
    assert await over.refusal(asked(room, EventId(KEY))) == "not-here"
    assert await over.refusal(asked(RoomId(bytes(16)), offer.event, 2)) == "not-here"
    await ana.backend.transfers.pause(offer.event)
    assert await over.refusal(asked(room, offer.event, 3)) == "paused"
    await ana.backend.transfers.cancel(offer.event)
    assert await over.refusal(asked(room, offer.event, 4)) == "cancelled"


async def test_who_shows_no_certificate_gets_no_lane(
    world: FileWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    offer = await ana.backend.transfers.offer(room, file_of(world.folder, 10))
    await becomes(bob, offer.event, State.OFFERED)
    over = Overheard(ana, bob, monkeypatch)
    over.link.send(asked(room, offer.event))
    await until(lambda: over.heard, "an answer")
    assert isinstance(over.heard[0], LaneGranted)
    lanes = ana.backend._services.tender._lanes
    await until(lambda: not lanes.with_peer(bob.peer), "gone")
    assert (await seen(ana, offer.event)).state is State.OFFERED


async def test_what_is_said_out_of_order_is_passed_over(
    world: FileWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    offer = await ana.backend.transfers.offer(room, file_of(world.folder, 10))
    await becomes(bob, offer.event, State.OFFERED)
    over = Overheard(ana, bob, monkeypatch)
    strange: list[Aside] = [
        LaneGranted(77, b"x", []),
        LaneRefused(77, "busy"),
        SettledHeard(offer.event),
        Settled(room, KEY, "done"),
        Settled(room, offer.event, "eaten"),
        Settled(bytes(16), offer.event, "done"),
        Available(room, KEY),
        Available(room, offer.event),
    ]
    for frame in strange:
        over.link.send(frame)
    over.link.send(Settled(room, offer.event, "done"))
    await until(lambda: over.heard, "heard")
    assert over.heard == [SettledHeard(offer.event)]
    view = await becomes(ana, offer.event, State.DONE)
    assert [one.peer for one in view.receivers] == [bob.peer]


async def test_a_flood_is_dropped(world: FileWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    offer = await ana.backend.transfers.offer(room, file_of(world.folder, 10))
    await becomes(bob, offer.event, State.OFFERED)
    over = Overheard(ana, bob, monkeypatch)
    server = ana.backend._services.tender._server
    begun: list[int] = []
    go_on = asyncio.Event()

    async def slowly(_link: PeerLink, frame: LaneAsked) -> None:
        begun.append(frame.lane)
        await go_on.wait()

    monkeypatch.setattr(server, "_answer", slowly)
    for lane in range(200):
        over.link.send(asked(room, offer.event, lane))
    over.link.send(asked(room, offer.event, 1000))
    await bob.say(room, "still there?")
    await ana.has(room, "still there?")
    assert begun == list(range(MAX_PENDING))
    go_on.set()
    await until(lambda: not server._pending[bob.peer], "answered")
    over.link.send(asked(room, offer.event, 2000))
    await until(lambda: begun[-1] == 2000, "taken up again")


async def test_two_who_ask_each_other_share_one_lane(world: FileWorld) -> None:
    room, (ana, bob, cem) = await world.together("Ana", "Bob", "Cem")
    path = file_of(world.folder, 3 * 1024 * 1024)
    offer = await ana.backend.transfers.offer(room, path)
    for person in (bob, cem):
        await becomes(person, offer.event, State.OFFERED)
    await asyncio.gather(*(person.backend.transfers.accept(offer.event) for person in (bob, cem)))
    for person in (bob, cem):
        await becomes(person, offer.event, State.DONE)
    given = await becomes(ana, offer.event, State.DONE)
    assert {one.peer for one in given.receivers} == {bob.peer, cem.peer}
