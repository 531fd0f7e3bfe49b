"""Views and changes as the contract's JSON."""

from __future__ import annotations

from typing import Any

import pytest

from app.cli import render
from app.domain.changes import (
    Change,
    ErrorRaised,
    LinkChanged,
    LinkState,
    MemberChanged,
    MessagesAdded,
    RoomChanged,
    RoomRemoved,
    ServerChanged,
    ServerState,
    StatusChanged,
    TypingChanged,
)
from app.domain.ids import EventId, PeerId, RoomId, to_text
from app.domain.views import (
    MessageKind,
    MessageState,
    MessageView,
    Position,
    RoomKind,
    RoomSummary,
    SearchHit,
)
from app.services.api import LinkView

ROOM, PEER, EVENT = RoomId(bytes(16)), PeerId(bytes(32)), EventId(b"e" * 32)
TIME_MS = 1_800_000_000_123


def view(*, own: bool = False, kind: MessageKind = MessageKind.TEXT) -> MessageView:
    return MessageView(
        room=ROOM,
        position=Position(1, EVENT),
        author=PEER,
        author_name="Ana",
        own=own,
        kind=kind,
        text="hi",
        time_ms=TIME_MS,
        state=MessageState.READ,
        delivered_to=(PEER,),
        read_by=(PEER,),
    )


def test_a_message() -> None:
    assert render.message(view()) == {
        "message": to_text(EVENT),
        "room": to_text(ROOM),
        "author": to_text(PEER),
        "name": "Ana",
        "time": "2027-01-15T08:00:00.123Z",
        "text": "hi",
        "kind": "text",
        "state": "read",
        "reply_to": None,
        "edited": False,
        "deleted": False,
        "reactions": [],
        "delivered_to": [to_text(PEER)],
        "read_by": [to_text(PEER)],
    }
    assert render.hit(SearchHit(view(), "a \ue000hi\ue001"))["snippet"] == "a hi"


def test_a_link_and_a_room() -> None:
    link = render.link(LinkView(PEER, LinkState.ONLINE, "lan", 1.2345, 0.12345, TIME_MS))
    assert (link["rtt_ms"], link["loss"], link["state"]) == (1.23, 0.1235, "online")
    assert render.link(LinkView(PEER, LinkState.OFFLINE, None, None, 0, 0))["rtt_ms"] is None
    notes = RoomSummary(ROOM, "Notes", RoomKind.NOTES, 1, 0, None)
    assert (render.room(notes)["kind"], render.room(notes)["last"]) == ("direct", None)


SUMMARY = RoomSummary(ROOM, "Lab", RoomKind.GROUP, 2, 1, view())
NOTICES: list[tuple[Change, list[dict[str, Any]]]] = [
    (MessagesAdded(ROOM, (view(), view(own=True))), [{"event": "message", "text": "hi"}]),
    (MessagesAdded(ROOM, (view(kind=MessageKind.JOINED),)), []),
    (
        StatusChanged(ROOM, (EVENT, EVENT), MessageState.SENT, None),
        [{"event": "status", "state": "sent", "by": None}] * 2,
    ),
    (
        StatusChanged(ROOM, (EVENT,), MessageState.READ, PEER),
        [{"event": "status", "by": to_text(PEER)}],
    ),
    (MemberChanged(ROOM, PEER, "Ana", "joined"), [{"event": "member", "state": "joined"}]),
    (LinkChanged(PEER, LinkState.ONLINE, "lan"), [{"event": "link", "route": "lan"}]),
    (
        ServerChanged("http://h", ServerState.OFFLINE, "signaling-lost", 2.0),
        [{"event": "server", "state": "offline", "reason": "signaling-lost"}],
    ),
    (TypingChanged(ROOM, PEER, "Ana", active=True), [{"event": "typing", "active": True}]),
    (RoomChanged(SUMMARY), [{"event": "room", "name": "Lab", "unread": 1}]),
    (RoomRemoved(ROOM), [{"event": "room", "removed": True}]),
    (
        ErrorRaised("disk-full", {"folder": "f"}),
        [{"event": "error", "code": "disk-full", "message": "disk full (folder: f)"}],
    ),
]


@pytest.mark.parametrize(("change", "expected"), NOTICES)
def test_notices(change: Change, expected: list[dict[str, Any]]) -> None:
    said = list(render.notices(change))
    assert len(said) == len(expected)
    for one, wanted in zip(said, expected, strict=True):
        assert one.items() >= wanted.items()
        assert "id" not in one
