"""Where sound comes from: a microphone, or in tests something that makes it."""

from __future__ import annotations

from PySide6.QtCore import QIODevice, QObject, Signal

from app.media.pcm import Pcm


class Source(QObject):
    """Gives samples of the kind `pcm` through a device of Qt's.

    `failed` carries an AppError when nothing more will come.
    """

    failed = Signal(object)

    def __init__(self, pcm: Pcm, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pcm = pcm

    def open(self) -> QIODevice:
        """Begin; what comes can be read whenever the device says so. Raises AppError."""
        raise NotImplementedError

    def hold(self, *, held: bool) -> None:
        """Give nothing for a while, or go on."""
        raise NotImplementedError

    def close(self) -> None:
        """Give nothing more and let go of the device."""
        raise NotImplementedError
