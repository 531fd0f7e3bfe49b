"""Finds the entry and shows it."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from pathlib import Path

import qasync
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from app.ui.tasks import TaskOwner
from app.ui.theme import Choice, Theme
from tests.gallery.entries import ENTRIES
from tests.gallery.entry import Entry, Stand
from tests.gallery.shots import shoot


def run(name: str | None, dark: bool, out: Path | None, size: str | None) -> int:
    """Show the entry `name`, or write its picture to `out`; return the exit code."""
    if name not in ENTRIES:
        sys.stdout.write("\n".join(ENTRIES) + "\n")
        return 2
    entry = ENTRIES[name]
    if size:
        width, _, height = size.partition("x")
        entry = dataclasses.replace(entry, size=QSize(int(width), int(height)))
    app = QApplication(sys.argv[:1])
    choice = Choice.DARK if dark else Choice.LIGHT
    if out is None:
        return _show(entry, app, choice)
    return 0 if shoot(entry, app, choice).save(str(out)) else 1


def _show(entry: Entry, app: QApplication, choice: Choice) -> int:
    theme = Theme(choice)
    theme.install(app)

    app.setQuitOnLastWindowClosed(False)

    async def live() -> None:
        closed = asyncio.Event()
        app.lastWindowClosed.connect(closed.set)
        tasks = TaskOwner()
        widget = entry.build(Stand(theme, tasks))
        widget.resize(entry.size)
        widget.show()
        await closed.wait()
        await tasks.close()

    with qasync.QEventLoop(app) as loop:
        loop.run_until_complete(live())
    return 0
