"""Opens and scrolls a conversation of a million messages; prints one JSON object.

`python -m tests.bench.message_list [--rows N] [--stored N]`. The messages are made up as they are
asked for; with `--stored` a second run reads N of them from the real encrypted store. The baseline
is a QListView with a delegate that wraps the same texts, over fewer rows, for it must measure every
one of them.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QListView, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import (
    HistoryPage,
    MessageKind,
    MessageState,
    MessageView,
    Position,
    RoomKind,
    RoomSummary,
)
from app.storage.store import Store
from app.ui.messages import Clock, MessageList, MessageSource
from app.ui.tasks import TaskOwner
from app.ui.theme import Choice, Theme
from tests.bench import storage
from tests.gallery.shots import settle
from tests.storage.support import KEY
from tests.storage.support import ROOM as STORED_ROOM

ROOM = RoomId(b"r" * 16)
NAMES = ("Mara Lindqvist", "Priya Raman", "Jonas Weber", "Noor Haddad")
TEXT = """the lens room is open come up and bring the wide angle notes are at
https://wiki.lan/lens tide table north side first then the south steps before noon 🎉 maybe
later this afternoon"""
WORDS = TEXT.split()
START_MS = 1_700_000_000_000
STEP_MS = 47_000
FRAMES = 400
BASELINE_ROWS = 10_000
SIZE = QSize(830, 720)
Times = list[float]


class Synthetic:
    """Messages that follow from their number; a page costs what a keyset query would."""

    def __init__(self, total: int) -> None:
        self.total = total

    def message(self, ordinal: int) -> MessageView:
        author = (ordinal * 7919 >> 3) % len(NAMES)
        length = 1 + ordinal * 2654435761 % 40
        words = [WORDS[(ordinal * 31 + at * 7) % len(WORDS)] for at in range(length)]
        name = NAMES[author]
        return MessageView(
            ROOM,
            self.place(ordinal),
            PeerId(name.encode().ljust(32)),
            name,
            author == len(NAMES) - 1,
            MessageKind.TEXT,
            " ".join(words),
            START_MS + ordinal * STEP_MS,
            MessageState.READ,
        )

    @staticmethod
    def place(ordinal: int) -> Position:
        event = EventId(hashlib.sha256(ordinal.to_bytes(8, "big")).digest())
        return Position((START_MS + ordinal * STEP_MS) << 16, event)

    def ordinal(self, place: Position) -> int:
        ordinal = ((place.hlc >> 16) - START_MS) // STEP_MS
        return min(max(ordinal, 0), self.total)

    async def page(
        self, room: RoomId, around: Position | None, before: int, after: int
    ) -> HistoryPage:
        assert room == ROOM
        at = self.total if around is None else self.ordinal(around)
        first, end = max(0, at - before), min(self.total, at + after)
        rows = tuple(self.message(ordinal) for ordinal in range(first, end))
        return HistoryPage(rows, first > 0, end < self.total, first, self.total)

    async def position_at(self, _room: RoomId, ordinal: int) -> Position | None:
        return self.place(min(max(ordinal, 0), self.total - 1))


class Stored:
    """The real store, answering as the backend does, without its bookkeeping of states."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def page(
        self, room: RoomId, around: Position | None, before: int, after: int
    ) -> HistoryPage:
        page = await self.store.messages.page(room, around, before, after)
        rows = tuple(
            MessageView(
                row.room,
                row.position,
                row.author,
                NAMES[row.author[0] % len(NAMES)],
                row.author[0] % len(NAMES) == len(NAMES) - 1,
                row.kind,
                row.text,
                row.position.hlc >> 16,
                MessageState.READ,
            )
            for row in page.rows
        )
        return HistoryPage(rows, page.more_before, page.more_after, page.first_ordinal, page.total)

    async def position_at(self, room: RoomId, ordinal: int) -> Position | None:
        return await self.store.messages.position_at(room, ordinal)


class Rows(QAbstractListModel):
    def __init__(self, source: Synthetic) -> None:
        super().__init__()
        self.source = source

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex | None = None) -> int:  # noqa: N802 - Qt's name
        return self.source.total

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.source.message(index.row()).text


class Bubble(QStyledItemDelegate):
    """The plainest bubble there is: a rounded box and wrapped text."""

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        room = QRect(0, 0, 496, 10_000)
        box = option.fontMetrics.boundingRect(room, Qt.TextFlag.TextWordWrap, index.data())
        return QSize(520, box.height() + 18)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        box = option.rect.adjusted(66, 1, -66, -1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawRoundedRect(box, 16, 16)
        painter.drawText(box.adjusted(12, 8, -12, -8), Qt.TextFlag.TextWordWrap, index.data())


def megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def summary(times: Times) -> dict[str, float]:
    return {
        "p50_ms": round(statistics.median(times) * 1000, 2),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1] * 1000, 2),
        "max_ms": round(max(times) * 1000, 2),
    }


def timed(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


async def frames(view: MessageList, step: int) -> Times:
    """Scroll up by `step` pixels a frame; between frames the loop turns as it would live."""
    times = []
    for _ in range(FRAMES):

        def frame() -> None:
            view._scroll(-step)
            view.viewport().repaint()

        times.append(timed(frame))
        await settle(3)
    return times


async def measure_stored(theme: Theme, total: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        store = await storage.fresh(Path(folder))
        await storage.fill(store, total)
        await store.close()
        store = await Store.open(Path(folder), KEY)
        try:
            return await measure(theme, Stored(store), STORED_ROOM, total)
        finally:
            await store.close()


async def measure(
    theme: Theme, source: MessageSource, room: RoomId, total: int
) -> dict[str, object]:
    tasks = TaskOwner()
    view = MessageList(theme, source, tasks, Clock(lambda: datetime.now(UTC), UTC))
    view.resize(SIZE)
    view.show()
    await settle(5)
    before = megabytes()
    begun = time.perf_counter()
    view.open(RoomSummary(room, "", RoomKind.GROUP, 4, 0, None))
    while not view.visible_messages():
        await settle(1)
    view.viewport().repaint()
    opened = time.perf_counter() - begun
    await settle(20)
    small, fling = await frames(view, 40), await frames(view, 900)
    result: dict[str, object] = {
        "rows": total,
        "first_paint_ms": round(opened * 1000, 1),
        "scroll_40px": summary(small),
        "fling_900px": summary(fling),
        "scrolled_back_rows": total - view.stage.window.first_ordinal,
        "extra_mb": round(megabytes() - before, 1),
    }
    view.close()
    await tasks.close()
    return result


async def baseline() -> dict[str, object]:
    view = QListView()
    view.setItemDelegate(Bubble(view))
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setFrameShape(QListView.Shape.NoFrame)
    view.resize(SIZE)
    rows = Rows(Synthetic(BASELINE_ROWS))
    before = megabytes()

    def show() -> None:
        view.setModel(rows)
        view.show()
        view.scrollToBottom()
        view.viewport().repaint()

    opened = timed(show)
    times: dict[int, Times] = {40: [], 900: []}
    for step, found in times.items():
        for _ in range(FRAMES):

            def frame(step: int = step) -> None:
                bar = view.verticalScrollBar()
                bar.setValue(bar.value() - step)
                view.viewport().repaint()

            found.append(timed(frame))
            await settle(3)
    return {
        "rows": BASELINE_ROWS,
        "first_paint_ms": round(opened * 1000, 1),
        "scroll_40px": summary(times[40]),
        "fling_900px": summary(times[900]),
        "extra_mb": round(megabytes() - before, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.message_list")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--stored", type=int, default=0)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(sys.argv[:1])
    theme = Theme(Choice.LIGHT)
    theme.install(app)

    async def both() -> dict[str, object]:
        source = Synthetic(options.rows)
        result: dict[str, object] = {
            "message_list": await measure(theme, source, ROOM, options.rows),
            "baseline_qlistview": await baseline(),
        }
        if options.stored:
            result["message_list_stored"] = await measure_stored(theme, options.stored)
        return result

    sys.stdout.write(json.dumps(asyncio.run(both())) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
