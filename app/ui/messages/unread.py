"""What was seen, what is new, and where the divider stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.domain.views import MessageView, RoomSummary
from app.ui.messages.grouping import Divider
from app.ui.messages.source import START


class Unread:
    """Counts the messages of others that were not in the viewport yet."""

    def __init__(self) -> None:
        self.count = 0
        self._seen = START
        self._opened = 0

    def enter(self, summary: RoomSummary) -> None:
        self.count = self._opened = summary.unread
        self._seen = summary.read_to or START

    def divider(self, rows: Iterable[MessageView]) -> Divider | None:
        """Return where the divider stands if the first unread message is among `rows`."""
        if not self._opened:
            return None
        for row in rows:
            if not row.own and row.position > self._seen:
                return Divider(row.position, self._opened)
        return None

    def answered(self) -> None:
        """The person said something: what was new when the room was opened is not new any more."""
        self._opened = 0

    def arrived(self, messages: Iterable[MessageView]) -> None:
        """New messages came, wherever."""
        self.count += sum(self._is_new(message) for message in messages)

    def saw(self, rows: Sequence[MessageView], last: MessageView, *, end: bool) -> bool:
        """The viewport shows `last` lowest; `end` if it is the newest. Tell if it is news.

        `rows` are the loaded ones.
        """
        if last.position <= self._seen:
            return False
        fresh = [row for row in rows if row.position <= last.position and self._is_new(row)]
        self.count = 0 if end else max(self.count - len(fresh), 0)
        self._seen = last.position
        return bool(fresh)

    def _is_new(self, message: MessageView) -> bool:
        return not message.own and message.position > self._seen
