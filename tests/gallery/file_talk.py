"""Files as messages: answered, forwarded, liked, pinned; and what is read above the field."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize

from app.domain.files import TransferState, TransferView
from app.domain.views import MessageView, Reaction, ReplyPreview
from tests.gallery import demo
from tests.gallery.entry import Entry
from tests.gallery.files import cards
from tests.gallery.windows import SURVEY, window
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import FROZEN_MS, peer_of
from tests.ui.fake_transfers import FOLDER

MB = 1_000_000
MARA, JONAS, ME = "Mara Lindqvist", "Jonas Weber", "Noor Haddad"


def _change(backend: FakeBackend, view: TransferView, **what: object) -> None:
    rows = backend.chats.book[SURVEY].messages
    at = next(number for number, row in enumerate(rows) if row.event == view.transfer)
    rows[at] = replace(rows[at], **what)  # type: ignore[arg-type]


def talked_about() -> FakeBackend:
    """Offers that people have done something with."""
    backend = demo.full()
    room = backend.chats.book[SURVEY]
    first: MessageView = next(row for row in room.messages if row.is_live)
    room.messages[:] = [first]
    put, at = backend.transfers.put, FROZEN_MS - 10 * demo.MINUTE
    zip_name, here = "harbour survey north.zip", str(FOLDER / "north.zip")
    one = put(SURVEY, MARA, zip_name, 742 * MB, text="All of it", at_ms=at, path=here)
    two = put(SURVEY, ME, "plan.pdf", 2_800_000, text="As agreed", at_ms=at + 1)
    three = put(SURVEY, MARA, "quay.png", 480_000, at_ms=at + 2)
    put(
        SURVEY,
        ME,
        "moved.csv",
        480_000,
        at_ms=at + 3,
        state=TransferState.FAILED,
        reason="file-not-found",
    )
    backend.transfers.book[one.transfer] = replace(one, state=TransferState.DONE)
    mine, both = (peer_of(ME),), (peer_of(MARA), peer_of(ME))
    liked = (Reaction("👍", mine), Reaction("🎉", both))
    _change(backend, one, reactions=liked, forwarded_from=JONAS, pinned=True)
    quote = ReplyPreview(first.author, first.author_name, first.text, deleted=False)
    _change(backend, two, reply_to=first.event, reply=quote, edited=True)
    _change(
        backend, three, reactions=(Reaction("❤️", (peer_of(MARA),)),), forwarded_from="Kenji Sato"
    )
    _read(backend)
    return backend


def _read(backend: FakeBackend) -> None:
    """Have some files read, one of which is not there."""
    transfers = backend.transfers
    transfers.reading.clear()
    for name in ("Photos 2026", "a scanned document of a very long name.pdf", "gone.txt", "x", "y"):
        transfers.read_or_wait(SURVEY, FOLDER / name)
    first, _, third, *_ = transfers.waiting
    transfers.move(first, size=50_000 * MB, done=12_000 * MB, rate=900.0 * MB, is_folder=True)
    transfers.move(third, state=TransferState.FAILED, reason="file-not-found")


ENTRIES: dict[str, Entry] = {
    "file-talk": Entry(window(talked_about, cards), QSize(1000, 1100)),
}
