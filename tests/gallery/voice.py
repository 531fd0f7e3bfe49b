"""Voice messages, sounds and films: in the conversation, and while one is recorded."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.domain.errors import AppError
from app.domain.files import Lane, TransferState, TransferView, Voice
from app.domain.ids import EventId
from app.domain.views import MessageState
from app.media.look_wire import Look
from app.ui.files.film_viewer import FilmViewer
from app.ui.session import Session
from app.ui.voice.sounding import Sounding
from app.ui.voice.source import Source
from tests.gallery import demo
from tests.gallery.entry import Entry, Stand
from tests.gallery.files import JONAS, MARA, PRIYA, _scene
from tests.gallery.shots import settle
from tests.gallery.windows import MIDDLE, SURVEY, sheet, window
from tests.media.samples import tone
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import FROZEN_MS
from tests.ui.fake_transfers import FOLDER
from tests.ui.voice.tones import ToneSource

WAVE = bytes(
    round(255 * abs(math.sin(at / 5.3) * math.sin(at / 17) * 0.8 + 0.2 * math.sin(at * 1.7)))
    for at in range(96)
)
HERE = str(FOLDER / "x.ogg")
DONE = TransferState.DONE
NAME = "Voice 2025-11-21 09.52.00.ogg"


def voices() -> FakeBackend:
    """Voice messages in every state, then a sound and films."""
    backend = demo.full()
    room = backend.chats.book[SURVEY]
    room.messages.clear()
    at, me = FROZEN_MS - 30 * demo.MINUTE, backend.chats.me

    def put(author: str, ms: int, number: int, name: str = NAME, **how_far: Any) -> TransferView:
        voice = Voice(ms, WAVE) if ms else None
        sent = MessageState.READ
        size = 43_000 if ms else 5_100_000
        when = at + number * 1000
        return backend.transfers.put(
            SURVEY, author, name, size, at_ms=when, sent=sent, voice=voice, **how_far
        )

    put(JONAS, 12_400, 0)
    put(JONAS, 7_000, 1, state=TransferState.WAITING)
    put(MARA, 64_000, 2, state=TransferState.RUNNING, done=21_000, rate=9e5, lane=Lane.DIRECT)
    put(MARA, 5_300, 3, state=DONE, path=HERE)
    put(MARA, 192_000, 4, state=DONE, path=HERE)
    put(PRIYA, 900, 5, state=TransferState.FAILED, reason="disk-full")
    put(me, 31_000, 6, state=DONE, path=HERE)
    put(me, 31_000, 7, path=HERE)
    put(PRIYA, 0, 8, name="harbour bell.mp3", state=DONE, path=HERE)
    put(me, 0, 9, name="jingle, second version.flac", state=DONE, path=HERE)
    put(PRIYA, 0, 10, name="lens room.mp4", state=DONE, path=HERE)
    room.read_to = room.messages[-1].position
    return backend


def _sounding(views: list[TransferView]) -> dict[EventId, Sounding]:
    new, playing, _, own, _, bell, jingle, _ = (each.transfer for each in views[3:])
    return {
        new: Sounding(new=True),
        playing: Sounding(True, True, 81_000, 192_000, 1.5),
        own: Sounding(at_ms=9_000, ms=31_000),
        bell: Sounding(True, False, 60_000, 204_000),
        jingle: Sounding(),
    }


async def _voices(session: Session, backend: FakeBackend) -> None:
    views = sorted(backend.transfers.book.values(), key=lambda view: view.offered_ms)
    stands = _sounding(views)
    files = session.view.messages.stage.measurer.files
    poster = QImage(str(_scene())).scaledToWidth(320)

    def seen(view: TransferView) -> Look | None:
        ends = {".mp3": Look(204_000, has_sound=True), ".flac": Look(31_000, has_sound=True)}
        ends[".mp4"] = Look(83_000, has_sound=True, has_film=True)
        return next((look for end, look in ends.items() if view.name.endswith(end)), None)

    def now(event: EventId, ms: int) -> Sounding:
        found = stands.get(event, Sounding())
        return found if found.ms else replace(found, ms=ms)

    files.sounds.seen, files.sounds.now = seen, now
    files.find = lambda view: poster if view.name.endswith(".mp4") else None
    await session.conversation.open(SURVEY)
    await settle(4)


class _Waves(ToneSource):
    """Sounds as somebody who speaks."""

    def speak(self, seconds: float) -> None:
        for at in range(round(seconds * 10)):
            share = 0.02 + 0.5 * abs(math.sin(at / 2.3) * math.sin(at / 9)) ** 2
            self.device.give(tone(self.pcm, 0.1, share))


async def _record(session: Session, _backend: FakeBackend) -> None:
    """Nine seconds were spoken."""
    source = _Waves()

    async def found() -> Source:
        return source

    await session.conversation.open(SURVEY)
    await settle(4)
    speaking = session.files.media.speaking
    speaking.open_source = found
    speaking.begin()
    await settle(4)
    source.speak(9.4)
    await settle(2)


async def _held(session: Session, backend: FakeBackend) -> None:
    await _record(session, backend)
    session.files.media.speaking.hold()


async def _failed(session: Session, backend: FakeBackend) -> None:
    await _record(session, backend)
    session.files.media.speaking.recorder._on_failed(AppError("microphone-lost"))


async def _without(session: Session, _backend: FakeBackend) -> None:
    async def none() -> Source:
        raise AppError("no-microphone")

    await session.conversation.open(SURVEY)
    session.files.media.speaking.open_source = none
    session.files.media.speaking.begin()
    await settle(4)


def _film(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    view = next(iter(reversed(voices().transfers.book.values())))
    made = FilmViewer(stand.theme, parent, view, QImage(str(_scene())))
    made.engine.lasts.emit(83_000)
    made.engine.moved.emit(25_000)
    made.show()
    return made


ENTRIES = {
    "voices": Entry(window(voices, _voices), QSize(1000, 1350)),
    "recording": Entry(window(demo.full, _record), MIDDLE),
    "recording-held": Entry(window(demo.full, _held), MIDDLE),
    "recording-lost": Entry(window(demo.full, _failed), MIDDLE),
    "no-microphone": Entry(window(demo.full, _without), MIDDLE),
    "film-viewer": Entry(sheet(_film), MIDDLE),
}
