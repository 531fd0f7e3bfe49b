"""What the viewport of a conversation shows and where it stands; the widget paints it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from app.domain.changes import (
    Change,
    HistoryDeleted,
    MemberChanged,
    MessagesAdded,
    MessagesChanged,
    MessagesRemoved,
    StatusChanged,
    TypingChanged,
)
from app.domain.files import TransferView
from app.domain.ids import EventId, PeerId
from app.domain.views import MessageState, MessageView, Position, RoomKind, RoomSummary
from app.ui.messages.between import TYPING_HEIGHT
from app.ui.messages.layout import Measurer
from app.ui.messages.pager import PAGE, Pager
from app.ui.messages.rows import MeasuredRows, ShownRow
from app.ui.messages.source import START, Clock, MessageSource
from app.ui.messages.track import Track
from app.ui.messages.unread import Unread
from app.ui.messages.window import MessageWindow
from app.ui.tasks import TaskOwner
from app.ui.theme import Size, Theme

FOOT = 12
"""Free space below the last row."""
CONTEXT = 40
"""How much of the read messages is seen above the divider when a room is opened."""
PREPARED = 4
"""Rows measured ahead in one turn of the loop."""


class Stage:
    """Ties the loaded window, its measures, its place and its pages together.

    `changed` is called when something to be shown differs; `place` then tells what is where.
    """

    def __init__(
        self,
        theme: Theme,
        source: MessageSource,
        tasks: TaskOwner,
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        self.window = MessageWindow()
        self.measurer = Measurer(theme, clock)
        self.rows = MeasuredRows(self.window, self.measurer, clock)
        self.track = Track(self.window, self.rows.extent)
        self.unread = Unread()
        self.pager = Pager(source, self.window, tasks, changed)
        self.typing: dict[PeerId, str] = {}
        self._changed = changed

    def enter(self, summary: RoomSummary | None) -> None:
        """Show another room: at its first unread message, else at its end."""
        self.pager.enter(summary.room if summary else None)
        self.typing.clear()
        self.rows.divider = None
        self.rows.forget()
        self.track.pin()
        if summary is None:
            return
        self.measurer.named = summary.kind is RoomKind.GROUP
        self.unread.enter(summary)
        if summary.unread:
            around = summary.read_to or START
            self.pager.show(around, PAGE // 2, PAGE, self._stand_at_divider)
        else:
            self.pager.show(None, PAGE, 0, self.track.pin)

    def _stand_at_divider(self) -> None:
        self.rows.divider = divider = self.unread.divider(self.window.rows)
        if divider is None:
            self.track.pin()
            return
        at = self.window.index_from(divider.before)
        self.track.hold(divider.before, self.rows.extent(at).head + CONTEXT)

    def clear_divider(self) -> None:
        """The person left or answered: what was new is not new any more."""
        self.unread.answered()
        if self.rows.divider is not None:
            self.rows.divider = None
            self._changed()

    def resize(self, width: int, height: int) -> None:
        if width != self.measurer.width:
            self.measurer.width = width
            self.rows.forget()
        self.track.height = height

    def recolour(self) -> None:
        self.rows.forget()

    def set_people(self, names: Mapping[PeerId, str], me: PeerId | None) -> None:
        """Who is in this room, and which of them looks at it."""
        extras = self.measurer.extras
        if (extras.names, extras.me) != (names, me):
            extras.names, extras.me = names, me
            self.rows.forget()
            self._changed()

    def set_invitations(self, states: Mapping[EventId, str]) -> None:
        """What became of the invitations that were received."""
        if self.measurer.invitations != states:
            self.measurer.invitations = states
            self.rows.forget()
            self._changed()

    def set_transfers(self, views: Mapping[EventId, TransferView]) -> None:
        """How far all files are; only the rows whose view is another one are measured again."""
        known, self.measurer.transfers = self.measurer.transfers, views
        changed = [event for event, view in views.items() if known.get(event) is not view]
        for event in changed:
            self.rows.renew(event)
        if changed:
            self._changed()

    def pictured(self, event: EventId) -> None:
        """The small picture of a file is there."""
        self.rows.renew(event)
        self._changed()

    def unfold(self, message: MessageView) -> None:
        """Show all of a very long text."""
        if self.window.index(message.position) is not None:
            self.track.release()
            self.rows.unfold(message)
        self._changed()

    def place(self) -> list[ShownRow]:
        """Return the rows in the viewport; ask for more where it comes near an end."""
        if self.measurer.width <= 0 or self.track.height <= 0:
            return []
        typing = Size.GAP + TYPING_HEIGHT if self.typing and not self.window.more_after else 0
        self.track.foot = FOOT + typing
        placed = self.track.place()
        if placed:
            self.pager.trim(placed[0].at, placed[-1].at + 1)
            placed = self.track.place()
            self.pager.need(placed[0].at, placed[-1].at)
            self.rows.prune(placed)
        return self.rows.shown(placed)

    def prepare(self) -> bool:
        """Measure some rows beside the viewport; tell whether there are more to do."""
        return self.rows.prepare(self.track.place(), PREPARED)

    def note_seen(self, shown: list[ShownRow]) -> MessageView | None:
        """The person sees `shown`; return the newest of it if it was new."""
        seen = [row for row in shown if row.bottom <= self.track.height]
        if not seen:
            return None
        last = seen[-1].item.message
        end = seen[-1].placed.at == len(self.window) - 1 and not self.window.more_after
        return last if self.unread.saw(self.window.rows, last, end=end) else None

    def scroll(self, down: int) -> None:
        """Move by `down` pixels (up if negative)."""
        self.pager.retry()
        self.track.scroll(down)
        self._changed()

    def go_to_end(self) -> None:
        if self.window.more_after:
            self.pager.show(None, PAGE, 0, self.track.pin)
        else:
            self.track.pin()
        self._changed()

    def go_to_start(self) -> None:
        if self.window.more_before:
            self.pager.show(START, 0, PAGE, self._stand_at_start)
        else:
            self._stand_at_start()
        self._changed()

    def _stand_at_start(self) -> None:
        if self.window.rows:
            self.track.hold(self.window.rows[0].position, self.track.height)

    def go_to(self, place: Position) -> None:
        """Bring the message at `place` into the upper third."""

        def stand() -> None:
            self.track.hold(place, self.track.height // 3)

        if self.window.index(place) is None:
            self.pager.show(place, PAGE // 2, PAGE, stand)
        else:
            stand()
        self._changed()

    def go_to_ordinal(self, ordinal: float) -> None:
        """Put the `ordinal`-th message, with its fraction, at the upper edge."""
        at = int(ordinal) - self.window.first_ordinal
        if 0 <= at < len(self.window):
            extent = self.rows.extent(at)
            hidden = round((ordinal - int(ordinal)) * sum(extent))
            self.track.hold(self.window.rows[at].position, extent.head - hidden)
            self._changed()
        else:
            self.pager.show_ordinal(int(ordinal), self._stand_on_top)

    def _stand_on_top(self, place: Position | None) -> None:
        if place is None:
            self.track.pin()
            return
        at = min(self.window.index_from(place), len(self.window) - 1)
        if at >= 0:
            self.track.hold(self.window.rows[at].position, self.rows.extent(at).head)

    def apply(self, changes: Iterable[Change]) -> None:
        """Take in what happened in this room; changes of others are passed over."""
        for change in changes:
            match change:
                case MessagesAdded() if change.room == self.pager.room:
                    self._added(change.messages)
                case MessagesChanged() if change.room == self.pager.room:
                    self.window.change(change.messages)
                case MessagesRemoved() if change.room == self.pager.room:
                    self._removed(change.messages)
                case HistoryDeleted() if change.room == self.pager.room:
                    self.window.remove([row.event for row in self.window.rows])
                    self.pager.show(None, PAGE, 0, self.track.pin)
                case StatusChanged() if change.room == self.pager.room:
                    self._moved(change)
                case MemberChanged() if change.room == self.pager.room:
                    if change.state == "renamed":
                        self.pager.refresh(self.window.rows)
                case TypingChanged() if change.room == self.pager.room:
                    self._typed(change)
        self._changed()

    def _removed(self, events: tuple[EventId, ...]) -> None:
        window, shown = self.window, len(self.window)
        window.remove(events)
        if shown and not window.rows and (window.more_before or window.more_after):
            self.pager.show(None, PAGE, 0, self.track.pin)

    def _moved(self, change: StatusChanged) -> None:
        changed = self.window.set_status(change.messages, change.state, change.by)
        # What one member has says little: whether all have it now, the store knows.
        if change.by is not None and change.state is not MessageState.SENT:
            self.pager.refresh(changed)

    def _added(self, messages: tuple[MessageView, ...]) -> None:
        self.window.add(messages)
        self.unread.arrived(messages)
        for message in messages:
            self.typing.pop(message.author, None)
            if message.own:
                self.unread.answered()
                self.rows.divider = None

    def _typed(self, change: TypingChanged) -> None:
        if change.active:
            self.typing[change.peer] = change.name
        else:
            self.typing.pop(change.peer, None)
