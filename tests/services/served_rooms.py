"""A courier among people, and what tests ask of it."""

from __future__ import annotations

from app.domain.couriers import CourierTerms
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import Frame
from app.services.conversation import Conversation
from app.services.courier_service import CourierService
from app.services.peer_link import PeerLink
from tests.services.groups import rule
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
    """Return a room of these people, and its courier, which has all that was written.

    Everybody is linked with it: what it has may have come from one of them alone.
    """
    room, people = await world.together(*names)
    courier = await courier_of(world)
    await rule(people[0]).add_courier(room, courier.peer, "Cora")
    await kept(courier, room, *people)
    await attended(courier, room, *people)
    return room, people, courier


async def attended(courier: Someone, room: RoomId, *people: Someone) -> None:
    """Wait until the room is open between the courier and each of these, at both ends."""
    await until(
        lambda: all(one.linked(room, courier) and courier.linked(room, one) for one in people),
        "linked with the courier",
    )


async def kept(courier: Someone, room: RoomId, *people: Someone) -> None:
    """Wait until the courier has all that these people have of the room."""

    def done() -> bool:
        known = vector(courier, room)
        books = [p.backend._services.opener._book.get(room).vector for p in people]
        return bool(known) and all(known == dict(each) for each in books)

    await until(done, "kept")


def book_of(person: Someone, room: RoomId) -> Conversation:
    return person.backend._services.opener._book.get(room)


async def state_is(person: Someone, room: RoomId, state: str, reason: str = "") -> None:
    """Wait until somebody sees the only courier of a room so."""

    def done() -> bool:
        views = rule(person).couriers(room)
        return [(view.state, view.reason) for view in views] == [(state, reason)]

    await until(done, f"{state} {reason}")


def spied(link: PeerLink) -> list[object]:
    """Return what is sent on a link from now on."""
    sent: list[object] = []
    send = link._send

    def noting(frame: Frame) -> None:
        sent.append(frame)
        send(frame)

    link._send = noting  # type: ignore[method-assign]
    return sent
