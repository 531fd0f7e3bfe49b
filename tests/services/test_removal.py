"""Who is put out of a group, and what that means for what follows."""

from __future__ import annotations

import pytest

from app.crypto.authoring import open_event
from app.domain.errors import AppError
from app.domain.events import Text, Unsupported, decode_event
from app.domain.ids import RoomId
from app.domain.views import MessageKind
from app.services.conversation import Conversation
from tests.services.world import Someone, World, until


def room_of(person: Someone, room: RoomId) -> Conversation:
    return person.backend._services.opener._book.get(room)


def members(person: Someone, room: RoomId) -> set[bytes]:
    state = room_of(person, room).state
    return {peer for peer in state.members if state.role_of(peer) is not None}


async def test_who_is_removed_reads_nothing_that_follows(world: World) -> None:
    room, (ana, bob, eve) = await world.together("Ana", "Bob", "Eve")
    await ana.say(room, "before")
    await eve.has(room, "before")
    await ana.backend.governance.remove(room, eve.peer)
    await ana.say(room, "after")
    await bob.has(room, "after")
    await until(lambda: room_of(eve, room).standing == "removed", "removed")
    assert members(ana, room) == members(bob, room) == {ana.peer, bob.peer}
    assert not eve.linked(room, ana)
    assert "after" not in await eve.texts(room)
    assert room_of(ana, room).latest_keys.epoch not in room_of(eve, room).keys
    head = room_of(ana, room).vector[ana.peer]
    (wire,) = await ana.store.log.events_in(room, [(ana.peer, head, head)], 1)
    event = decode_event(wire)
    assert open_event(event, room_of(bob, room).keys[event.header.epoch]) == Text("after")
    for keys in room_of(eve, room).keys.values():
        assert open_event(event, keys) == Unsupported("sealed")
    with pytest.raises(AppError) as error:
        await eve.say(room, "hello?")
    assert error.value.code == "room-removed"
    (row,) = [v for v in await bob.history(room) if v.kind is MessageKind.REMOVED]
    assert (row.author, row.subject, row.text) == (ana.peer, eve.peer, "removed")
