"""When our messages moved on is kept for a while."""

from __future__ import annotations

import pytest

from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageState
from app.storage import step_repository
from app.storage.step_repository import Step
from app.storage.store import Store
from tests.storage.support import ROOM, record

ANA, BOB = PeerId(bytes([1]) * 32), PeerId(bytes([2]) * 32)
SENT, DELIVERED, READ = MessageState.SENT, MessageState.DELIVERED, MessageState.READ


async def test_a_time_holds_for_the_events_of_its_step(store: Store) -> None:
    await store.rooms.add(record())
    steps = [
        Step(ANA, SENT, 1, 9, 100),
        Step(BOB, DELIVERED, 3, 4, 110),
        Step(BOB, DELIVERED, 5, 9, 120),
        Step(BOB, READ, 3, 4, 130),
    ]
    await store.steps.add([(ROOM, step) for step in steps])
    sent = {(ANA, SENT): 100}
    assert await store.steps.times(ROOM, 2) == sent
    early = sent | {(BOB, DELIVERED): 110, (BOB, READ): 130}
    assert await store.steps.times(ROOM, 3) == await store.steps.times(ROOM, 4) == early
    assert await store.steps.times(ROOM, 5) == sent | {(BOB, DELIVERED): 120}
    assert await store.steps.times(ROOM, 10) == {}


async def test_what_is_learnt_again_changes_no_time(store: Store) -> None:
    await store.rooms.add(record())
    await store.steps.add([(ROOM, Step(BOB, READ, 1, 4, 100))])
    await store.steps.add([(ROOM, Step(BOB, READ, 1, 4, 900))])
    await store.steps.add([(ROOM, Step(BOB, READ, 1, 6, 950))])
    assert await store.steps.times(ROOM, 4) == {(BOB, READ): 100}
    assert await store.steps.times(ROOM, 6) == {(BOB, READ): 950}


async def test_only_the_latest_steps_are_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step_repository, "MOST_STEPS", 3)
    await store.rooms.add(record())
    for seq in range(1, 8):
        mine = [(ROOM, Step(BOB, stage, seq, seq, seq)) for stage in (DELIVERED, READ)]
        await store.steps.add([*mine, (RoomId(bytes(16)), Step(BOB, READ, 1, 1, 1))])
    assert await store.steps.times(ROOM, 4) == {}
    assert await store.steps.times(ROOM, 5) == {(BOB, DELIVERED): 5, (BOB, READ): 5}


async def test_they_go_with_their_room(store: Store) -> None:
    await store.rooms.add(record())
    await store.steps.add([(ROOM, Step(BOB, READ, 1, 1, 1))])
    await store.rooms.remove(ROOM)
    with pytest.raises(AppError, match="unknown room"):
        await store.steps.times(ROOM, 1)
    await store.rooms.add(record())
    assert await store.steps.times(ROOM, 1) == {}
