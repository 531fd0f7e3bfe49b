from __future__ import annotations

from dataclasses import replace

from app.domain.views import MemberView, MessageKind, MessageState, RoomKind
from app.ui.controllers.waiting import LOOKED_AT, waiting
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import peer_of


def member(name: str, *, online: bool = False, you: bool = False) -> MemberView:
    return MemberView(peer_of(name), name, "member", you=you, online=online)


def test_only_our_texts_that_did_not_arrive_count() -> None:
    backend = FakeBackend("Me")
    room = backend.chats.add_room("R", RoomKind.GROUP, ["Dev Anand"]).room
    write = backend.chats.write
    there = write(room, "Me", "there", state=MessageState.SENT)
    rows = [
        write(room, "Me", "one", state=MessageState.QUEUED),
        write(room, "Me", "two", state=MessageState.SENT),
        replace(there, delivered_to=(peer_of("Dev Anand"),)),
        write(room, "Me", "all", state=MessageState.DELIVERED),
        write(room, "Me", "Me", kind=MessageKind.JOINED, state=MessageState.QUEUED),
        write(room, "Dev Anand", "theirs", state=MessageState.QUEUED),
    ]
    me = member("Me", you=True, online=True)
    said = waiting([me, member("Dev Anand")], rows)
    assert said.lead == "Dev is offline."
    assert said.words == "2 messages will be delivered when you are both connected."
    assert waiting([me, member("Dev Anand", online=True)], rows) == ("", "")
    both = waiting([me, member("Dev Anand"), member("Eve")], rows)
    assert both.lead == "Dev and 1 other are offline."
    assert both.words == "3 messages will be delivered when they are connected."
    one = waiting([me, member("Eve")], rows[:1])
    assert one.words.startswith("1 message will")


def test_many_are_not_counted_one_by_one() -> None:
    backend = FakeBackend("Me")
    room = backend.chats.add_room("R", RoomKind.GROUP, []).room
    rows = [backend.chats.write(room, "Me", "x", state=MessageState.QUEUED)] * LOOKED_AT
    assert waiting([member("Eve")], rows).words.startswith("200+ messages will")
