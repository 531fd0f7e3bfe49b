"""What is kept in sight or put away: pins, the archive, mutes; forwarding; going to a day."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QWidget

from app.domain.changes import RoomChanged
from app.ui.dialogs.forward import ForwardSheet
from app.ui.dialogs.pins import PinsSheet
from app.ui.models.targets import Target
from app.ui.session import Session
from app.ui.widgets.calendar_popup import CalendarPopup
from tests.gallery import demo
from tests.gallery.entry import Entry, Stand, frozen_now
from tests.gallery.shots import settle
from tests.gallery.windows import MIDDLE, NARROW, SURVEY, sheet, window
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import room_of


def kept() -> FakeBackend:
    """Conversations that are pinned, muted, archived, marked; messages that are pinned."""
    backend = demo.full()
    book = backend.chats.book
    book[room_of("Notes to self")].pinned = True
    book[room_of("Family")].muted_until_ms = -1
    book[room_of("Family")].pinned = True
    book[SURVEY].mentions = 1
    book[room_of("Tomás Oliveira")].marked_unread = True
    for name in ("Kenji Sato", "Jonas Weber"):
        book[room_of(name)].archived = True
    book[room_of("Anna Kowalska")].muted_until_ms = -1
    return backend


async def _pinned(session: Session, backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    await backend.conversations.set_vanish(SURVEY, 604_800)
    for at in (0, 3, 6):
        await backend.chats.pin(backend.chats.book[SURVEY].messages[at].event, on=True)
        await settle(4)


async def _archive(session: Session, backend: FakeBackend) -> None:
    backend.chats.tell(RoomChanged(backend.chats.book[SURVEY].summary()))
    await settle(4)
    session._window.rooms.show_archived(True)


def _forward(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
    rooms = [room.summary() for room in backend.chats.book.values()]

    async def send(*_args: object) -> None:
        pass

    messages = backend.chats.book[SURVEY].messages[:2]
    made = ForwardSheet(stand.theme, parent, stand.tasks, messages, rooms, send)
    for at in (0, 2):
        made._toggle(Target(rooms[at]))
    return made


def _pins(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
    return PinsSheet(stand.theme, parent, backend.chats.book[SURVEY].messages[:4], frozen_now)


def _calendar(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    made = CalendarPopup(stand.theme, parent, date(2025, 11, 12), date(2025, 11, 21))
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    made.move(QPoint(0, 0))
    return made


ENTRIES = {
    "window-pinned": Entry(window(kept, _pinned), MIDDLE),
    "window-pinned-narrow": Entry(window(kept, _pinned), NARROW),
    "window-archive": Entry(window(kept, _archive), MIDDLE),
    "sheet-forward": Entry(sheet(_forward), QSize(440, 620)),
    "sheet-pins": Entry(sheet(_pins), QSize(440, 320)),
    "calendar": Entry(sheet(_calendar), QSize(318, 268)),
}
