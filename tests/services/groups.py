"""What tests of groups ask of people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from app.domain.errors import AppError
from app.domain.governing import InvitationView
from app.domain.ids import RoomId
from app.services.conversation import Conversation
from app.services.governance_service import GovernanceService
from tests.services.world import Someone, until

TRIES = 2000


def rule(person: Someone) -> GovernanceService:
    return person.backend.governance


def room_of(person: Someone, room: RoomId) -> Conversation:
    return person.backend._services.opener._book.get(room)


def members(person: Someone, room: RoomId) -> set[bytes]:
    """Return who is a member, as this person knows."""
    state = room_of(person, room).state
    return {peer for peer in state.members if state.role_of(peer) is not None}


def epoch(person: Someone, room: RoomId) -> int:
    return room_of(person, room).latest_keys.epoch


def standing(person: Someone, room: RoomId) -> str:
    return room_of(person, room).standing


async def members_are(room: RoomId, *people: Someone) -> None:
    """Wait until these people, and nobody else, are members for all of them."""
    wanted = {person.peer for person in people}
    await until(lambda: all(members(one, room) == wanted for one in people), "members")


async def one_key(room: RoomId, *people: Someone, after: int = -1) -> int:
    """Wait until all use the same epoch, later than `after`, that suits everybody."""

    def done() -> bool:
        epochs = {epoch(person, room) for person in people}
        needed = any(room_of(p, room).state.governance.needs_rotation for p in people)
        return len(epochs) == 1 and min(epochs) > after and not needed

    await until(done, "one key")
    return epoch(people[0], room)


async def invitation_to(person: Someone) -> InvitationView:
    """Wait for the only invitation."""
    for _ in range(TRIES):
        views = await rule(person).invitations()
        if views:
            (view,) = views
            return view
        await asyncio.sleep(0.01)
    raise AssertionError("no invitation")


async def refused(action: Awaitable[object]) -> str:
    """Return the code with which something is refused."""
    with pytest.raises(AppError) as caught:
        await action
    return caught.value.code
