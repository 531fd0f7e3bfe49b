"""What happened to conversations as a whole, as the JSON objects of notices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.domain.changes import HistoryDeleted, MessagesRemoved, PersonPictured
from app.domain.ids import to_text

Json = dict[str, Any]


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
