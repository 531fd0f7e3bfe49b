"""Collects garbage on the window's thread alone.

Python collects on whatever thread happens to allocate, the database's for one, and Qt objects
must not be destroyed on any thread but their own.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QTimer

EVERY_MS = 500


@contextmanager
def collecting_here() -> Iterator[None]:
    """Collect on this thread, which has to run a Qt loop, until the block ends."""
    was_enabled = gc.isenabled()
    timer = QTimer()
    timer.setInterval(EVERY_MS)
    timer.timeout.connect(collect_if_due)
    timer.start()
    gc.disable()
    try:
        yield
    finally:
        timer.stop()
        if was_enabled:
            gc.enable()


def collect_if_due() -> None:
    """Collect the oldest generation whose time has come by the interpreter's own thresholds."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    due = [age for age in range(3) if thresholds[age] and counts[age] > thresholds[age]]
    if due:
        gc.collect(max(due))
