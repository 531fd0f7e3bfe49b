"""Files: cards in all states, the panel, the drawer's tab, what is about to be sent."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtWidgets import QWidget

from app.domain.files import Lane, Receiver, TransferState, WayTrouble
from app.domain.views import MessageState
from app.services.transfers_api import TransferSettings
from app.ui.files.attachment import Attachment
from app.ui.files.details import FileDetails
from app.ui.files.send_sheet import SendSheet
from app.ui.files.settings_sheet import FileSettingsSheet
from app.ui.files.viewer import Viewer
from app.ui.session import Session
from tests.gallery import demo
from tests.gallery.entry import Entry, Stand, frozen_now
from tests.gallery.shots import settle
from tests.gallery.windows import MIDDLE, SURVEY, WIDE, sheet, window
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import FROZEN_MS, peer_of
from tests.ui.fake_transfers import FOLDER

MB = 1_000_000
ARABIC = "صور المنارة.png"
LONG = "Lighthouse survey, northern stairs and lens room, second pass with the wide angle.tar.zst"
MARA, JONAS, PRIYA, DEV = "Mara Lindqvist", "Jonas Weber", "Priya Raman", "Dev Anand"
TALL = QSize(1000, 1280)


def _receiver(name: str, done: int, state: TransferState, rate: float = 0.0) -> Receiver:
    return Receiver(peer_of(name), name, done, state, rate, Lane.DIRECT if rate else None)


def receiving() -> FakeBackend:
    """What others offer, in every state."""
    backend = demo.full()
    room = backend.chats.book[SURVEY]
    room.messages.clear()
    put, at = backend.transfers.put, FROZEN_MS - 30 * demo.MINUTE
    here = str(FOLDER / "x")
    put(SURVEY, JONAS, "survey-plan-v4.pdf", 2_800_000, text="The new plan, page **3**", at_ms=at)
    put(SURVEY, JONAS, "raw scans", 742 * MB, files=1204, is_folder=True, at_ms=at + 1)
    backend.transfers.put(
        SURVEY,
        MARA,
        "north.zip",
        742 * MB,
        at_ms=at + 2,
        state=TransferState.RUNNING,
        done=486 * MB,
        rate=18_400_000.0,
        lane=Lane.DIRECT,
    )
    troubles = tuple(WayTrouble(peer_of(MARA), lane, "no-answer") for lane in Lane)
    waits = TransferState.WAITING
    put(SURVEY, MARA, LONG, 3 * MB, at_ms=at + 3, state=waits, troubles=troubles)
    paused = (WayTrouble(peer_of(MARA), Lane.DIRECT, "paused"),)
    put(SURVEY, MARA, "lens.tif", 3 * MB, at_ms=at + 3, state=waits, troubles=paused)
    put(
        SURVEY,
        MARA,
        ARABIC,
        9 * MB,
        at_ms=at + 4,
        state=TransferState.PAUSED,
        done=3 * MB,
    )
    put(
        SURVEY,
        PRIYA,
        "clip.mp4",
        90 * MB,
        at_ms=at + 5,
        state=TransferState.FAILED,
        done=30 * MB,
        reason="disk-full",
    )
    put(SURVEY, PRIYA, "tide-table.csv", 48_000, at_ms=at + 6, state=TransferState.DONE, path=here)
    put(SURVEY, PRIYA, "sensor.py", 912, at_ms=at + 7, state=TransferState.DECLINED)
    put(SURVEY, PRIYA, "old.ogg", 912_000, at_ms=at + 8, state=TransferState.CANCELLED)
    room.read_to = room.messages[-1].position
    return backend


def giving(first: int = 0) -> FakeBackend:
    """What we offer, in every state; `first` keeps it apart from other backends."""
    backend = demo.full()
    backend.chats._count += first
    room = backend.chats.book[SURVEY]
    room.messages.clear()
    put, me, at = backend.transfers.put, backend.chats.me, FROZEN_MS - 30 * demo.MINUTE
    put(SURVEY, me, LONG, 3 * MB, at_ms=at, state=TransferState.PREPARING, done=MB)
    put(
        SURVEY,
        me,
        "raw-scans-north.zip",
        742 * MB,
        at_ms=at + 1,
        sent=MessageState.SENT,
        state=TransferState.RUNNING,
        done=486 * MB,
        rate=412_000_000.0,
        lane=Lane.DIRECT,
        receivers=(_receiver(MARA, 486 * MB, TransferState.RUNNING, 412_000_000.0),),
    )
    some = (
        _receiver(MARA, 5, TransferState.DONE),
        _receiver(JONAS, 5, TransferState.DONE),
        _receiver(DEV, 0, TransferState.OFFERED),
    )
    fetching = tuple(
        _receiver(name, done * MB, TransferState.RUNNING, 20_000_000.0)
        for name, done in ((MARA, 486), (JONAS, 120), (PRIYA, 700))
    )
    put(
        SURVEY,
        me,
        "all of them.tar",
        742 * MB,
        at_ms=at + 1,
        state=TransferState.RUNNING,
        done=120 * MB,
        rate=60_000_000.0,
        receivers=fetching,
    )
    put(SURVEY, me, "lens-room.tif", 5 * MB, at_ms=at + 2, text="The wide angle", receivers=some)
    put(SURVEY, me, "notes.md", 900, at_ms=at + 3, state=TransferState.WAITING, receivers=some[2:])
    put(SURVEY, me, "lens.zip", 9 * MB, at_ms=at + 4, state=TransferState.PAUSED, done=4 * MB)
    put(
        SURVEY,
        me,
        "plan.pdf",
        9 * MB,
        at_ms=at + 5,
        state=TransferState.FAILED,
        reason="source-changed",
    )
    put(
        SURVEY,
        me,
        "lamp.mp3",
        9 * MB,
        at_ms=at + 6,
        state=TransferState.DONE,
        receivers=some[:2],
        sent=MessageState.READ,
    )
    put(SURVEY, me, ARABIC, 9 * MB, at_ms=at + 7, state=TransferState.CANCELLED)
    return backend


async def cards(session: Session, _backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    await settle(4)


@cache
def _place() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes when the program does."""
    return tempfile.TemporaryDirectory(prefix="parlor-gallery-")


def _scene() -> Path:
    """A picture to look at."""
    path = Path(_place().name) / "scene.png"
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    sky = QLinearGradient(0, 0, 0, 600)
    sky.setColorAt(0, QColor("#3b3a6b"))
    sky.setColorAt(0.7, QColor("#c98aa0"))
    painter.fillRect(image.rect(), sky)
    painter.fillRect(0, 450, 900, 150, QColor("#23263f"))
    painter.fillRect(240, 180, 60, 280, QColor("#efe7dc"))
    painter.fillRect(240, 260, 60, 50, QColor("#b5442f"))
    painter.fillRect(240, 360, 60, 50, QColor("#b5442f"))
    painter.end()
    image.save(str(path))
    return path


def pictures() -> FakeBackend:
    """Images that are here, ours and theirs."""
    backend = demo.full()
    put, at, path = backend.transfers.put, FROZEN_MS - demo.MINUTE, str(_scene())
    done = TransferState.DONE
    put(SURVEY, MARA, "lens-room.png", 90_000, at_ms=at, state=done, path=path)
    text = "The **view** from up here"
    put(SURVEY, MARA, ARABIC, 90_000, at_ms=at + 1, text=text, state=done, path=path)
    put(SURVEY, backend.chats.me, "mine.png", 90_000, at_ms=at + 2, state=done, path=path)
    rows = backend.chats.book[SURVEY].messages
    backend.chats.book[SURVEY].read_to = rows[-1].position
    return backend


async def _pictured(session: Session, _backend: FakeBackend) -> None:
    """The child would take longer than a picture of the window may."""
    small = session.files.pictures.small
    for view in session.files.deeds.known.values():
        image = QImage(view.path).scaledToWidth(round(320 * small.ratio))
        image.setDevicePixelRatio(small.ratio)
        small._known[view.transfer, view.path] = image
    await session.conversation.open(SURVEY)


async def _dragged(session: Session, _backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    await settle(4)
    session.files.attaching.overlay.cover()


def _send(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    found = [
        Attachment(Path(LONG), 3 * MB),
        Attachment(Path(ARABIC), 9 * MB),
        Attachment(Path("raw scans"), 4096, is_folder=True),
    ]
    return SendSheet(stand.theme, parent, "Lighthouse Survey", found)


def _send_image(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    found = [Attachment(Path("Image 2025-11-21 09.52.00.png"), 0, image=QImage(str(_scene())))]
    made = SendSheet(stand.theme, parent, "Lighthouse Survey", found)
    made.field.setText("From the lens room")
    return made


def _viewer(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    backend = pictures()

    async def load(_view: object) -> QImage:
        return QImage(str(_scene()))

    made = Viewer(stand.theme, parent, stand.tasks, list(backend.transfers.book.values()), load)
    made.show()
    made.start_at(list(backend.transfers.book.values())[1])
    return made


def both() -> FakeBackend:
    """What we give and what we get."""
    backend, given = receiving(), giving(100)
    backend.transfers.book |= {view.transfer: view for view in given.transfers.book.values()}
    return backend


async def _panel(session: Session, _backend: FakeBackend) -> None:
    session.files.lists.open()


async def _tab(session: Session, _backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    session._window.drawer.show_page(1)


def _details(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    view = list(giving().transfers.book.values())[2]
    return FileDetails(stand.theme, parent, view, frozen_now())


def _settings(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
    people = [backend.contacts.add(peer_of(name), name, "friend") for name in (MARA, JONAS, "ليلى")]
    limits = replace(
        backend.transfers.chosen,
        trusted=frozenset({peer_of(MARA)}),
        auto_limit=250 * MB,
        cap_up=5 * MB,
    )

    async def save(_settings: TransferSettings) -> None:
        pass

    return FileSettingsSheet(stand.theme, parent, stand.tasks, limits, people, save)


ENTRIES = {
    "sheet-files": Entry(sheet(_settings), QSize(440, 560)),
    "sheet-file": Entry(sheet(_details), QSize(440, 480)),
    "transfers": Entry(window(both, _panel), QSize(1100, 960)),
    "transfers-none": Entry(window(demo.full, _panel), MIDDLE),
    "file-tab": Entry(window(receiving, _tab), WIDE),
    "file-pictures": Entry(window(pictures, _pictured), WIDE),
    "file-drop": Entry(window(demo.full, _dragged), MIDDLE),
    "sheet-send": Entry(sheet(_send), QSize(440, 420)),
    "sheet-send-image": Entry(sheet(_send_image), QSize(440, 500)),
    "viewer": Entry(sheet(_viewer), MIDDLE),
    "file-cards": Entry(window(receiving, cards), TALL),
    "file-cards-own": Entry(window(giving, cards), TALL),
}
