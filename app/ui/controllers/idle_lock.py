"""Notices that nobody types, clicks or points any more."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer

_SIGNS_OF_LIFE = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.InputMethod,
        QEvent.Type.WindowActivate,
    }
)
MINUTE_MS = 60_000


class IdleLock(QObject):
    """Calls `lock` once when there was no input in any window for the minutes that are set."""

    def __init__(self, parent: QObject, lock: Callable[[], object]) -> None:
        super().__init__(parent)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(lock)
        self._watching = False

    def set_minutes(self, minutes: int) -> None:
        """Wait this long from now on; 0 for ever."""
        self.stop()
        application = QCoreApplication.instance()
        if minutes > 0 and application is not None:
            application.installEventFilter(self)
            self._watching = True
            self.timer.start(minutes * MINUTE_MS)

    def stop(self) -> None:
        """Watch no more."""
        self.timer.stop()
        application = QCoreApplication.instance()
        if self._watching and application is not None:
            application.removeEventFilter(self)
        self._watching = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _SIGNS_OF_LIFE and self.timer.isActive():
            self.timer.start()
        return super().eventFilter(watched, event)
