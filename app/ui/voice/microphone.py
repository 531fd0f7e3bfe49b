"""The microphone of this machine, through QtMultimedia."""

from __future__ import annotations

import asyncio
from typing import Literal

from PySide6.QtCore import QCoreApplication, QIODevice, QMicrophonePermission, QObject, Qt, Slot
from PySide6.QtMultimedia import (
    QAudioDevice,
    QAudioFormat,
    QAudioSource,
    QMediaDevices,
    QtAudio,
)

from app.domain.errors import AppError
from app.media.pcm import RATE, Pcm
from app.ui.voice.source import Source

Sample = QAudioFormat.SampleFormat
_KINDS: dict[Sample, Literal["u8", "s16", "s32", "flt"]] = {
    Sample.UInt8: "u8",
    Sample.Int16: "s16",
    Sample.Int32: "s32",
    Sample.Float: "flt",
}


async def microphone() -> Source:
    """Return the microphone, after asking the system whether we may use it.

    Raises AppError("no-microphone" | "microphone-refused").
    """
    device = QMediaDevices.defaultAudioInput()
    if device.isNull():
        raise AppError("no-microphone")
    if not await _permitted():
        raise AppError("microphone-refused")
    return Microphone(device)


async def _permitted() -> bool:
    application, permission = QCoreApplication.instance(), QMicrophonePermission()
    if application is None:
        return False
    status = application.checkPermission(permission)
    if status is Qt.PermissionStatus.Undetermined:
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def hear() -> None:
            if not answered.done():
                answered.set_result(None)

        application.requestPermission(permission, application, hear)
        await answered
        status = application.checkPermission(permission)
    return status is Qt.PermissionStatus.Granted


class Microphone(Source):
    """Gives what the device likes best if it cannot give one channel at 48 kHz."""

    def __init__(self, device: QAudioDevice, parent: QObject | None = None) -> None:
        chosen = _format(device)
        kind = _KINDS.get(chosen.sampleFormat(), "s16")
        super().__init__(Pcm(chosen.sampleRate(), chosen.channelCount(), kind), parent)
        self._source = QAudioSource(device, chosen, self)
        self._devices = QMediaDevices(self)
        self._id = device.id()

    def open(self) -> QIODevice:
        found = self._source.start()
        if self._source.error() is not QtAudio.Error.NoError:
            raise AppError("microphone-unusable")
        self._source.stateChanged.connect(self._on_state)
        self._devices.audioInputsChanged.connect(self._on_devices)
        return found

    def hold(self, *, held: bool) -> None:
        if held:
            self._source.suspend()
        else:
            self._source.resume()

    def close(self) -> None:
        self.blockSignals(True)
        self._source.stop()

    @Slot()  # takes no state: that type cannot be handed over
    def _on_state(self) -> None:
        if self._source.state() is QtAudio.State.StoppedState:
            self.failed.emit(AppError("microphone-lost"))

    def _on_devices(self) -> None:
        if self._id not in [device.id() for device in QMediaDevices.audioInputs()]:
            self.failed.emit(AppError("microphone-lost"))


def _format(device: QAudioDevice) -> QAudioFormat:
    wanted = QAudioFormat()
    wanted.setSampleRate(RATE)
    wanted.setChannelCount(1)
    wanted.setSampleFormat(Sample.Int16)
    return wanted if device.isFormatSupported(wanted) else device.preferredFormat()
