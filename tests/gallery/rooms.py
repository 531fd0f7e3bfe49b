"""What one sees of a room's government, in all of its states."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.domain.changes import RoomChanged
from app.domain.governing import FOUNDING, RoomLink, TokenId
from app.domain.rules import Rule
from app.ui.dialogs.create_room import CreateRoomSheet, NewRoom
from app.ui.dialogs.people_picker import PeoplePicker
from app.ui.dialogs.room_invite import LINK, Doorway, RoomInviteSheet
from app.ui.dialogs.write_to import WriteToSheet
from app.ui.models.candidates import Candidate
from app.ui.session import Session
from tests.gallery import demo
from tests.gallery.entry import Entry, Stand, frozen_now
from tests.gallery.shots import settle
from tests.gallery.windows import MIDDLE, SURVEY, WIDE, sheet, window
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import FROZEN_MS, peer_of, room_of

LONG = "Bartholomew Featherstonehaugh-Cholmondeley of the Northern Lights"
ARABIC = "ليلى حداد"
INFO = 2


async def _govern(backend: FakeBackend) -> None:
    """Links that expire, people who are expected, somebody who is banned."""
    governance = backend.governance
    backend.chats.give_role(SURVEY, backend.chats.me, "owner")
    backend.chats.give_role(SURVEY, "Jonas Weber", "admin")
    for name in ("Kenji Sato", ARABIC):
        await governance.invite(SURVEY, peer_of(name))
    await governance.make_link(SURVEY, FROZEN_MS + 5 * 3_600_000)
    governance._of(SURVEY).banned = {peer_of("Leo"): "Leo", peer_of(LONG): LONG}
    await governance.set_rule(SURVEY, Rule.VANISH, 604_800)


async def _peers(session: Session, backend: FakeBackend) -> None:
    await backend.contacts.verify(peer_of("Jonas Weber"))
    await session.conversation.open(SURVEY)
    await settle(6)
    await _govern(backend)


async def _info(session: Session, backend: FakeBackend) -> None:
    await _peers(session, backend)
    session._window.drawer.show_page(INFO)


async def _info_member(session: Session, backend: FakeBackend) -> None:
    backend.chats.give_role(SURVEY, backend.chats.me, "member")
    await session.conversation.open(SURVEY)
    session._window.drawer.show_page(INFO)


async def _files(session: Session, _backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    session._window.drawer.show_page(1)


async def _invitations(session: Session, backend: FakeBackend) -> None:
    backend.governance.receive("Kenji Sato", "Night trains of the north")
    backend.governance.receive(ARABIC, "نادي القراءة", FROZEN_MS + 2 * 86_400_000)
    backend.governance.receive(LONG, "A very long name of a room that goes on and on and on")
    await settle(6)
    session.invitations.open()


async def _no_invitations(session: Session, _backend: FakeBackend) -> None:
    session.invitations.open()


async def _cards(session: Session, backend: FakeBackend) -> None:
    kenji = room_of("Kenji Sato")
    first = backend.governance.receive("Kenji Sato", "Harbour watch")
    backend.governance.withdraw(first.id)
    second = backend.governance.receive("Kenji Sato", "Night trains")
    await backend.governance.accept(second.id)
    backend.governance.receive("Kenji Sato", "A very long name of a room that goes on and on")
    await backend.governance.invite(SURVEY, peer_of("Kenji Sato"))
    await session.conversation.open(kenji)


async def _standing(session: Session, backend: FakeBackend, standing: str) -> None:
    backend.chats.book[SURVEY].standing = standing
    backend.chats.tell(RoomChanged(backend.chats.book[SURVEY].summary()))
    await settle(4)
    await session.conversation.open(SURVEY)


async def _waiting(session: Session, backend: FakeBackend) -> None:
    await _standing(session, backend, "waiting")


async def _refused(session: Session, backend: FakeBackend) -> None:
    backend.chats.book[SURVEY].refused_for = "revoked"
    await _standing(session, backend, "refused")


async def _removed(session: Session, backend: FakeBackend) -> None:
    backend.governance.put_out(SURVEY, "Jonas Weber")
    await session.conversation.open(SURVEY)


async def _search(query: str) -> Sequence[Candidate]:
    people = [
        Candidate(peer_of("Kenji Sato"), "Kenji Sato", "Kenji from the harbour", online=True),
        Candidate(peer_of(ARABIC), ARABIC, online=True),
        Candidate(peer_of(LONG), LONG),
        Candidate(peer_of("Anna Kowalska"), "Anna Kowalska", note="Invited already"),
        Candidate(peer_of("Tomás Oliveira"), "Tomás Oliveira"),
    ]
    return [each for each in people if query.casefold() in each.name.casefold()]


def _link(code: str = "", until_ms: int = 0) -> RoomLink:
    link = "parlor:" + "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYn" * 2
    token = FOUNDING if code else TokenId(b"t" * 16)
    return RoomLink(token, link, peer_of("Noor Haddad"), FROZEN_MS, until_ms, 2, code)


def _invite(stand: Stand, parent: QWidget, links: Sequence[RoomLink]) -> RoomInviteSheet:
    async def nothing(_what: object) -> None:
        pass

    async def make(until_ms: int) -> RoomLink:
        return _link(until_ms=until_ms)

    doorway = Doorway(_search, nothing, make, nothing, frozen_now)
    title = "Invite to Lighthouse Survey"
    return RoomInviteSheet(stand.theme, parent, stand.tasks, title, doorway, links)


def _choose(picker: PeoplePicker, names: Sequence[str]) -> None:
    for row in picker.model.rows():
        if row.name in names:
            picker._toggle(row)


def _invite_people(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    made = _invite(stand, parent, [_link("acid-badge-candle-delta-ember-falcon")])
    stand.tasks.spawn(_chosen(made.picker))
    return made


async def _chosen(picker: PeoplePicker) -> None:
    await settle(4)
    _choose(picker, ("Kenji Sato", ARABIC))


def _invite_link(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    made = _invite(stand, parent, [_link("acid-badge-candle-delta-ember-falcon")])
    made.show_page(LINK)
    return made


def _invite_withdrawn(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    made = _invite(stand, parent, [_link(until_ms=FROZEN_MS + 86_400_000)])
    made.show_page(LINK)
    return made


def _create(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    async def make(_wanted: NewRoom) -> None:
        pass

    made = CreateRoomSheet(stand.theme, parent, stand.tasks, _search, make)
    made.field.setText("Book club")
    made.fold.more.setChecked(True)
    return made


def _write_to(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    words = ("Create a room…", "Join or add a contact…", "My contact link…")
    others = [QAction(text, parent) for text in words]
    return WriteToSheet(stand.theme, parent, stand.tasks, _search, others)


ENTRIES = {
    "room-peers": Entry(window(demo.full, _peers), WIDE),
    "room-info": Entry(window(demo.full, _info), QSize(1180, 1000)),
    "room-info-member": Entry(window(demo.full, _info_member), MIDDLE),
    "room-files": Entry(window(demo.full, _files), MIDDLE),
    "invitations": Entry(window(demo.full, _invitations), MIDDLE),
    "invitations-none": Entry(window(demo.full, _no_invitations), MIDDLE),
    "invitation-cards": Entry(window(demo.full, _cards), MIDDLE),
    "room-waiting": Entry(window(demo.full, _waiting), MIDDLE),
    "room-refused": Entry(window(demo.full, _refused), MIDDLE),
    "room-removed": Entry(window(demo.full, _removed), MIDDLE),
    "sheet-invite-people": Entry(sheet(_invite_people), QSize(440, 470)),
    "sheet-invite-link": Entry(sheet(_invite_link), QSize(440, 640)),
    "sheet-invite-withdrawn": Entry(sheet(_invite_withdrawn), QSize(440, 620)),
    "sheet-write-to": Entry(sheet(_write_to), QSize(440, 560)),
    "sheet-create-room": Entry(sheet(_create), QSize(440, 640)),
}
