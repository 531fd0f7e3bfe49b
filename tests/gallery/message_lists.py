"""The message list with the conversations that show what it can."""

from __future__ import annotations

from datetime import UTC

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.domain.changes import TypingChanged
from app.domain.views import MessageKind, MessageState, RoomKind
from app.ui.messages import Clock, MessageList
from tests.gallery.entry import Entry, Stand, frozen_now
from tests.ui.fake_backend import FROZEN_MS, ME, FakeBackend, FakeRoom, peer_of

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
CLOCK = Clock(frozen_now, UTC)
MARA, PRIYA, JONAS, DEV = "Mara Lindqvist", "Priya Raman", "Jonas Weber", "Dev Anand"


class Conversation:
    """A room being written, minute by minute."""

    def __init__(self, kind: RoomKind = RoomKind.GROUP, name: str = "Lighthouse Survey") -> None:
        self.backend = FakeBackend()
        others = (MARA,) if kind is RoomKind.DIRECT else (MARA, PRIYA, JONAS, DEV)
        self.room: FakeRoom = self.backend.chats.add_room(name, kind, others)

    def say(
        self,
        minutes: float,
        author: str,
        text: str,
        state: MessageState = MessageState.READ,
        kind: MessageKind = MessageKind.TEXT,
    ) -> None:
        """Write a message `minutes` before the frozen present."""
        at_ms = FROZEN_MS - round(minutes * MINUTE)
        self.backend.chats.write(self.room.room, author, text, at_ms=at_ms, state=state, kind=kind)

    def read_until_minutes(self, minutes: float) -> None:
        read = [row for row in self.room.messages if row.time_ms <= FROZEN_MS - minutes * MINUTE]
        self.room.read_to = read[-1].position if read else None

    def show(self, stand: Stand, typing: str = "") -> QWidget:
        view = MessageList(stand.theme, self.backend.chats, stand.tasks, CLOCK)
        self.backend.feed.subscribe(view.apply)
        view.open(self.room.summary())
        if typing:
            view.apply(TypingChanged(self.room.room, peer_of(typing), typing, active=True))
        return view


def survey() -> Conversation:
    """The conversation of the design's pictures, without what comes later."""
    talk = Conversation()
    talk.say(1500, JONAS, JONAS, kind=MessageKind.JOINED)
    talk.say(1499, JONAS, "Lighthouse Survey", kind=MessageKind.RENAMED)
    talk.say(
        1470, JONAS, "I have put the plan into the wiki: https://wiki.lan/plan (needs a login)."
    )
    talk.say(1469, JONAS, "North side first, the tide table says so.")
    talk.say(1468, ME, "Perfect")
    talk.say(17, ME, "The sensor types are in the script now, see the second tab.")
    talk.say(16, ME, "Looks good. Can the script retry when the sensor drops out?")
    talk.say(16, ME, "Raw scans follow tonight", MessageState.SENT)
    talk.say(11, PRIYA, "It does now 🎉\nThree tries, then it gives up.")
    talk.say(10, PRIYA, "👍🏽")
    talk.read_until_minutes(9)
    talk.say(1, MARA, "Good morning from the lens room!")
    talk.say(
        0,
        MARA,
        "The lens room is open, come up! @Noor bring the wide angle, notes are at"
        " https://wiki.lan/lens",
    )
    talk.say(0, PRIYA, "On my way")
    return talk


def message_list(stand: Stand) -> QWidget:
    return survey().show(stand, typing=PRIYA)


def direct(stand: Stand) -> QWidget:
    talk = Conversation(RoomKind.DIRECT, MARA)
    talk.say(300, MARA, "Did the boat leave on time?")
    talk.say(295, ME, "It did")
    talk.say(240, ME, "Queued while offline, with a link www.example.org.", MessageState.QUEUED)
    talk.say(239, ME, "Handed over", MessageState.SENT)
    talk.say(30, ME, "On her disk", MessageState.DELIVERED)
    talk.say(29, ME, "Read by her")
    talk.say(28, MARA, "", kind=MessageKind.UNSUPPORTED)
    talk.read_until_minutes(0)
    return talk.show(stand)


def scripts(stand: Stand) -> QWidget:
    """Texts that break careless layouts."""
    talk = Conversation()
    long_name = "Wolfeschlegelsteinhausenbergerdorff the Elder of the Northern Lighthouses" * 2
    talk.say(60, PRIYA, "مرحبا، هل وصلت إلى المنارة؟ أخبرني عندما تكون هناك.")
    talk.say(59, ME, "שלום! אני בדרך, עוד עשר דקות")
    talk.say(50, long_name, "My name is long")
    talk.say(45, MARA, "x" * 140)
    talk.say(44, MARA, "https://example.org/" + "path/" * 30)
    talk.say(
        40, DEV, "Z" + "\u0338\u030d\u0353\u0316\u0321\u0489" * 25 + "algo never leaves its bubble"
    )
    talk.say(39, ME, "👩‍👩‍👧‍👦🏳️‍🌈")
    talk.say(38, JONAS, "🇵🇹")
    talk.say(37, ME, "日本語のメッセージも折り返されるべきです。" * 3)
    talk.say(36, JONAS, "a\n\nb\n")
    talk.read_until_minutes(0)
    return talk.show(stand)


def empty(stand: Stand) -> QWidget:
    return Conversation().show(stand)


WIDE, NARROW = QSize(830, 720), QSize(320, 640)
ENTRIES = {
    "message_list": Entry(message_list, WIDE),
    "message_list_narrow": Entry(message_list, NARROW),
    "message_list_direct": Entry(direct, QSize(520, 480)),
    "message_list_scripts": Entry(scripts, QSize(640, 900)),
    "message_list_empty": Entry(empty, NARROW),
}
