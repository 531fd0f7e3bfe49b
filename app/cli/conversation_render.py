"""What happened to conversations as a whole, as the JSON objects of notices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.cli.times import time_text
from app.domain.changes import HistoryDeleted, MessagesRemoved, PersonPictured
from app.domain.delivery import MemberDelivery
from app.domain.ids import to_text
from app.domain.views import MessageVersion

Json = dict[str, Any]


def delivery(one: MemberDelivery) -> Json:
    """Return how far a message got on its way to one member; times are null if unknown."""
    times = {"sent": one.sent_ms, "delivered": one.delivered_ms, "read": one.read_ms}
    return {
        "peer": to_text(one.peer),
        "name": one.name,
        "state": one.state.value,
        **{name: time_text(ms) if ms else None for name, ms in times.items()},
    }


def version(one: MessageVersion) -> Json:
    return {"time": time_text(one.time_ms), "text": one.text}


def conversation_notices(
    change: HistoryDeleted | MessagesRemoved | PersonPictured,
) -> Iterator[Json]:
    """Yield what is said of a change."""
    match change:
        case HistoryDeleted(room):
            yield {"event": "history_deleted", "room": to_text(room)}
        case MessagesRemoved(room, messages):
            place = {"event": "removed", "room": to_text(room)}
            yield from ({**place, "message": to_text(message)} for message in messages)
        case PersonPictured(peer, picture):
            yield {"event": "picture", "peer": to_text(peer), "picture": picture}
