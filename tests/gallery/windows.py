"""The whole window in its states, and the dialogs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from app.crypto.room_keys import room_id
from app.domain.changes import ServerState
from app.domain.ice import IceServer
from app.domain.views import MessageVersion, RoomInvitation
from app.protocol.invitation import RoomInvite, encode
from app.protocol.spoken_code import new_entropy, to_words
from app.ui.actions import ActionRegistry
from app.ui.dialogs.details import DeleteSheet, DetailsSheet
from app.ui.dialogs.forms import FieldSheet, Question
from app.ui.dialogs.ice_servers import IceServersSheet
from app.ui.dialogs.invite import InviteSheet
from app.ui.dialogs.settings import SettingsSheet
from app.ui.dialogs.shortcuts import ShortcutSheet
from app.ui.dialogs.switcher import Switcher, SwitcherModel
from app.ui.invitation_text import hint_for
from app.ui.main_window import MainWindow
from app.ui.messages import Clock
from app.ui.session import Session
from app.ui.widgets.emoji_picker import EmojiPicker
from app.ui.widgets.reaction_row import ReactionRow
from tests.gallery import demo
from tests.gallery.entry import Entry, Stand, frozen_now
from tests.gallery.shots import settle
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import room_of
from tests.ui.fake_operations import delivery

WIDE, MIDDLE, NARROW, SMALL = QSize(1280, 800), QSize(1100, 720), QSize(600, 800), QSize(380, 700)
SURVEY = room_of("Lighthouse Survey")

Then = Callable[[Session, FakeBackend], Coroutine[None, None, None]]


async def _nothing(_session: Session, _backend: FakeBackend) -> None:
    pass


async def _survey(session: Session, backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    backend.chats.set_typing(SURVEY, "Priya Raman", active=True)
    backend.chats.set_typing(room_of("Priya Raman"), "Priya Raman", active=True)
    session.composer.set_text("On my way, ten minutes")


async def _reply(session: Session, backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    rows = backend.chats.book[SURVEY].messages
    mara = rows[-2]
    await backend.chats.react(mara.event, "🎉")
    await settle(6)
    session.conversation.writing.reply(mara)
    session.composer.set_text("On my way, ten minutes")


async def _complete(session: Session, _backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    await settle(6)
    session.composer.field.insertPlainText("Thanks :tad")


async def _mention(session: Session, _backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    await settle(6)
    session.composer.field.insertPlainText("Look, @")


async def _edit(session: Session, backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    await settle(6)
    own = next(row for row in backend.chats.book[SURVEY].messages if row.own)
    session.conversation.writing.edit(own)


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
        shown = MainWindow(stand.theme, frozen_now, frozen_now().tzinfo)
        backend = make()
        backend.settings["theme"] = stand.theme.choice.value
        session = Session(shown, backend, shown.close)
        shown.closing.connect(session.hush)

        async def start() -> None:
            await session.start()
            await then(session, backend)

        stand.tasks.spawn(start())
        return shown

    return build


def sheet(make: Callable[[Stand, FakeBackend, QWidget], QWidget]) -> Callable[[Stand], QWidget]:
    """A dialog by itself."""

    def build(stand: Stand) -> QWidget:
        backend, parent = demo.full(), QWidget()
        parent.resize(MIDDLE)
        made = make(stand, backend, parent)
        made.setProperty("kept", parent)  # a dialog dies with its parent
        made.setParent(None)
        made.adjustSize()
        return made

    return build


def _invite(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    room = room_of("Lighthouse Survey")
    secret = room + room
    invitation = RoomInvitation(
        room,
        encode(RoomInvite(room_id(secret), secret)),
        to_words(new_entropy(room[:8])),
    )
    line = "Anybody who has the code or the link can join."
    return InviteSheet(stand.theme, parent, "Invite to Lighthouse Survey", invitation, line)


def _join(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    question = Question(
        "Join or add a contact",
        "Paste a parlor: link, or type the words of a room code.",
        "Join",
        "Link or room code",
        check=hint_for,
    )

    async def deed(_text: str) -> None:
        pass

    made = FieldSheet(stand.theme, parent, stand.tasks, question, deed)
    made.field.setText("parlor:AQIDBAUGBwg")
    return made


def _details(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
    room = backend.chats.book[SURVEY]
    sent = next(row for row in room.messages if row.own)
    some = [member.peer for member in room.members if not member.you]
    message = replace(sent, delivered_to=tuple(some[:2]), read_by=tuple(some[:1]), edited=True)
    versions = [MessageVersion(sent.time_ms, "Looks god."), MessageVersion(sent.time_ms, sent.text)]
    clock = Clock(frozen_now, frozen_now().tzinfo)
    others = (member for member in room.members if not member.you)
    deliveries = [delivery(message, member) for member in others]
    return DetailsSheet(stand.theme, parent, message, room.members, deliveries, versions, clock)


def _delete(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    return DeleteSheet(stand.theme, parent, everywhere=True)


def _picker(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    picker = EmojiPicker(stand.theme, parent)
    picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    return picker


def _reactions(_stand: Stand, _backend: FakeBackend, _parent: QWidget) -> QWidget:
    return ReactionRow(lambda _emoji: None, lambda: None)


def _helpers(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
    backend.network.ice = (
        IceServer("stun:stun.example.org"),
        IceServer("turn:relay.a-rather-long-name.example.org:3478?transport=udp", "noor", "x"),
    )
    return IceServersSheet(stand.theme, parent, backend.network, stand.tasks)


def _settings(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
    made = SettingsSheet(stand.theme, parent, backend.network, stand.tasks, backend.profile)
    made.version.setText("Version 0.2.0")
    return made


def _shortcuts(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    return ShortcutSheet(stand.theme, parent, ActionRegistry(parent=stand.theme))


def _switcher(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
    rooms = [room.summary() for room in backend.chats.book.values()]
    model = SwitcherModel(rooms, backend.network.people)
    return Switcher(stand.theme, parent, model, frozen_now)


ENTRIES = {
    "sheet-invite": Entry(sheet(_invite), QSize(440, 560)),
    "sheet-join": Entry(sheet(_join), QSize(440, 230)),
    "sheet-ice-servers": Entry(sheet(_helpers), QSize(440, 420)),
    "sheet-settings": Entry(sheet(_settings), QSize(440, 520)),
    "sheet-shortcuts": Entry(sheet(_shortcuts), QSize(440, 620)),
    "switcher": Entry(sheet(_switcher), QSize(440, 520)),
    "sheet-details": Entry(sheet(_details), QSize(440, 520)),
    "sheet-delete": Entry(sheet(_delete), QSize(520, 200)),
    "emoji-picker": Entry(sheet(_picker), QSize(334, 290)),
    "reaction-row": Entry(sheet(_reactions), QSize(280, 44)),
    "window-reply": Entry(window(demo.full, _reply), WIDE),
    "window-edit": Entry(window(demo.full, _edit), MIDDLE),
    "window-emoji": Entry(window(demo.full, _complete), MIDDLE),
    "window-mention": Entry(window(demo.full, _mention), MIDDLE),
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
