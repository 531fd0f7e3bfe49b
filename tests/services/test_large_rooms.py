"""A room in which not all are linked with each other: nobody notices but those who count links."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from app.domain.changes import MemberChanged
from app.domain.errors import AppError
from app.domain.ids import RoomId
from app.domain.views import MessageState
from app.protocol import gossip, mesh
from app.protocol.frames import Have, Receipt, encode_frame
from app.protocol.mesh_frames import Routed
from app.protocol.receipts import make_receipt
from app.services import far_ticks, mesh_check, mesh_keeper, mesh_router
from app.services.mesh_check import MeshCheck
from app.services.mesh_keeper import MeshKeeper
from app.services.network_api import Finding
from app.services.peer_link import PeerLink
from tests.services.world import URL, WAIT, Someone, World, until

NAMES = ("Ana", "Bob", "Eve", "Kim", "Leo", "Mia", "Ned")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a room be large with few members, who stand on one ring."""
    monkeypatch.setattr(mesh, "FULL", 3)
    monkeypatch.setattr(mesh, "FULL_AGAIN", 2)
    monkeypatch.setattr(mesh, "MAX_RINGS", 1)
    monkeypatch.setattr(mesh, "GRACE", 0.4)
    monkeypatch.setattr(gossip, "RENEW", 0.3)
    monkeypatch.setattr(mesh_keeper, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(mesh_keeper, "PAUSE", 0.02)
    monkeypatch.setattr(mesh_router, "GATHER", 0.02)
    monkeypatch.setattr(far_ticks, "EVERY", 0.1)
    monkeypatch.setattr(far_ticks, "REMIND_AFTER", 0.5)
    monkeypatch.setattr(mesh_check, "PATIENCE", 0.2)


def keeper(person: Someone) -> MeshKeeper:
    return person.backend._services.beyond.mesh


def degree(person: Someone, room: RoomId) -> int:
    return sum(room in link.rooms for link in person.backend._services.manager.links())


def online(person: Someone, room: RoomId) -> int:
    manager = person.backend._services.manager
    others = person.backend._services.opener._book.get(room).others(person.peer)
    seen = (manager.is_online_in(p, room) or manager.shared.is_around(p, room) for p in others)
    return 1 + sum(seen)


def is_joined(person: Someone, room: RoomId) -> bool:
    state = keeper(person).room(room)
    return state is not None and all(state.gossip.way_to(peer) for peer in state.around)


async def ring(world: World) -> tuple[RoomId, list[Someone]]:
    """Return a room whose members have two links each."""
    people = await world.started(*NAMES)
    made = await people[0].backend.chats.create_room("Lab")
    for person in people[1:]:
        await person.backend.chats.join(made.link)
    await closed(made.room, people)
    return made.room, people


async def closed(room: RoomId, people: list[Someone]) -> None:
    """Wait until these make a ring and see each other."""
    count = len(people)
    await until(lambda: all(one.knows(room) >= count for one in people), "members")
    await until(lambda: all(degree(one, room) == 2 for one in people), "two links each")
    await until(lambda: all(online(one, room) == count for one in people), "seen")
    await until(lambda: all(is_joined(one, room) for one in people), "told of by neighbours")


async def test_all_hear_and_tick_over_others(world: World) -> None:
    room, people = await ring(world)
    ana = people[0]
    said = await ana.say(room, "hello")
    for person in people[1:]:
        await person.has(room, "hello")
    await ana.reached(said, MessageState.DELIVERED)
    for person in people[1:]:
        await person.backend.chats.mark_read(room, said.event)
    await ana.reached(said, MessageState.READ)
    state = keeper(ana).room(room)
    assert state is not None
    assert len(state.visible()) == len(people) - 1
    assert keeper(ana).large_rooms() == [room]
    shown = await ana.backend.chats.members(room)
    assert all(member.online for member in shown)
    assert sum(member.route is not None for member in shown) == 2


async def test_the_ring_closes_without_a_server(world: World) -> None:
    room, people = await ring(world)
    for person in people:
        await person.backend.network.disconnect(URL)
    gone, *left = people
    await gone.stop()
    await closed(room, left)
    said = await left[0].say(room, "still here")
    for person in left[1:]:
        await person.has(room, "still here")
    heard = left[0].heard(MemberChanged)
    assert any((one.peer, one.state) == (gone.peer, "offline") for one in heard)
    assert (await left[0].state(said)) is not MessageState.QUEUED


async def test_who_is_talked_to_alone_stays_linked(world: World) -> None:
    room, people = await ring(world)
    ana = people[0]
    far = next(one for one in people[1:] if not ana.linked(room, one))
    direct = await ana.backend.contacts.request(far.peer, "a word with you")
    await until(lambda: ana.linked(direct, far), "linked")
    await asyncio.sleep(1.0)
    assert ana.linked(direct, far)
    for person in people:
        if person not in (ana, far):
            await until(lambda one=person: degree(one, room) == 2, "two links")  # type: ignore[misc]


async def test_what_is_routed_is_not_believed_without_a_signature(world: World) -> None:
    room, people = await ring(world)
    ana, bob = people[0], next(one for one in people[1:] if people[0].linked(room, one))
    far = next(one for one in people[1:] if not ana.linked(room, one))
    await ana.say(room, "hello")
    for person in people[1:]:
        await person.has(room, "hello")
    services = ana.backend._services
    conversation = services.opener._book.get(room)
    ticks, mine = conversation.tracker, conversation.vector[ana.peer]
    await until(lambda: all(ticks.reported(one.peer) == mine for one in people[1:]), "told")
    honest = make_receipt(far.identity, room, 1, {ana.peer: 9_999}, {})
    lie = Receipt(room, far.peer, 2, {bytes(ana.peer): 9_999}, {}, honest.signature)
    own = make_receipt(ana.identity, room, 1, {ana.peer: 9_999}, {})
    late = make_receipt(far.identity, room, 1 << 47, {ana.peer: 9_999}, {})
    stranger = make_receipt(World(world.folder).person("X", bytes(32)).identity, room, 1, {}, {})
    before = {one.peer: ticks.reported(one.peer) for one in people[1:]}
    frames = [encode_frame(one) for one in (lie, own, late, stranger)]
    router = next(
        one for one in services.circle.between._listeners if isinstance(one, mesh_router.MeshRouter)
    )
    router.received(bob.peer, Routed(room, ana.peer, 3, [b"\xff", b"\x12", *frames * 4]))
    router.received(far.peer, Routed(room, ana.peer, 3, [encode_frame(honest)]))
    router.received(bob.peer, Routed(bytes(16), ana.peer, 3, [encode_frame(honest)]))
    router.received(bob.peer, Routed(room, far.peer, 0, [encode_frame(honest)]))
    await asyncio.sleep(0.1)
    assert {one.peer: ticks.reported(one.peer) for one in people[1:]} == before


def found(findings: Sequence[Finding]) -> dict[str, bool | None]:
    return {one.check: one.ok for one in findings}


WELL = {"mesh": True, "links": True, "degree": True, "joined": True, "logs": True}


async def test_a_room_that_holds_together_is_said_to(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mesh_check, "PATIENCE", WAIT)
    room, people = await ring(world)
    findings = await people[0].backend.insight.validate(room)
    assert found(findings) == WELL
    assert findings[0].text.startswith("6 people online")
    assert all("{" not in one.text + one.safe for one in findings)


async def test_what_is_missing_is_named_and_mended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, people = await ring(world)
    ana = people[0]
    neighbour = next(one for one in people[1:] if ana.linked(room, one))
    services = ana.backend._services
    link = services.manager.live(neighbour.peer)
    assert link is not None
    assert link._sync is not None
    machine = link._sync._machine
    theirs = machine._rooms[room].theirs
    assert theirs is not None
    theirs[ana.peer] -= 1  # as if an acknowledgement had been lost
    with monkeypatch.context() as patch:
        begin_anew = PeerLink.begin_anew

        def patiently(link: PeerLink, room: RoomId) -> None:
            patch.setattr(mesh_check, "PATIENCE", WAIT)
            begin_anew(link, room)

        patch.setattr(PeerLink, "begin_anew", patiently)
        begun = await ana.backend.insight.validate(room)
    assert found(begun) == WELL
    assert "begun anew" in begun[-1].text
    machine.receive(Have(room, {bytes(neighbour.peer): 99}, {}), 0.0)
    differs = await ana.backend.insight.validate(room)
    assert found(differs) == {**WELL, "logs": False}
    assert neighbour.name in differs[-1].text
    await closed(room, people)
    state = keeper(ana).room(room)
    assert state is not None
    state.linked -= {neighbour.peer}
    conversation = services.opener._book.get(room)
    check = MeshCheck(services.opener._book, services.manager, keeper(ana))
    looked = check.look(conversation, state)
    assert found(looked) == {"mesh": True, "links": False, "degree": True, "joined": True}
    assert neighbour.name in looked[1].text


async def test_only_groups_are_checked(world: World) -> None:
    (ana,) = await world.started("Ana")
    with pytest.raises(AppError, match="unknown room"):
        await ana.backend.insight.validate(RoomId(bytes(16)))
    made = await ana.backend.chats.create_room("Lab")
    assert found(await ana.backend.insight.validate(made.room)) == {"mesh": None}
    with pytest.raises(AppError, match="not a group"):
        await ana.backend.insight.validate(await ana.backend.chats.open_notes())
