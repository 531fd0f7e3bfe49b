"""The whole window in its states, and the dialogs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.domain.changes import ServerState
from app.ui.main_window import MainWindow
from app.ui.messages import Clock
from app.ui.session import Session
from tests.gallery import demo
from tests.gallery.entry import Entry, Stand, frozen_now
from tests.ui.fake_backend import FakeBackend, room_of

WIDE, MIDDLE, NARROW, SMALL = QSize(1440, 940), QSize(1100, 720), QSize(600, 800), QSize(380, 700)
SURVEY = room_of("Lighthouse Survey")

Then = Callable[[Session, FakeBackend], Coroutine[None, None, None]]


async def _nothing(_session: Session, _backend: FakeBackend) -> None:
    pass


async def _survey(session: Session, backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    backend.chats.set_typing(SURVEY, "Priya Raman", active=True)
    backend.chats.set_typing(room_of("Priya Raman"), "Priya Raman", active=True)
    session.composer.set_text("On my way, ten minutes")


async def _no_server(session: Session, backend: FakeBackend) -> None:
    backend.network.set_server(demo.SERVER, ServerState.OFFLINE, 4.4)
    session.network.end_grace()
    await session.conversation.open(room_of("Kenji Sato"))


async def _find(session: Session, _backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    session.find.open()
    session.view.find_bar.field.setText("the")


async def _arabic(session: Session, _backend: FakeBackend) -> None:
    await session.conversation.open(room_of("ليلى حداد"))
    session.composer.set_text("نعم، شكرا\nوسأرسل الباقي غدا")


async def _long_name(session: Session, _backend: FakeBackend) -> None:
    rooms = await session.conversation._chats.rooms()
    await session.conversation.open(max(rooms, key=lambda room: len(room.name)).room)


async def _unsent(session: Session, backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    backend.chats.failing = demo.FULL_DISK
    session.composer.set_text("This could not be stored.\nIt stays here.")
    session.composer.submit()


def window(make: Callable[[], FakeBackend], then: Then) -> Callable[[Stand], QWidget]:
    """A window over a made-up backend, brought into a state by `then`."""

    def build(stand: Stand) -> QWidget:
        shown = MainWindow(stand.theme, Clock(frozen_now, frozen_now().tzinfo))
        backend = make()
        backend.settings["theme"] = stand.theme.choice.value
        session = Session(shown, backend, shown.close)

        async def start() -> None:
            await session.start()
            await then(session, backend)

        stand.tasks.spawn(start())
        return shown

    return build


ENTRIES = {
    "window": Entry(window(demo.full, _survey), WIDE),
    "window-empty": Entry(window(demo.first_start, _nothing), MIDDLE),
    "window-no-server": Entry(window(demo.full, _no_server), MIDDLE),
    "window-find": Entry(window(demo.full, _find), MIDDLE),
    "window-arabic": Entry(window(demo.full, _arabic), MIDDLE),
    "window-long-name": Entry(window(demo.full, _long_name), MIDDLE),
    "window-unsent": Entry(window(demo.full, _unsent), MIDDLE),
    "window-narrow": Entry(window(demo.full, _survey), NARROW),
    "window-small": Entry(window(demo.full, _survey), SMALL),
    "window-small-list": Entry(window(demo.full, _nothing), SMALL),
    "window-small-empty": Entry(window(demo.first_start, _nothing), SMALL),
}
