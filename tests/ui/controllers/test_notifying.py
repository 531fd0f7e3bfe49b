from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Signal

from app.domain.ids import RoomId
from app.domain.views import MessageKind
from app.services.privacy import PRESENCE_SETTING
from app.ui.controllers.desk import Desk
from app.ui.controllers.notifying import STYLE_KEY, NotifyController
from app.ui.desktop_notes import NoteStyle
from app.ui.dialogs.settings import STYLES, SettingsSheet
from tests.ui.fake_names import peer_of, room_of
from tests.ui.rig import Rig

FAMILY, JONAS = "Family", "Jonas Weber"


class Heard(QObject):
    """Keeps what would be shown."""

    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[tuple[RoomId | None, str, str]] = []
        self.unread: list[int] = []
        self.closed = False

    def show_note(self, room: RoomId | None, title: str, text: str) -> None:
        self.notes.append((room, title, text))

    def set_unread(self, unread: int) -> None:
        self.unread.append(unread)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def heard(rig: Rig) -> Heard:
    made = Heard()
    rig.session.notifying._notes = made
    made.opened.connect(rig.session.notifying._on_opened)
    return made


async def say(rig: Rig, room: str, author: str, text: str) -> None:
    rig.backend.chats.now_ms += 1000
    rig.backend.chats.receive(room_of(room), author, text)
    await rig.settle()


async def test_a_message_elsewhere_is_told_and_its_note_leads_there(rig: Rig, heard: Heard) -> None:
    await rig.open("Priya Raman")
    await say(rig, JONAS, JONAS, "the *tide* is out")
    await say(rig, FAMILY, "Leo", "cake?")
    assert heard.notes == [
        (room_of(JONAS), JONAS, "the tide is out"),
        (room_of(FAMILY), FAMILY, "Leo: cake?"),
    ]
    heard.opened.emit(room_of(FAMILY))
    await rig.settle()
    assert rig.room() == room_of(FAMILY)


async def test_several_at_once_are_one_note(rig: Rig, heard: Heard) -> None:
    for text in ("one", "two", "three"):
        rig.backend.chats.receive(room_of(FAMILY), "Leo", text)
    await rig.settle()
    assert [note[2] for note in heard.notes] == ["Leo: three\n2 more messages"]


def mute(rig: Rig) -> None:
    rig.backend.chats.book[room_of(FAMILY)].muted_until_ms = -1


def be_busy(rig: Rig) -> None:
    rig.backend.settings[PRESENCE_SETTING] = "busy"


def tell_nothing(rig: Rig) -> None:
    rig.session.notifying.choose(NoteStyle.NOTHING)


@pytest.mark.parametrize("quiet", [mute, be_busy, tell_nothing])
async def test_who_wants_quiet_has_it(rig: Rig, heard: Heard, quiet: Callable[[Rig], None]) -> None:
    quiet(rig)
    await say(rig, FAMILY, "Leo", "cake?")
    assert heard.notes == []


async def test_what_is_in_front_what_is_own_and_what_is_no_text_is_not_told(
    rig: Rig, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rig.window, "isActiveWindow", lambda: True)
    await rig.open(FAMILY)
    await say(rig, FAMILY, "Leo", "cake?")
    await rig.backend.chats.send(room_of(JONAS), "mine")
    rig.backend.chats.write(room_of(JONAS), JONAS, "", kind=MessageKind.LEFT)
    await rig.settle()
    assert heard.notes == []
    monkeypatch.setattr(rig.window, "isActiveWindow", lambda: False)
    await say(rig, FAMILY, "Leo", "now?")
    assert len(heard.notes) == 1


async def test_only_the_name_is_told_if_one_wants_so(rig: Rig, heard: Heard) -> None:
    rig.session.notifying.choose(NoteStyle.NAME)
    await say(rig, JONAS, JONAS, "a secret")
    assert heard.notes == [(room_of(JONAS), JONAS, "1 new message")]


async def test_the_choice_is_made_in_the_settings_and_kept(rig: Rig) -> None:
    await rig.act("settings")
    sheet = rig.dialog(SettingsSheet)
    sheet.notes.chosen.emit(STYLES.index(NoteStyle.NAME))
    sheet.accept()
    await rig.settle()
    assert rig.backend.settings[STYLE_KEY] == "name"
    desk = Desk(rig.window, rig.backend, rig.session._tasks)
    again = NotifyController(desk, rig.session.conversation, None, print, print)
    await again.start()
    assert again.style is NoteStyle.NAME
    again.stop()


async def test_who_asks_to_talk_is_told_once_and_the_note_leads_to_the_request(
    rig: Rig, heard: Heard
) -> None:
    ana = peer_of("Ana Costa")
    contacts = rig.backend.contacts
    for text in ("Hi, we met at the pier", "Hi again"):
        contacts.add(ana, "Ana Costa", "incoming", text)
        await rig.settle()
    assert heard.notes == [(None, "Ana Costa", "Hi, we met at the pier")]
    heard.opened.emit(None)
    await rig.settle()
    assert rig.window.shows(rig.session.requests.page)
    await contacts.reject(ana)
    rig.session.notifying.choose(NoteStyle.NAME)
    contacts.add(ana, "Ana Costa", "incoming", "A third time")
    await rig.settle()
    assert heard.notes[1:] == [(None, "Ana Costa", "Asks to talk with you")]


async def test_the_title_counts_what_waits(rig: Rig, heard: Heard) -> None:
    before = rig.window.windowTitle()
    await say(rig, JONAS, JONAS, "one more")
    number = int(before.strip("()").split(")")[0])
    assert rig.window.windowTitle() == f"({number + 1}) Parlor"
    assert heard.unread == [number + 1]
    for room in rig.backend.chats.book.values():
        if room.messages:
            await rig.backend.chats.mark_read(room.room, room.messages[-1].event)
    await rig.settle()
    assert rig.window.windowTitle() == "Parlor"
    rig.session.hush()
    assert heard.closed


async def test_an_offered_file_is_told_with_its_size(rig: Rig, heard: Heard) -> None:
    await rig.open("Priya Raman")
    rig.backend.transfers.receive(room_of(JONAS), JONAS, "north.zip", 742_000_000)
    await rig.settle()
    [(_room, title, text)] = heard.notes
    assert title == JONAS
    assert text == "📎 \u2066north.zip\u2069 · 742 MB"
