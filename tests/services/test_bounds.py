"""What strangers and servers can fill is bounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import MessageKind, Position
from app.services import known_names, own_messages, signaling_hub
from app.services.known_names import KnownNames
from app.services.own_messages import OwnMessages
from app.storage.records import MessageRow
from app.storage.store import Store
from tests.services.world import URL, World
from tests.storage.support import KEY


def peer(number: int) -> PeerId:
    return PeerId(number.to_bytes(32, "big"))


def test_names_heard_of_longest_ago_make_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_names, "MAX_NAMES", 3)
    names = KnownNames()
    for number in range(3):
        names.hear(peer(number), f"P{number}")
    names.hint(peer(0), "ignored")
    names.hear(peer(0), "Ana")
    names.hint(peer(3), "P3")
    assert names == {peer(2): "P2", peer(0): "Ana", peer(3): "P3"}


async def test_a_server_names_so_many_peers_and_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signaling_hub, "MAX_SEEN", 2)
    ana = await world.person("Ana").start()
    hub = ana.backend._services.hub
    for number in range(9):
        hub.saw(URL, bytes(32), peer(number))
    hub.saw(URL, b"x" * 32, peer(0))
    assert len(hub._seen) == 2
    assert not hub.missed(URL, bytes(32), peer(8))
    assert not hub.missed(URL, bytes(32), peer(0))
    assert set(hub.lost(URL)) == {peer(0), peer(1)}


async def test_own_messages_of_few_rooms_are_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_messages, "MAX_ROOMS", 2)
    store = await Store.open(tmp_path, KEY)
    own = OwnMessages(peer(1), store)
    rooms = [RoomId(bytes([number]) * 16) for number in range(3)]
    for room in rooms:
        place = Position(1, EventId(room * 2))
        own.note(room, [MessageRow(room, place, peer(1), 1, MessageKind.TEXT, "hello", None)], 1)
    assert own.recent(rooms[0], range(1, 2)) is None
    assert own.recent(rooms[2], range(1, 2)) == (EventId(rooms[2] * 2),)
    assert len(own._recent) == len(own._known_from) == 2
    await store.close()
