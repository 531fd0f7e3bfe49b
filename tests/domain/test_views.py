from __future__ import annotations

from dataclasses import replace

from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import MessageKind, MessageState, MessageView, Position


def test_places_are_ordered_by_clock_then_id() -> None:
    low, high = EventId(bytes(32)), EventId(b"\xff" * 32)
    places = [Position(2, low), Position(1, high), Position(1, low)]
    assert sorted(places) == [Position(1, low), Position(1, high), Position(2, low)]


def test_a_message_is_named_by_its_event() -> None:
    event = EventId(b"e" * 32)
    message = MessageView(
        room=RoomId(bytes(16)),
        position=Position(1, event),
        author=PeerId(bytes(32)),
        author_name="Ana",
        own=False,
        kind=MessageKind.TEXT,
        text="hi",
        time_ms=0,
        state=MessageState.READ,
    )
    assert message.event == event
    assert message.is_live
    assert replace(message, kind=MessageKind.FILE).is_live
    assert not replace(message, deleted=True).is_live
    assert not replace(message, kind=MessageKind.JOINED).is_live
