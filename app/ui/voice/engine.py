"""Plays a file, through QtMultimedia."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer

from app.domain.errors import AppError

Status = QMediaPlayer.MediaStatus
_LOADED = (Status.LoadedMedia, Status.BufferedMedia)
_NOT_YET = (Status.LoadingMedia, Status.NoMedia)


def know_overrides(one: QObject) -> None:
    """Let PySide find out now that Python overrides nothing of an object that it has made.

    It asks once, for which it takes Python's lock. If a thread of Qt's player is the first to end a
    connection, it waits for that lock while we, who hold it, wait for that thread: for ever.
    """
    one.destroyed.connect(one.deleteLater)
    one.destroyed.disconnect(one.deleteLater)


class Engine(QObject):
    """`moved` carries where it is in ms, `failed` an AppError."""

    moved = Signal(int)
    lasts = Signal(int)
    ended = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.media = QMediaPlayer(self)
        self.sound = QAudioOutput(self)
        know_overrides(self.media)
        know_overrides(self.sound)
        self.media.setAudioOutput(self.sound)
        self.media.setPitchCompensation(True)
        self._devices = QMediaDevices(self)
        self._devices.audioOutputsChanged.connect(self._follow_device)
        self._from = 0
        self._unheard = False
        self.media.positionChanged.connect(self._on_moved)
        self.media.durationChanged.connect(self.lasts.emit)
        self.media.mediaStatusChanged.connect(self._on_status)
        self.media.errorOccurred.connect(self._on_error)

    @property
    def is_playing(self) -> bool:
        return self.media.playbackState() is QMediaPlayer.PlaybackState.PlayingState

    def load(self, path: str, at_ms: int = 0) -> None:
        """Take up a file, to be played from there."""
        self._from = at_ms
        self.media.setSource(QUrl.fromLocalFile(path))

    def play(self) -> None:
        self._unheard = False
        self._look_for_speaker()
        self.media.play()

    def pause(self) -> None:
        self.media.pause()

    def seek(self, ms: int) -> None:
        """Go on from there, also if it is not loaded yet."""
        if self.media.mediaStatus() in _NOT_YET:
            self._from = ms
        else:
            self.media.setPosition(ms)

    def set_rate(self, rate: float) -> None:
        """Play so many times as fast."""
        self.media.setPlaybackRate(rate)

    def set_volume(self, share: float, *, muted: bool = False) -> None:
        self.sound.setVolume(share)
        self.sound.setMuted(muted)

    def stop(self) -> None:
        """Let go of the file."""
        self.media.stop()
        self.media.setSource(QUrl())

    def _on_moved(self, ms: int) -> None:
        if not self._from:
            self.moved.emit(ms)

    def _look_for_speaker(self) -> None:
        """Say once for each time it is played that nobody hears it."""
        silent = self.media.hasAudio() and not QMediaDevices.audioOutputs()
        if silent and not self._unheard:
            self._unheard = True
            self.failed.emit(AppError("no-speaker"))

    def _on_status(self, status: QMediaPlayer.MediaStatus) -> None:
        if status in _LOADED:
            self._look_for_speaker()
        if self._from and status in _LOADED:
            at, self._from = self._from, 0
            self.media.setPosition(at)
        elif status is Status.EndOfMedia:
            self.ended.emit()
        elif status is Status.InvalidMedia:
            self.failed.emit(AppError("cannot-play"))

    def _on_error(self, error: QMediaPlayer.Error, _words: str) -> None:
        if error is not QMediaPlayer.Error.NoError:
            self.failed.emit(AppError("cannot-play"))

    def _follow_device(self) -> None:
        self.sound.setDevice(QMediaDevices.defaultAudioOutput())
