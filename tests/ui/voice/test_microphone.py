"""Whether the microphone may be used, and in which form it gives its sound."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtMultimedia import QAudioFormat

from app.domain.errors import AppError
from app.ui.voice import microphone as module

Status = Qt.PermissionStatus
pytestmark = pytest.mark.usefixtures("qapp")


class System:
    """Asks the person when it does not know, who answers so."""

    def __init__(self, status: Status, answer: Status) -> None:
        self.status, self.answer, self.asked = status, answer, 0

    def checkPermission(self, _permission: object) -> Status:  # noqa: N802 - Qt's
        return self.status

    def requestPermission(  # noqa: N802 - Qt's
        self, _permission: object, _context: object, hear: Callable[[], None]
    ) -> None:
        self.asked += 1
        self.status = self.answer
        hear()
        hear()


def let(monkeypatch: pytest.MonkeyPatch, system: System | None, *, there: bool = True) -> None:
    device = SimpleNamespace(isNull=lambda: not there)
    devices = SimpleNamespace(defaultAudioInput=lambda: device)
    monkeypatch.setattr(module, "QMediaDevices", devices)
    monkeypatch.setattr(module, "QCoreApplication", SimpleNamespace(instance=lambda: system))
    monkeypatch.setattr(module, "Microphone", lambda found: ("microphone", found is device))


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [(Status.Granted, Status.Granted, 0), (Status.Undetermined, Status.Granted, 1)],
)
async def test_it_may_be_used(
    monkeypatch: pytest.MonkeyPatch, before: Status, after: Status, asked: int
) -> None:
    system = System(before, after)
    let(monkeypatch, system)
    assert await module.microphone() == ("microphone", True)  # type: ignore[comparison-overlap]
    assert system.asked == asked


@pytest.mark.parametrize("before", [Status.Denied, Status.Undetermined])
async def test_it_may_not(monkeypatch: pytest.MonkeyPatch, before: Status) -> None:
    let(monkeypatch, System(before, Status.Denied))
    with pytest.raises(AppError, match="microphone refused"):
        await module.microphone()


async def test_there_is_none_or_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    let(monkeypatch, None)
    with pytest.raises(AppError, match="microphone refused"):
        await module.microphone()
    let(monkeypatch, None, there=False)
    with pytest.raises(AppError, match="no microphone"):
        await module.microphone()


@pytest.mark.parametrize("can", [True, False])
def test_what_the_device_can_is_taken(*, can: bool) -> None:
    liked = QAudioFormat()
    liked.setSampleRate(44_100)
    liked.setChannelCount(2)
    liked.setSampleFormat(QAudioFormat.SampleFormat.Float)
    device = SimpleNamespace(isFormatSupported=lambda _format: can, preferredFormat=lambda: liked)
    found = module._format(device)  # type: ignore[arg-type]
    assert (found.sampleRate(), found.channelCount()) == ((48_000, 1) if can else (44_100, 2))
