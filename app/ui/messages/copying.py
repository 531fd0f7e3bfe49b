"""The text of a selection, read from the store: most of it need not be loaded."""

from __future__ import annotations

from collections.abc import AsyncIterator

from app.domain.errors import AppError
from app.domain.ids import RoomId
from app.domain.views import MessageView
from app.ui.messages.selection import Selection
from app.ui.messages.source import Clock, MessageSource
from app.ui.messages.wording import copied

BATCH = 500
MOST = 20_000
MOST_TEXT = 4 << 20
"""Messages and characters that are copied at once, at most."""
MOST_HANDLED = 100
"""Messages that are forwarded, saved or deleted together, at most."""


async def selected_text(
    source: MessageSource, room: RoomId, selection: Selection, clock: Clock
) -> tuple[str, int]:
    """Return the text for the clipboard and the number of messages in it.

    One message gives its bare text, several give a line with time and author for each. May
    raise AppError.
    """
    found: list[tuple[MessageView, str]] = []
    size = 0
    async for message in _messages(source, room, selection):
        text = selection.text_of(message)
        if text:
            found.append((message, text))
            size += len(text)
        if len(found) == MOST or size > MOST_TEXT:
            break
    if len(found) == 1:
        return found[0][1], 1
    return "\n".join(copied(message, text, clock) for message, text in found), len(found)


async def selected_messages(
    source: MessageSource, room: RoomId, selection: Selection
) -> list[MessageView]:
    """Return the messages of which something is selected. Raises AppError("too-many-messages")."""
    found: list[MessageView] = []
    async for message in _messages(source, room, selection):
        if selection.range_in(message):
            found.append(message)
        if len(found) > MOST_HANDLED:
            raise AppError("too-many-messages", {"most": MOST_HANDLED})
    return found


async def _messages(
    source: MessageSource, room: RoomId, selection: Selection
) -> AsyncIterator[MessageView]:
    first, last = selection.ends
    place, skip = first.place, 0
    while True:
        page = await source.page(room, place, 0, BATCH + skip)
        for message in page.messages[skip:]:
            if message.position > last.place:
                return
            yield message
        if not page.more_after or len(page.messages) <= skip:
            return
        place, skip = page.messages[-1].position, 1
