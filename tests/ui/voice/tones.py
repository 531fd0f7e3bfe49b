"""A source of sound that needs no microphone: a real device of Qt's that makes a tone."""

from __future__ import annotations

from PySide6.QtCore import QIODevice, QObject, QTimer

from app.domain.errors import AppError
from app.media.pcm import Pcm
from app.ui.voice.source import Source
from tests.media.samples import tone

CHUNK_S = 0.1
EVERY_MS = 5


class ToneDevice(QIODevice):
    """Has so many seconds more to give at every tick, much faster than time goes."""

    def __init__(self, pcm: Pcm, share: float, parent: QObject) -> None:
        super().__init__(parent)
        self._chunk = tone(pcm, CHUNK_S, share)
        self._there = b""
        self.timer = QTimer(self)
        self.timer.setInterval(EVERY_MS)
        self.timer.timeout.connect(self.tick)

    def tick(self) -> None:
        self.give(self._chunk)

    def give(self, pcm: bytes) -> None:
        self._there += pcm
        self.readyRead.emit()

    def isSequential(self) -> bool:  # noqa: N802 - Qt's
        return True

    def bytesAvailable(self) -> int:  # noqa: N802 - Qt's
        return len(self._there) + super().bytesAvailable()

    def readData(self, most: int) -> object:  # noqa: N802 - Qt's
        given, self._there = self._there[:most], self._there[most:]
        return given

    def writeData(self, _data: object, _size: int) -> int:  # noqa: N802 - Qt's
        return -1


class ToneSource(Source):
    """Ticks by itself unless told not to."""

    def __init__(self, pcm: Pcm | None = None, share: float = 0.6, *, ticks: bool = False) -> None:
        super().__init__(pcm or Pcm())
        self.device = ToneDevice(self.pcm, share, self)
        self.ticks = ticks
        self.failing = ""
        self.closed = False

    def open(self) -> QIODevice:
        if self.failing:
            raise AppError(self.failing)
        self.device.open(QIODevice.OpenModeFlag.ReadOnly)
        self.hold(held=False)
        return self.device

    def hold(self, *, held: bool) -> None:
        if held or not self.ticks:
            self.device.timer.stop()
        else:
            self.device.timer.start()

    def close(self) -> None:
        self.closed = True
        self.device.timer.stop()
        self.device.close()

    def speak(self, seconds: float) -> None:
        """Give so much at once."""
        for _ in range(round(seconds / CHUNK_S)):
            self.device.tick()
