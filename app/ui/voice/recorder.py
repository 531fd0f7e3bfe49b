"""One recording at a time, from the first sound until it is sent or given up."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QIODevice, QObject, Signal

from app.domain.errors import AppError
from app.media.pcm import Spoken
from app.ui.voice.source import Source

if TYPE_CHECKING:
    from app.media.voice import VoiceEncoder

LONGEST_MS = 15 * 60 * 1000
SHORTEST_MS = 300
"""Less than that is a slip of the finger."""


class State(Enum):
    """`ENDED`: nothing more comes, but what there is can be sent."""

    IDLE = "idle"
    RECORDING = "recording"
    PAUSED = "paused"
    ENDED = "ended"


class Recorder(QObject):
    """`changed` tells of another state, and of each bit of sound; `failed` carries an AppError."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None, longest_ms: int = LONGEST_MS) -> None:
        super().__init__(parent)
        self._longest = longest_ms
        self._source: Source | None = None
        self._device: QIODevice | None = None
        self._encoder: VoiceEncoder | None = None
        self.state = State.IDLE

    @property
    def ms(self) -> int:
        """How long it is so far."""
        return self._encoder.ms if self._encoder is not None else 0

    @property
    def levels(self) -> bytes:
        """How loud it was, 50 values for each second."""
        return bytes(self._encoder.levels) if self._encoder is not None else b""

    @property
    def is_full(self) -> bool:
        return self.ms >= self._longest

    def begin(self, source: Source) -> None:
        """Record from here; what was recorded before and not sent is gone. Raises AppError."""
        from app.media.voice import VoiceEncoder  # noqa: PLC0415 - loaded at first use

        self.drop()
        source.setParent(self)
        device = source.open()
        self._source, self._device = source, device
        self._encoder = VoiceEncoder(source.pcm)
        device.readyRead.connect(self._read)
        source.failed.connect(self._on_failed)
        self._become(State.RECORDING)

    def pause(self) -> None:
        if self._source is not None and self.state is State.RECORDING:
            self._read()
            if self.state is State.RECORDING:
                self._source.hold(held=True)
                self._become(State.PAUSED)

    def resume(self) -> None:
        if self._source is not None and self.state is State.PAUSED:
            self._source.hold(held=False)
            self._become(State.RECORDING)

    def finish(self) -> Spoken | None:
        """Return what was recorded, None if that is nothing; it is over then."""
        self._read()
        self._let_go()
        encoder, self._encoder = self._encoder, None
        found = encoder.finish() if encoder is not None else None
        self._become(State.IDLE)
        return found if found is not None and found.ms >= SHORTEST_MS else None

    def drop(self) -> None:
        """Give up what was recorded."""
        self._let_go()
        encoder, self._encoder = self._encoder, None
        if encoder is not None:
            encoder.close()
            self._become(State.IDLE)

    def _read(self) -> None:
        if self._device is None or self._encoder is None or self.state is not State.RECORDING:
            return
        came = self._device.readAll().data()
        if came:
            self._encoder.feed(bytes(came))
        if self.is_full:
            self._let_go()
            self._become(State.ENDED)
        elif came:
            self.changed.emit()

    def _on_failed(self, error: AppError) -> None:
        self._read()
        self._let_go()
        self._become(State.ENDED)
        self.failed.emit(error)

    def _let_go(self) -> None:
        source, self._source = self._source, None
        device, self._device = self._device, None
        if source is None or device is None:
            return
        device.readyRead.disconnect(self._read)
        source.failed.disconnect(self._on_failed)
        source.close()
        source.deleteLater()

    def _become(self, state: State) -> None:
        self.state = state
        self.changed.emit()
