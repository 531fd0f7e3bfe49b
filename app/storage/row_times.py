"""Between which row numbers a stretch of time lies, so that search need not look outside.

Rows are numbered as they arrive, which is mostly the order of their time. For each block of
numbers the earliest and the latest time are kept in memory; only new rows are read for that.
"""

from __future__ import annotations

from app.storage.database import Database

BLOCK = 1024

_TIMES = (
    f"SELECT id / {BLOCK}, min(hlc), max(hlc) FROM message WHERE id >= ? "  # noqa: S608 - a number
    "GROUP BY 1 ORDER BY 1"
)


class RowTimes:
    """Call it on the database's thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._generation = -1
        self._blocks: dict[int, tuple[int, int]] = {}

    def numbers(self, first: int, end: int) -> tuple[int, int]:
        """Return bounds (both inclusive) of the numbers of all rows with first <= hlc < end."""
        self._refresh()
        found = [
            block
            for block, (earliest, latest) in self._blocks.items()
            if earliest < end and latest >= first
        ]
        if not found:
            return 0, -1
        return min(found) * BLOCK, max(found) * BLOCK + BLOCK - 1

    def _refresh(self) -> None:
        if self._generation != self._database.generation:
            self._generation = self._database.generation
            self._blocks.clear()
        known = max(self._blocks, default=0)
        for block, earliest, latest in self._database.execute(_TIMES, (known * BLOCK,)):
            self._blocks[block] = (earliest, latest)
