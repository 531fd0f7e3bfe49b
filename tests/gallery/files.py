"""Files: cards in all states, the panel, the drawer's tab, what is about to be sent."""

from __future__ import annotations

from PySide6.QtCore import QSize

from app.domain.files import Lane, Receiver, TransferState
from app.domain.views import MessageState
from app.ui.session import Session
from tests.gallery import demo
from tests.gallery.entry import Entry
from tests.gallery.shots import settle
from tests.gallery.windows import SURVEY, window
from tests.ui.fake_backend import FROZEN_MS, FakeBackend, peer_of
from tests.ui.fake_transfers import FOLDER

MB = 1_000_000
ARABIC = "صور المنارة.png"
LONG = "Lighthouse survey, northern stairs and lens room, second pass with the wide angle.tar.zst"
MARA, JONAS, PRIYA, DEV = "Mara Lindqvist", "Jonas Weber", "Priya Raman", "Dev Anand"
TALL = QSize(1000, 1150)


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
    put(SURVEY, MARA, LONG, 3 * MB, at_ms=at + 3, state=TransferState.WAITING)
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


def giving() -> FakeBackend:
    """What we offer, in every state."""
    backend = demo.full()
    room = backend.chats.book[SURVEY]
    room.messages.clear()
    put, me, at = backend.transfers.put, backend.chats.me, FROZEN_MS - 30 * demo.MINUTE
    put(SURVEY, me, LONG, 3 * MB, at_ms=at, state=TransferState.PREPARING)
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


ENTRIES = {
    "file-cards": Entry(window(receiving, cards), TALL),
    "file-cards-own": Entry(window(giving, cards), TALL),
}
