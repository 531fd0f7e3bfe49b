"""Made-up conversations that fill the window."""

from __future__ import annotations

from app.domain.changes import ServerState
from app.domain.errors import AppError
from app.domain.views import MessageState, PersonView, RoomKind
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import FROZEN_MS, peer_of
from tests.ui.fake_operations import FakeRoom

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
SERVER = "http://192.0.2.7:8765"
FULL_DISK = AppError("disk-full")


def _direct(backend: FakeBackend, name: str) -> FakeRoom:
    return backend.chats.add_room(name, RoomKind.DIRECT, [name])


def _survey(backend: FakeBackend) -> FakeRoom:
    chats = backend.chats
    people = ["Jonas Weber", "Mara Lindqvist", "Priya Raman", "Dev Anand"]
    room = chats.add_room("Lighthouse Survey", RoomKind.GROUP, people)
    at = FROZEN_MS - DAY
    chats.write(room.room, "Jonas Weber", "The boat leaves at seven, pier 4.", at_ms=at)
    chats.write(room.room, "Mara Lindqvist", "I bring the tripod and the long cable", at_ms=at + 9)
    at = FROZEN_MS - 40 * MINUTE
    chats.write(room.room, "Priya Raman", "First pass of the north side is done.", at_ms=at)
    chats.write(
        room.room,
        "Priya Raman",
        "Three scans failed, the sensor dropped out for a second each time. Notes are at"
        " https://wiki.lan/lens",
        at_ms=at + MINUTE,
    )
    chats.write(
        room.room,
        chats.me,
        "Looks good. Can the script retry when the sensor drops out?",
        at_ms=at + 24 * MINUTE,
        state=MessageState.SENT,
    )
    chats.write(
        room.room,
        chats.me,
        "I am on my way up",
        at_ms=at + 25 * MINUTE,
        state=MessageState.QUEUED,
    )
    seen = chats.write(room.room, "Priya Raman", "It does now 🎉", at_ms=at + 29 * MINUTE)
    room.read_to = seen.position
    chats.write(room.room, "Mara Lindqvist", "Look at that sunset", at_ms=FROZEN_MS - MINUTE)
    chats.write(room.room, "Mara Lindqvist", "The lens room is open, come up!")
    chats.write(room.room, "Mara Lindqvist", "Bring the wide angle, notes are at the desk")
    chats.give_role(room.room, "Jonas Weber", "owner")
    chats.give_role(room.room, chats.me, "admin")
    room.topic = "North island, 20 to 22 November"
    for name, route in (("Jonas Weber", "lan"), ("Mara Lindqvist", "direct")):
        chats.set_online(room.room, name, online=True, route=route)
    chats.set_online(room.room, "Priya Raman", online=True, route="relay")
    chats.set_online(room.room, "Dev Anand", online=False)
    return room


def _others(backend: FakeBackend) -> None:
    chats = backend.chats
    jonas = _direct(backend, "Jonas Weber")
    chats.write(
        jonas.room, "Jonas Weber", "Did the tide table arrive?", at_ms=FROZEN_MS - 4 * MINUTE
    )
    priya = _direct(backend, "Priya Raman")
    priya.read_to = chats.write(
        priya.room, "Priya Raman", "One more thing", at_ms=FROZEN_MS - 5 * MINUTE
    ).position
    tomas = _direct(backend, "Tomás Oliveira")
    chats.write(
        tomas.room,
        chats.me,
        "Perfect, thank you 🙏",
        at_ms=FROZEN_MS - 57 * MINUTE,
        state=MessageState.READ,
    )
    family = chats.add_room("Family", RoomKind.GROUP, ["Mum", "Leo"])
    for number in range(12):
        chats.write(
            family.room, "Mum", "🎂 Sunday at four then?", at_ms=FROZEN_MS - (52 - number) * MINUTE
        )
    kenji = _direct(backend, "Kenji Sato")
    chats.write(
        kenji.room,
        chats.me,
        "See you at the station",
        at_ms=FROZEN_MS - DAY,
        state=MessageState.QUEUED,
    )
    anna = _direct(backend, "Anna Kowalska")
    anna.read_to = chats.write(
        anna.room, "Anna Kowalska", "Shall we bring chairs?", at_ms=FROZEN_MS - 2 * DAY
    ).position
    anna.draft = "I could bring the second tripod if you need it"
    odd = chats.add_room(
        "A very long name of a room that nobody could ever want to read to its end",
        RoomKind.GROUP,
        ["Leo"],
    )
    odd.read_to = chats.write(odd.room, "Leo", "ok\nthen\n\n", at_ms=FROZEN_MS - 3 * DAY).position
    arabic = _direct(backend, "ليلى حداد")
    arabic.read_to = chats.write(
        arabic.room, "ليلى حداد", "مساء الخير، هل وصلت الصور؟", at_ms=FROZEN_MS - 4 * DAY
    ).position
    notes = chats.add_room("Notes to self", RoomKind.NOTES, [])
    chats.write(notes.room, chats.me, "passport scan, boat no. 118", at_ms=FROZEN_MS - 20 * DAY)


def full() -> FakeBackend:
    """Conversations of all kinds, a server, people near by."""
    backend = FakeBackend()
    _survey(backend)
    _others(backend)
    backend.network.set_server(SERVER, ServerState.ONLINE)
    for name in ("Jonas Weber", "Mara Lindqvist", "Priya Raman"):
        backend.network.add_link(name)
    backend.network.people = [
        PersonView(peer_of(name), name, online=True) for name in ("Ana Costa", "Jonas Weber")
    ]
    return backend


def first_start() -> FakeBackend:
    """Nobody was talked to yet; one person is near by."""
    backend = FakeBackend()
    backend.chats.add_room("Notes to self", RoomKind.NOTES, [])
    backend.network.set_server(SERVER, ServerState.ONLINE)
    backend.network.people = [PersonView(peer_of("Ana Costa"), "Ana Costa", online=True)]
    return backend
