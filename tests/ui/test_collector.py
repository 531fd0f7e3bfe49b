from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.ui.collector import collect_if_due, collecting_here


class Knot(QObject):
    """An object that only a collection ends, and that tells on which thread it ended."""

    def __init__(self, ended_on: list[int]) -> None:
        super().__init__()
        self.itself = self
        weakref.finalize(self, lambda: ended_on.append(threading.get_ident()))


def allocate() -> None:
    keep = [[number] for number in range(20_000)]
    assert len(keep) == 20_000


def test_no_other_thread_destroys_what_belongs_to_qt(qtbot: QtBot) -> None:
    gc.collect()
    ended_on: list[int] = []
    with collecting_here():
        Knot(ended_on)
        other = threading.Thread(target=allocate)
        other.start()
        other.join()
        assert ended_on == []
        kept: list[object] = []

        def has_ended() -> bool:
            # Widgets of earlier tests that are freed meanwhile count against what is allocated.
            kept.append([[number] for number in range(gc.get_threshold()[0])])
            return bool(ended_on)

        qtbot.waitUntil(has_ended, timeout=60_000)
    assert ended_on == [threading.get_ident()]
    assert gc.isenabled()


def test_nothing_is_collected_before_its_time() -> None:
    gc.collect()
    with collecting_here():
        before = [each["collections"] for each in gc.get_stats()]
        collect_if_due()
        assert [each["collections"] for each in gc.get_stats()] == before


def test_a_program_that_collects_by_hand_stays_so() -> None:
    gc.disable()
    try:
        with collecting_here():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
