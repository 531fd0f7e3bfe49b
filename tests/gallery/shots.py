"""Runs a gallery entry on a loop of its own until nothing moves, then takes its picture."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.tasks import TaskOwner
from app.ui.theme import Choice, Theme
from tests.gallery.entry import Entry, Stand

TURNS = 40


async def settle(turns: int = TURNS) -> None:
    """Let tasks and Qt's events take turns until both have nothing left to do."""
    for _ in range(turns):
        QApplication.processEvents()
        await asyncio.sleep(0)


def dispose(widget: QWidget) -> None:
    """Delete a widget now; without a loop of Qt's own nothing would do what `deleteLater` asks."""
    widget.hide()
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


async def _shoot(entry: Entry, theme: Theme) -> QImage:
    def fail(error: Exception) -> None:
        raise error

    tasks = TaskOwner(fail)
    widget: QWidget = entry.build(Stand(theme, tasks))
    widget.resize(entry.size)
    widget.show()
    await settle()
    pixmap: QPixmap = widget.grab()
    widget.close()
    await tasks.close()
    dispose(widget)
    await settle(2)
    return pixmap.toImage()


def shoot(entry: Entry, app: QApplication, choice: Choice) -> QImage:
    """Return the picture of an entry in a scheme, at the application's scale."""
    theme = Theme(choice)
    theme.install(app)
    try:
        return asyncio.run(_shoot(entry, theme))
    finally:
        theme.changed.disconnect()
        theme.deleteLater()
