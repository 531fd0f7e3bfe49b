from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.views import (
    MemberView,
    MessageKind,
    MessageState,
    MessageView,
    RoomKind,
    RoomSummary,
)
from app.ui import phrases
from tests.gallery.entry import frozen_now
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import FROZEN_MS, peer_of, room_of

NOW = frozen_now()
DAY = 86_400_000
R = room_of("R")


def summary(kind: RoomKind = RoomKind.GROUP) -> RoomSummary:
    return RoomSummary(R, "R", kind, 3, 0, None)


def message(
    text: str, author: str = "Ana Costa", kind: MessageKind = MessageKind.TEXT
) -> MessageView:
    backend = FakeBackend("Me")
    backend.chats.add_room("R", RoomKind.GROUP, [])
    return backend.chats.write(R, author, text, kind=kind, state=MessageState.READ)


def member(name: str, **more: object) -> MemberView:
    plain = MemberView(peer_of(name), name, "member", you=False, online=False)
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (0, "09:52"),
        (9 * 3_600_000, "00:52"),
        (10 * 3_600_000, "Thu"),
        (6 * DAY, "Sat"),
        (7 * DAY, "14 Nov"),
        (400 * DAY, "17 Oct 2024"),
        (-3 * DAY, "24 Nov"),
    ],
)
def test_times_say_no_more_than_is_needed(ago: int, said: str) -> None:
    assert phrases.short_time(FROZEN_MS - ago, NOW) == said


@given(st.integers(-(2**63), 2**63))
def test_no_time_is_too_far_off(time_ms: int) -> None:
    assert phrases.short_time(time_ms, NOW)
    assert phrases.short_time(time_ms, datetime.now(UTC))


def test_counts() -> None:
    assert phrases.count(1, "peer") == "1 peer"
    assert phrases.count(0, "peer") == "0 peers"
    assert phrases.count(12_000, "reply", "replies") == "12\u2009000 replies"


@pytest.mark.parametrize(
    ("kind", "author", "said"),
    [
        (MessageKind.TEXT, "Ana Costa", "Bob"),
        (MessageKind.JOINED, "Ana Costa", "Bob joined"),
        (MessageKind.JOINED, "Me", "You joined"),
        (MessageKind.LEFT, "Ana Costa", "Ana Costa left"),
        (MessageKind.LEFT, "Me", "You left"),
        (MessageKind.RENAMED, "Me", "You named the room Bob"),
        (MessageKind.UNSUPPORTED, "Me", "This needs a newer version of Parlor"),
    ],
)
def test_every_kind_has_a_line(kind: MessageKind, author: str, said: str) -> None:
    assert phrases.message_line(message("Bob", author, kind)) == said


def test_previews() -> None:
    assert phrases.preview(summary()).text == "Say hello"
    assert phrases.preview(summary(RoomKind.NOTES)).text == "Only you can see this"
    spoken = replace(summary(), last=message("hi\n  there"))
    assert phrases.preview(spoken) == ("Ana:", "hi there", False)
    assert phrases.preview(replace(summary(), last=message("hi", "Me"))).lead == "You:"
    direct = replace(summary(RoomKind.DIRECT), last=message("hi"))
    assert phrases.preview(direct).lead == ""
    joined = replace(summary(), last=message("Bob", kind=MessageKind.JOINED))
    assert phrases.preview(joined).lead == ""
    assert phrases.preview(replace(spoken, draft="half\na")) == ("Draft:", "half a", True)


def test_typing() -> None:
    assert phrases.typing_line([]) == ""
    assert phrases.typing_line(["Ana Costa"]) == "Ana is typing…"
    assert phrases.typing_line(["Ana", "Bo B"]) == "Ana and Bo are typing…"
    assert phrases.typing_line(["A", "B", "C"]) == "3 people are typing…"
    assert phrases.first_name("  ") == "  "


def test_routes_and_members() -> None:
    assert phrases.member_line(member("A", you=True), NOW) == "You"
    assert phrases.member_line(member("A"), NOW) == "Offline"
    assert phrases.member_line(member("A", last_seen_ms=FROZEN_MS), NOW) == "Last seen 09:52"
    linked = member("A", online=True, route="lan", rtt_ms=1.6)
    assert phrases.member_line(linked, NOW) == "Direct · LAN · 2 ms"
    assert phrases.route_line(replace(linked, rtt_ms=0.2)) == "Direct · LAN · 1 ms"
    assert phrases.route_line(replace(linked, route=None, rtt_ms=None)) == "Online"


def test_room_lines() -> None:
    me, ana = member("Me", you=True, online=True), member("Ana", online=True, route="direct")
    assert (
        phrases.room_line(summary(), [me, ana], ["Ana"]) == "3 members · 1 online · Ana is typing…"
    )
    direct = summary(RoomKind.DIRECT)
    assert phrases.room_line(direct, [me, ana], []) == "Direct"
    assert phrases.room_line(direct, [me, replace(ana, online=False)], []) == "Offline"
    assert phrases.room_line(direct, [], []) == "Offline"
    assert phrases.room_line(summary(RoomKind.NOTES), [me], []) == "Only you can see this"


def test_a_row_is_read_as_a_sentence() -> None:
    row = replace(summary(), unread=2, last=message("hi", "Me"))
    spoken = phrases.spoken_room(row, online=True, typing=[], now=NOW)
    assert spoken == "2 new messages, online, You: hi, 09:52, read"
    assert (
        phrases.spoken_room(summary(), online=False, typing=["Bo"], now=NOW)
        == "offline, Bo is typing…"
    )


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = phrases.one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()


def test_a_snippet_without_marks() -> None:
    assert phrases.plain_snippet("a \ue000hit\ue001 b") == "a hit b"


def test_a_line_of_a_message_has_no_marks_and_says_what_was_deleted() -> None:
    assert phrases.message_line(message("**Now** ```\n`x`")) == "Now ``` x"
    assert phrases.message_line(replace(message(""), deleted=True)) == phrases.DELETED
