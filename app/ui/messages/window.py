"""The loaded part of a conversation: consecutive messages in the room's order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.domain.ids import EventId, PeerId
from app.domain.views import HistoryPage, MessageState, MessageView, Position

_RANK = {state: rank for rank, state in enumerate(MessageState)}


class MessageWindow:
    """Keeps loaded rows equal to what a fresh load of the same span would give.

    Changes that arrive while a page is on its way are kept and applied again to that page.
    """

    def __init__(self) -> None:
        self.rows: list[MessageView] = []
        self.more_before = False
        self.more_after = False
        self.first_ordinal = 0
        self.total = 0
        self._places: list[Position] = []
        self._late: list[MessageView] = []
        self._late_changes: list[MessageView] = []
        self._late_gone: frozenset[EventId] = frozenset()
        self._late_moves: list[tuple[frozenset[EventId], MessageState, PeerId | None]] = []
        self._loading = False
        self.doubtful: list[MessageView] = []
        """Rows that got on while their page was read: what that means for them the store knows."""

    def __len__(self) -> int:
        return len(self.rows)

    def index(self, place: Position) -> int | None:
        """Return where the message at `place` is, None if it is not loaded."""
        at = bisect_left(self._places, place)
        return at if at < len(self._places) and self._places[at] == place else None

    def index_from(self, place: Position) -> int:
        """Return the first loaded row at or after `place`, len(self) if there is none."""
        return bisect_left(self._places, place)

    def expect(self) -> None:
        """A page is being read from now on."""
        self._loading = True

    def settle(self) -> None:
        """No page is on its way any more."""
        self._loading = False
        self.doubtful = []
        self._late.clear()
        self._late_moves.clear()
        self._late_changes.clear()
        self._late_gone = frozenset()

    def reset(self, page: HistoryPage) -> None:
        """Forget all rows and hold `page`."""
        self._set(page.messages)
        self.more_before, self.more_after = page.more_before, page.more_after
        self.first_ordinal, self.total = page.first_ordinal, page.total
        self._replay()

    def extend_before(self, page: HistoryPage) -> None:
        """Put the older `page`, read up to our first row, before it."""
        older = [row for row in page.messages if not self._places or row.position < self._places[0]]
        self._set([*older, *self.rows])
        self.more_before = page.more_before
        self.first_ordinal, self.total = page.first_ordinal, page.total
        self._replay()

    def extend_after(self, page: HistoryPage) -> None:
        """Put the newer `page`, read from our last row, after it."""
        newer = [
            row for row in page.messages if not self._places or row.position > self._places[-1]
        ]
        self._set([*self.rows, *newer])
        self.more_after, self.total = page.more_after, page.total
        self._replay()

    def refresh(self, page: HistoryPage) -> None:
        """Take the rows of `page` in place of the ones that we hold of them."""
        for row in page.messages:
            at = self.index(row.position)
            if at is not None:
                self.rows[at] = row
        self._replay()

    def add(self, messages: Iterable[MessageView]) -> list[MessageView]:
        """Take in new messages; return those that became rows. Known ones are replaced."""
        messages = list(messages)
        if self._loading:
            self._late += messages
        return [message for message in messages if self._add(message)]

    def change(self, messages: Iterable[MessageView]) -> None:
        """Take rows in place of those that we hold of them; others are passed over."""
        messages = list(messages)
        if self._loading:
            self._late_changes += messages
        self._change(messages)

    def _change(self, messages: Iterable[MessageView]) -> None:
        for message in messages:
            at = self.index(message.position)
            if at is not None:
                self.rows[at] = message

    def remove(self, events: Iterable[EventId]) -> None:
        """These rows are shown no more."""
        gone = frozenset(events)
        if self._loading:
            self._late_gone |= gone
        self._remove(gone)

    def _remove(self, gone: frozenset[EventId]) -> None:
        kept = [row for row in self.rows if row.event not in gone]
        self.total = max(self.total - (len(self.rows) - len(kept)), len(kept))
        self._set(kept)

    def _add(self, message: MessageView) -> bool:
        side = self._side(message.position)
        if side:
            self.total += 1
            self.first_ordinal += side < 0
            return False
        at = bisect_left(self._places, message.position)
        if at < len(self._places) and self._places[at] == message.position:
            self.rows[at] = message
            return False
        self._places.insert(at, message.position)
        self.rows.insert(at, message)
        self.total += 1
        return True

    def _side(self, place: Position) -> int:
        """Return -1 or 1 for a place before or after what is loaded, else 0."""
        if self.more_before and (not self._places or place < self._places[0]):
            return -1
        return int(self.more_after and (not self._places or place > self._places[-1]))

    def set_status(
        self, events: Sequence[EventId], state: MessageState, by: PeerId | None
    ) -> list[MessageView]:
        """Own messages got on their way; return the rows that changed.

        What one member has (`by`) is noted; what that means for all of them the store knows.
        """
        wanted = frozenset(events)
        if self._loading:
            self._late_moves.append((wanted, state, by))
        return self._move(wanted, state, by)

    def _move(
        self, wanted: frozenset[EventId], state: MessageState, by: PeerId | None
    ) -> list[MessageView]:
        changed = []
        for at, row in enumerate(self.rows):
            if row.event in wanted:
                moved = _advanced(row, state) if by is None else _noted(row, state, by)
                if moved != row:
                    self.rows[at] = moved
                    changed.append(moved)
        return changed

    def trim(self, first: int, last: int) -> None:
        """Drop the rows outside [first, last)."""
        if first > 0:
            self.more_before = True
            self.first_ordinal += first
        if last < len(self.rows):
            self.more_after = True
        self._set(self.rows[max(first, 0) : last])

    def _set(self, rows: Sequence[MessageView]) -> None:
        self.rows = list(rows)
        self._places = [row.position for row in rows]

    def _replay(self) -> None:
        """What came while the page was read may be missing in it."""
        for message in self._late:
            # One outside the loaded span is in the page's counts already, or soon corrected.
            if self._side(message.position) == 0:
                self._add(message)
        self._change(self._late_changes)
        for wanted, state, by in self._late_moves:
            self.doubtful += self._move(wanted, state, by)
        if self._late_gone:
            self._remove(self._late_gone)


def _advanced(row: MessageView, state: MessageState) -> MessageView:
    return replace(row, state=state) if _RANK[state] > _RANK[row.state] else row


def _noted(row: MessageView, state: MessageState, by: PeerId) -> MessageView:
    row = _advanced(row, min(state, MessageState.SENT, key=_RANK.__getitem__))
    if _RANK[state] >= _RANK[MessageState.DELIVERED] and by not in row.delivered_to:
        row = replace(row, delivered_to=(*row.delivered_to, by))
    if state is MessageState.READ and by not in row.read_by:
        row = replace(row, read_by=(*row.read_by, by))
    return row
