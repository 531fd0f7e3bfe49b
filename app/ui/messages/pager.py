"""Loads pages of a conversation into the window, one at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from app.domain.ids import RoomId
from app.domain.views import HistoryPage, MessageView, Position
from app.ui.messages.source import START, MessageSource
from app.ui.messages.window import MessageWindow
from app.ui.tasks import TaskOwner

PAGE = 80
"""Rows in a page."""
MARGIN = 60
"""Fewer loaded rows than this beyond the viewport make the next page be read."""
KEEP = 240
"""Loaded rows kept on either side of the viewport."""

# Until the first page is here, whatever is added lies before or after it.
_NOTHING = HistoryPage((), more_before=True, more_after=True, first_ordinal=0, total=0)
Done = Callable[[], None]


class Pager:
    """Serves one room at a time; what comes for an earlier one is dropped.

    `loaded` is called after rows came that the person did not ask for by a jump.
    """

    def __init__(
        self, source: MessageSource, window: MessageWindow, tasks: TaskOwner, loaded: Done
    ) -> None:
        self._source = source
        self._window = window
        self._tasks = tasks
        self._loaded = loaded
        self._room: RoomId | None = None
        self._turn = 0
        self._busy = False
        self._stale: tuple[Position, Position] | None = None
        self._next: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._failed = False

    @property
    def room(self) -> RoomId | None:
        return self._room

    def enter(self, room: RoomId | None) -> None:
        """Serve `room` from now on, starting from an empty window."""
        self._room = room
        self._turn += 1
        self._busy = self._failed = False
        self._stale = None
        self._next = None
        self._window.settle()
        self._window.reset(_NOTHING)

    def show(self, around: Position | None, before: int, after: int, done: Done) -> None:
        """Replace the rows by those around a place (None: the end), then call `done`."""
        self._ask(lambda: self._show(around, before, after, done))

    def show_ordinal(self, ordinal: int, done: Callable[[Position | None], None]) -> None:
        """Replace the rows by those at about the `ordinal`-th message; tell its place."""

        async def work() -> None:
            place = await self._source.position_at(self._must(), ordinal)
            await self._show(place, PAGE // 2, PAGE, lambda: done(place))

        self._ask(work)

    def need(self, first: int, last: int) -> None:
        """The rows `first` to `last` are in the viewport: read on where it comes near an end."""
        if self._busy or self._failed or self._room is None:
            return
        if self._window.more_before and first < MARGIN:
            self._ask(self._before)
        elif self._window.more_after and len(self._window) - last < MARGIN:
            self._ask(self._after)
        elif self._stale is not None:
            self._ask(self._refresh)

    def trim(self, first: int, last: int) -> None:
        """Let go of rows far away from the viewport's, unless a page for there is coming."""
        if not self._busy and len(self._window) > 2 * KEEP:
            self._window.trim(first - KEEP, last + KEEP)

    def refresh(self, rows: Sequence[MessageView]) -> None:
        """Read these rows again, soon: something about them is known only to the store."""
        places = [row.position for row in rows]
        if places:
            self._stale = (
                min([*places, *(self._stale or ())]),
                max([*places, *(self._stale or ())]),
            )

    def retry(self) -> None:
        """After a failure: the person moved, so try again."""
        self._failed = False

    def _must(self) -> RoomId:
        assert self._room is not None  # noqa: S101 - every caller has checked it
        return self._room

    def _ask(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `work` now, or after what runs; of several that wait the last is done."""
        if self._room is None:
            return
        if self._busy:
            self._next = work
            return
        self._failed = False
        self._busy = True
        self._window.expect()
        self._tasks.spawn(self._run(work, self._turn))

    async def _run(self, work: Callable[[], Coroutine[Any, Any, None]], turn: int) -> None:
        try:
            await work()
        except Exception:
            self._failed = self._failed or turn == self._turn
            raise
        finally:
            if turn == self._turn:
                self._finish()
        if turn == self._turn:
            self._loaded()

    def _finish(self) -> None:
        self._busy = False
        self.refresh(self._window.doubtful)
        self._window.settle()
        waiting, self._next = self._next, None
        if waiting is not None:
            self._ask(waiting)

    async def _page(self, around: Position | None, before: int, after: int) -> HistoryPage | None:
        """Read a page; None if the room was left meanwhile."""
        turn = self._turn
        page: Awaitable[HistoryPage] = self._source.page(self._must(), around, before, after)
        result = await page
        return result if turn == self._turn else None

    async def _show(self, around: Position | None, before: int, after: int, done: Done) -> None:
        page = await self._page(around, before, after)
        if page is not None:
            self._window.reset(page)
            done()

    async def _before(self) -> None:
        if not self._window.rows:  # they were deleted while this waited
            return
        page = await self._page(self._window.rows[0].position, PAGE, 0)
        if page is not None:
            self._window.extend_before(page)

    async def _after(self) -> None:
        if not self._window.rows:
            return
        page = await self._page(self._window.rows[-1].position, 0, PAGE + 1)
        if page is not None:
            self._window.extend_after(page)

    async def _refresh(self) -> None:
        first, last = self._stale or (START, START)
        self._stale = None
        start = self._window.index_from(first)
        count = self._window.index_from(last) + 1 - start
        page = await self._page(first, 0, count)
        if page is not None:
            self._window.refresh(page)
