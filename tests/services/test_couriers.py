"""People who are never there together talk by a courier that cannot read what it keeps."""

from __future__ import annotations

from app.domain.couriers import CourierTerms
from app.domain.ids import PeerId, RoomId
from app.domain.views import MessageState
from app.services.courier_service import CourierService
from tests.services.groups import members, rule
from tests.services.world import URL, Someone, World, until


async def courier_of(world: World, terms: CourierTerms | None = None) -> Someone:
    """Start a courier."""
    courier = world.person("Cora")
    courier.courier = terms or CourierTerms()
    await courier.start(URL)
    await until(lambda: courier.online, "online")
    return courier


def work(courier: Someone) -> CourierService:
    service = courier.backend.courier
    assert service is not None
    return service


def vector(courier: Someone, room: RoomId) -> dict[PeerId, int]:
    found = work(courier)._shelf.find(room)
    return found.vector if found is not None else {}


async def served(world: World, *names: str) -> tuple[RoomId, list[Someone], Someone]:
    """Return a room of these people, and its courier, which has all that was written."""
    room, people = await world.together(*names)
    courier = await courier_of(world)
    await rule(people[0]).add_courier(room, courier.peer, "Cora")
    await kept(courier, room, *people)
    return room, people, courier


async def kept(courier: Someone, room: RoomId, *people: Someone) -> None:
    """Wait until the courier has all that these people have of the room."""

    def done() -> bool:
        known = vector(courier, room)
        books = [p.backend._services.opener._book.get(room).vector for p in people]
        return bool(known) and all(known == dict(each) for each in books)

    await until(done, "kept")


async def test_two_who_never_meet_talk_and_see_their_ticks(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    await bob.stop()
    said = await ana.say(room, "never at once")
    await ana.reached(said, MessageState.SENT)
    await kept(courier, room, ana)
    written = vector(courier, room)[ana.peer]
    await ana.stop()

    await bob.start(URL)
    await bob.has(room, "never at once")
    await bob.backend.chats.mark_read(room, said.event)
    answer = await bob.say(room, "not at all")
    await bob.reached(answer, MessageState.SENT)
    receipts = work(courier)._parts.receipts
    await until(lambda: receipts._in(room).get(bob.peer), "receipt")
    shelf = receipts._in(room)

    def read() -> bool:
        receipt = shelf.get(bob.peer)
        return receipt is not None and receipt.read.get(ana.peer, 0) == written

    await until(read, "read")
    await bob.stop()

    await ana.start(URL)
    await ana.has(room, "not at all")
    await ana.reached(said, MessageState.READ)
    members = await ana.backend.chats.members(room)
    assert [(one.name, one.role) for one in members][-1] == ("Cora", "courier")
    (view,) = rule(ana).couriers(room)
    assert (view.name, view.state, view.reason) == ("Cora", "serving", "")


async def test_a_message_that_only_the_courier_has_is_not_delivered(world: World) -> None:
    room, (ana, bob), courier = await served(world, "Ana", "Bob")
    await bob.stop()
    said = await ana.say(room, "only there")
    await kept(courier, room, ana)
    await ana.reached(said, MessageState.SENT)
    shown = await ana.backend.chats.message(said.event)
    assert (shown.state, shown.delivered_to) == (MessageState.SENT, ())
    assert members(ana, room) == {ana.peer, bob.peer}
