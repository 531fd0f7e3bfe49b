"""Which message is the current one for keys, and which flashes because one was led to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer

from app.domain.views import MessageView, Position
from app.ui.messages.rows import ShownRow

FLASH_MS = 1400


class Marks(QObject):
    """`changed` is called when something is to be painted otherwise."""

    def __init__(self, changed: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.current: Position | None = None
        self.flash: Position | None = None
        self._changed = changed
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FLASH_MS)
        self._timer.timeout.connect(self._fade)

    def clear(self) -> None:
        """Another room is shown."""
        self.current = self.flash = None
        self._timer.stop()

    def flash_at(self, place: Position) -> None:
        """Let this message stand out for a moment."""
        self.flash = place
        self._timer.start()
        self._changed()

    def find(self, rows: Sequence[ShownRow]) -> ShownRow | None:
        """Return the current row if it is among `rows`, else the last one."""
        found = [row for row in rows if row.item.message.position == self.current]
        return next(iter(found or rows[-1:]), None)

    def step(
        self, rows: Sequence[MessageView], visible: ShownRow | None, by: int
    ) -> Position | None:
        """Make the next (`by` 1) or previous (-1) of `rows` current, or `visible` to begin with."""
        places = [row.position for row in rows]
        if self.current in places:
            at = min(max(places.index(self.current) + by, 0), len(places) - 1)
            self.current = places[at]
        elif visible is not None:
            self.current = visible.item.message.position
        self._changed()
        return self.current

    def _fade(self) -> None:
        self.flash = None
        self._changed()
