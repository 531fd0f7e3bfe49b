"""The message list with the conversations that show what it can."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.domain.changes import TypingChanged
from app.domain.views import MessageKind, MessageState, Reaction, ReplyPreview, RoomKind
from app.ui.messages import Clock, MessageList
from app.ui.messages.selection import Point, Selection
from tests.gallery.entry import Entry, Stand, frozen_now
from tests.gallery.shots import settle
from tests.ui.messages.book import ME, MINUTE, ROOM, Book, message, peer_of

NOW_MS = round(frozen_now().timestamp() * 1000)
CLOCK = Clock(frozen_now, UTC)
MARA, PRIYA, JONAS, DEV = "Mara Lindqvist", "Priya Raman", "Jonas Weber", "Dev Anand"


class Conversation:
    """A room being written, minute by minute."""

    def __init__(self, kind: RoomKind = RoomKind.GROUP) -> None:
        self.book = Book()
        self.unread = 0
        self._kind = kind

    def say(
        self,
        minutes: float,
        author: str,
        text: str,
        state: MessageState = MessageState.READ,
        kind: MessageKind = MessageKind.TEXT,
    ) -> None:
        """Write a message `minutes` before the frozen present."""
        number = len(self.book.rows)
        at = NOW_MS - round(minutes * MINUTE)
        row = message(
            number, text, author, state=state, kind=kind, time_ms=at, place_ms=at + number
        )
        self.book.add(row)

    def show(self, stand: Stand, typing: str = "") -> MessageList:
        view = MessageList(stand.theme, self.book, stand.tasks, CLOCK)
        view.open(self.book.summary(self.unread, self._kind))
        if typing:
            view.apply(TypingChanged(ROOM, peer_of(typing), typing, active=True))
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
    talk.say(1, MARA, "Good morning from the lens room!")
    talk.say(
        0,
        MARA,
        "The lens room is open, come up! @Noor bring the wide angle, notes are at"
        " https://wiki.lan/lens",
    )
    talk.say(0, PRIYA, "On my way")
    talk.unread = 3
    return talk


def message_list(stand: Stand) -> QWidget:
    return survey().show(stand, typing=PRIYA)


def direct(stand: Stand) -> QWidget:
    talk = Conversation(RoomKind.DIRECT)
    talk.say(300, MARA, "Did the boat leave on time?")
    talk.say(295, ME, "It did")
    talk.say(240, ME, "Queued while offline, with a link www.example.org.", MessageState.QUEUED)
    talk.say(239, ME, "Handed over", MessageState.SENT)
    talk.say(30, ME, "On her disk", MessageState.DELIVERED)
    talk.say(29, ME, "Read by her")
    talk.say(28, MARA, "", kind=MessageKind.UNSUPPORTED)
    return talk.show(stand)


CODE = """It does now 🎉
```python
async def fetch(lens: str) -> bytes:
    # 3 tries, then give up
    for i in range(3):
        if data := await pull(lens):
            return data
```"""
PEOPLE = {peer_of(name): name for name in (ME, MARA, PRIYA, JONAS, DEV)}


def rich(stand: Stand) -> QWidget:
    """Replies, reactions, code, lists, mentions, what was edited or deleted."""
    talk = Conversation()
    talk.say(30, PRIYA, "The second pass of the north side stopped half-way.")
    talk.say(16, ME, "Looks good. Can the script **retry** when the sensor drops out?")
    talk.say(11, PRIYA, CODE)
    talk.say(
        9,
        MARA,
        "To do:\n- charge the *big* lamp\n- bring `lens-2` and the long cable, which"
        " should be in the blue box\n  1. up the stairs\n> The tide waits for nobody\n~~Then~~ tea",
    )
    talk.say(8, ME, "", MessageState.READ)
    talk.say(5, JONAS, "👍")
    talk.say(1, ME, "@Mara Lindqvist see https://wiki.lan/plan_b, `fetch()` is **there**")
    talk.say(
        0,
        MARA,
        "The lens room is open, come up! @Noor Haddad bring the wide angle, notes are at"
        " https://wiki.lan/lens",
    )
    rows = talk.book.rows
    first = ReplyPreview(peer_of(PRIYA), PRIYA, rows[0].text, deleted=False)
    second = ReplyPreview(peer_of(ME), ME, rows[1].text, deleted=False)
    me, mara, jonas = (peer_of(name) for name in (ME, MARA, JONAS))
    rows[1] = replace(rows[1], reply_to=rows[0].event, reply=first, edited=True)
    fire, heart = Reaction("🔥", (mara, jonas)), Reaction("❤️", (me,))
    rows[2] = replace(rows[2], reactions=(fire, heart))
    rows[4] = replace(rows[4], text="", deleted=True)
    rows[5] = replace(rows[5], reply_to=rows[1].event, reply=second)
    rows[6] = replace(rows[6], mentions=(mara,), reactions=(Reaction("🎉", (mara,)),))
    rows[7] = replace(rows[7], mentions=(me,))
    view = talk.show(stand)
    view.set_people(PEOPLE, me)

    async def hover() -> None:
        await settle(12)
        row = view._rows[-1]
        view._hover.show_for(row.item.message, row.item.bubble.translated(0, row.y).toRect())

    stand.tasks.spawn(hover())
    return view


def kept(stand: Stand) -> QWidget:
    """Pinned, forwarded and disappearing messages."""
    talk = Conversation()
    talk.say(30, PRIYA, "The boat leaves at seven, pier 4.")
    talk.say(16, ME, "Who has the key to the lens room?")
    talk.say(14, MARA, "It hangs behind the door of the blue hut, left of the stairs.")
    talk.say(12, JONAS, "ok")
    talk.say(4, ME, "Number 118, pay at the kiosk", MessageState.DELIVERED)
    talk.say(1, MARA, "مساء الخير، هل وصلت الصور؟")
    rows = talk.book.rows
    rows[0] = replace(rows[0], pinned=True, reactions=(Reaction("🔥", (peer_of(JONAS),)),))
    rows[1] = replace(rows[1], pinned=True, edited=True, vanish_s=3600)
    rows[2] = replace(rows[2], forwarded_from="Anna Kowalska of the Harbour Office", vanish_s=3600)
    rows[3] = replace(rows[3], vanish_s=3600)
    rows[4] = replace(rows[4], forwarded_from=DEV, pinned=True)
    rows[5] = replace(rows[5], forwarded_from="ليلى حداد")
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
    return talk.show(stand)


def scrolled(stand: Stand) -> QWidget:
    """In the middle of a long conversation: floating date, selection, the way back down."""
    talk = Conversation()
    for at in range(120, 0, -1):
        author = (MARA, MARA, PRIYA, ME)[at % 4]
        text = " ".join(["The fog lifts slowly over the northern steps."] * (1 + at % 3))
        talk.say(at * 40, author, text)
    talk.unread = 30
    view = talk.show(stand)
    rows = talk.book.rows

    async def scroll() -> None:
        await settle(6)
        view.go_to(rows[60].position)
        await settle(6)
        chosen = Selection(Point(rows[60].position, 8), Point(rows[62].position, 30))
        view._pointer.selection = chosen
        view._scroll(60)

    stand.tasks.spawn(scroll())
    return view


def empty(stand: Stand) -> QWidget:
    return Conversation().show(stand)


WIDE, NARROW = QSize(830, 720), QSize(320, 640)
ENTRIES = {
    "message_list": Entry(message_list, WIDE),
    "message_list_narrow": Entry(message_list, NARROW),
    "message_list_direct": Entry(direct, QSize(520, 480)),
    "message_list_scripts": Entry(scripts, QSize(640, 900)),
    "message_list_scrolled": Entry(scrolled, QSize(640, 520)),
    "message_list_rich": Entry(rich, QSize(720, 860)),
    "message_list_kept": Entry(kept, QSize(640, 520)),
    "message_list_empty": Entry(empty, NARROW),
}
