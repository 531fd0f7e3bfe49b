"""How long switching conversations takes, from the key press to the painted messages.

    xvfb-run -a python -m tests.bench.switching [--rooms 50] [--great 5] [--rows 100000]

The window, its services and its encrypted store are the real ones; `--great` of the rooms hold
`--rows` messages, the others a few hundred. Prints one JSON object, in ms: `next` presses
Alt+Down and Alt+Up, `great` jumps between the large rooms by their numbers. Baselines of the same
run: painting the shown messages once more, and reading one page of a large room.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import app.ui  # noqa: F401 - ahead of Qt, as in the program

# isort: split
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.bootstrap import build
from app.crypto.identity import Identity
from app.domain.clock import compose
from app.domain.events import Text
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.room import Content, RowAdded
from app.domain.views import MessageKind, Position, RoomKind
from app.services.backend import ParlorBackend, Transports
from app.services.me import Me
from app.storage.store import Store
from app.ui.main_window import MainWindow
from app.ui.messages.pager import PAGE
from app.ui.session import Session
from app.ui.theme import Choice, Theme
from tests.bench.message_list import summary
from tests.bench.storage import CHUNK, words
from tests.services.world import NoServer
from tests.storage.support import KEY, NOW_MS, author, record
from tests.support.memory_link import MemoryTransport
from tests.support.memory_signaling import MemorySignaling

AIM_P95_MS = 50.0
FEW = 300
REST_S = 0.12
"""So long everything may settle between two switches, as a person's hand does."""
ROUNDS = 60
ME = Identity(bytes([77]) * 32)
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


async def fill(store: Store, room: RoomId, rows: int, chance: random.Random) -> None:
    """Put texts of a few people into the read tables, as commits do."""
    people = [author(number).peer for number in range(1, 6)]

    def add(first: int) -> None:
        number = store.log._catalog.room(room)
        added = [
            row(room, chance, people[n % 5], n) for n in range(first, min(first + CHUNK, rows))
        ]
        store.messages._tables.add(number, added)
        store._database.execute(
            "UPDATE room SET total = total + ?1, unread = unread + ?1, last_hlc = ?2 WHERE id = ?3",
            (len(added), added[-1].content.position.hlc, number),
        )

    for first in range(0, rows, CHUNK):
        await store._database.write(partial(add, first))
    page = await store.messages.page(room, None, 1, 0)
    await store.marks.mark_read(room, page.rows[-1].position, ME.peer)


def row(room: RoomId, chance: random.Random, peer: PeerId, number: int) -> RowAdded:
    position = Position(compose(NOW_MS + number * 1000), EventId(chance.randbytes(32)))
    text = words(chance, 1 + int(chance.paretovariate(1)) % 40)
    return RowAdded(Content(room, peer, number + 1, position, Text(text)), MessageKind.TEXT, text)


@asynccontextmanager
async def started(folder: Path, rooms: int, great: int, rows: int) -> AsyncIterator[ParlorBackend]:
    """Yield the services of a profile with so many rooms."""
    store, chance = await Store.open(folder, KEY, ME.peer), random.Random(7)
    for number in range(rooms):
        made = record(number.to_bytes(32, "big"), RoomKind.GROUP)
        await store.rooms.add(made)
        await fill(store, made.room, rows if number < great else FEW, chance)
    await store.close()
    store = await Store.open(folder, KEY, ME.peer)
    transports = Transports(MemoryTransport({}), MemorySignaling({}), NoServer())
    backend = build(Me(ME, "Ana"), store, transports)
    await backend.start()
    try:
        yield backend
    finally:
        await backend.close()


class Eye(QObject):
    """Tells when messages of another room than the one before have been painted."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._painted = session, asyncio.Event()
        self._before: RoomId | None = None
        session.view.messages.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._look)  # the list paints after this, and the frame goes out
        return super().eventFilter(watched, event)

    def _look(self) -> None:
        shown = self._session.view.messages.visible_messages()
        if shown and shown[0].room != self._before:
            self._painted.set()

    async def switch(self, press: Callable[[], object]) -> float:
        """Return the seconds from a key press to the frame with another room's messages."""
        self._before = self._session.conversation.room
        self._painted.clear()
        begun = time.perf_counter()
        press()
        await asyncio.wait_for(self._painted.wait(), 10)
        taken = time.perf_counter() - begun
        await asyncio.sleep(REST_S)
        return taken


async def measure(window: MainWindow, backend: ParlorBackend, great: int) -> dict[str, object]:
    session = Session(window, backend, lambda: None)
    await session.start()
    window.show()
    window.activateWindow()
    eye = Eye(session)

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier) -> Callable[[], None]:
        return lambda: QTest.keyClick(window, key, modifier)

    number = [press(Qt.Key(Qt.Key.Key_1.value + n), CTRL) for n in range(min(great, 9))]
    await asyncio.sleep(1)
    await eye.switch(number[0])
    jumps = [await eye.switch(number[n % len(number)]) for n in range(1, ROUNDS + 1)]
    down, up = press(Qt.Key.Key_Down, ALT), press(Qt.Key.Key_Up, ALT)
    if ROUNDS % len(number):
        await eye.switch(number[0])
    rooms = window.rooms.conversations()
    span = len(rooms) - 1
    steps = [await eye.switch(up if n // span % 2 else down) for n in range(ROUNDS)]
    result: dict[str, object] = {
        "aim_p95_ms": AIM_P95_MS,
        "platform": QApplication.platformName(),
        "great": summary(jumps),
        "next": summary(steps),
        "baseline_repaint": summary([repainted(session) for _ in range(ROUNDS)]),
        "baseline_page": summary([await paged(backend, rooms[0].room) for _ in range(ROUNDS)]),
    }
    await session.close()
    return result


def repainted(session: Session) -> float:
    begun = time.perf_counter()
    session.view.repaint()
    return time.perf_counter() - begun


async def paged(backend: ParlorBackend, room: RoomId) -> float:
    begun = time.perf_counter()
    await backend.chats.page(room, None, PAGE, 0)
    return time.perf_counter() - begun


async def run(window: MainWindow, options: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        sizes = (options.rooms, options.great, options.rows)
        async with started(Path(folder), *sizes) as backend:
            profiler = cProfile.Profile()
            if options.profile:
                profiler.enable()
            result = await measure(window, backend, options.great)
            if options.profile:
                profiler.disable()
                pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(45)
    return {"rooms": options.rooms, "great_rooms": options.great, "rows": options.rows, **result}


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.switching")
    parser.add_argument("--rooms", type=int, default=50)
    parser.add_argument("--great", type=int, default=5)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    theme = Theme(Choice.LIGHT)
    theme.install(application)
    window = MainWindow(theme)
    with asyncio.Runner(loop_factory=partial(QEventLoop, application)) as runner:
        result = runner.run(run(window, options))
    sys.stdout.write(json.dumps(result, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
