"""What one sees of people: requests, profiles, safety numbers, reports."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.crypto.identity import fingerprint, safety_number
from app.domain.changes import ErrorRaised
from app.domain.contacts import ContactView, SafetyView
from app.domain.ids import to_text
from app.ui.controllers.acquaintance import WARNING
from app.ui.dialogs.person import PersonFacts, PersonSheet
from app.ui.dialogs.report import ReportSheet
from app.ui.dialogs.safety import SafetySheet
from app.ui.people_phrases import report_text
from app.ui.session import Session
from tests.gallery import demo
from tests.gallery.entry import Entry, Stand, frozen_now
from tests.gallery.shots import settle
from tests.gallery.windows import MIDDLE, sheet, window
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_names import peer_of, room_of

ANA, JONAS, ARABIC = "Ana Costa", "Jonas Weber", "ليلى حداد"
REACHED = (
    "Direct · LAN · 12 min · 2 ms · Good",
    "Relay · Offers files, relaying",
    "3 of 64 links · 64 GB free · Hamburg · UTC+1",
)
LONG = "Bartholomew Featherstonehaugh-Cholmondeley of the Northern Lights"


async def _requests(session: Session, backend: FakeBackend) -> None:
    contacts = backend.contacts
    contacts.add(peer_of(ANA), ANA, "incoming", "Hi, we met at the pier. Do you still have it?")
    contacts.add(peer_of(ARABIC + "2"), ARABIC, "incoming", "مساء الخير، هل يمكننا التحدث؟")
    contacts.add(peer_of(LONG), LONG, "incoming", "I have a long name and much to say. " * 6)
    await settle(6)
    session.requests.open()


async def _bars(session: Session, backend: FakeBackend) -> None:
    peer = peer_of(JONAS)
    backend.contacts.add(peer, JONAS, "requested", "Hi")
    params = {"peer": to_text(peer), "name": JONAS, "known": to_text(peer_of("other"))}
    backend.feed.publish(ErrorRaised(WARNING, params))
    await session.conversation.open(room_of(JONAS))


def _view(name: str, state: str = "friend") -> ContactView:
    return ContactView(
        peer_of(name), name, "", "", state, "", online=True, verified=False, presence="away"
    )


def _person(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    view = replace(_view(JONAS), alias="Skipper", note="Met at pier 4", verified=True)
    rooms = ("Lighthouse Survey", "Book club")
    facts = PersonFacts(view, fingerprint(view.peer), rooms, connection=REACHED)
    return PersonSheet(stand.theme, parent, facts)


def _blocked(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    view = _view(LONG, "blocked")
    return PersonSheet(stand.theme, parent, PersonFacts(view, fingerprint(view.peer)))


def _safety(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
    async def read(_picture: bytes) -> str:
        return ""

    number = SafetyView(safety_number(backend.profile.peer, peer_of(JONAS)), verified=False)
    return SafetySheet(stand.theme, parent, stand.tasks, JONAS, number, read_code=read)


def _report(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
    view = _view(JONAS)
    messages = backend.chats.book[room_of(JONAS)].messages

    def compose(chosen: object) -> str:
        del chosen
        return report_text(view, fingerprint(view.peer), messages, frozen_now())

    return ReportSheet(stand.theme, parent, JONAS, messages, compose)


ENTRIES = {
    "requests": Entry(window(demo.full, _requests), MIDDLE),
    "person-bars": Entry(window(demo.full, _bars), MIDDLE),
    "sheet-person": Entry(sheet(_person), QSize(440, 660)),
    "sheet-person-blocked": Entry(sheet(_blocked), QSize(440, 520)),
    "sheet-safety": Entry(sheet(_safety), QSize(440, 600)),
    "sheet-report": Entry(sheet(_report), QSize(440, 480)),
}
