"""The network in the window: the page in its states, the check, the settings."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.domain.capabilities import NetRole, Sharing
from app.domain.changes import LinkState, ServerState
from app.domain.views import MemberView
from app.services.api import LanChoices, LinkView
from app.services.network_api import Distribution, Finding, Measured, Measurements
from app.ui.network.diagnosis_sheet import DiagnosisSheet
from app.ui.network.history import KEPT
from app.ui.network.settings_sheet import NetworkSettingsSheet
from app.ui.session import Session
from tests.gallery import demo
from tests.gallery.entry import Entry, Stand
from tests.gallery.shots import settle
from tests.gallery.windows import MIDDLE, NARROW, SMALL, SURVEY, WIDE, sheet, window
from tests.ui.fake_backend import FakeBackend
from tests.ui.fake_insight import OWN, spread
from tests.ui.fake_names import FROZEN_MS, peer_of

JONAS, MARA, PRIYA, DEV, KENJI = (
    "Jonas Weber",
    "Mara Lindqvist",
    "Priya Raman",
    "Dev Anand",
    "Kenji Sato",
)
ARABIC = "ليلى حداد"
LONG = "Bartholomew Featherstonehaugh-Cholmondeley of the Northern Lights"
MINUTE = 60_000
_RATES = (1, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000)


def link(name: str, route: str | None = "lan", rtt: float | None = 2.0) -> LinkView:
    """A good link to somebody that has been up for twelve minutes."""
    online = LinkState.ONLINE if route else LinkState.OFFLINE
    since = FROZEN_MS - 12 * MINUTE
    quality = 0.95 if route else None
    return LinkView(peer_of(name), online, route, rtt, 0.0, since, quality=quality)


def linked() -> FakeBackend:
    """Links of every kind, and two servers."""
    backend = demo.full()
    for name in (LONG, ARABIC, KENJI):
        backend.contacts.add(peer_of(name), name, "friend")
    network = backend.network
    network.near = True
    network.set_server("mqtts://broker.example.org", ServerState.OFFLINE, 4.0)
    long = "https://a-rather-long-name.of.a.server.example.org:8765"
    network.set_server(long, ServerState.ONLINE)
    found = [
        replace(link(JONAS), rate_in=18_400_000.0, rate_out=30_000.0),
        replace(link(MARA, "direct", 86.0), loss=0.02, quality=0.55),
        replace(link(PRIYA, "relay", 320.0), through=peer_of(JONAS), loss=0.11, quality=0.2),
        replace(link(ARABIC, "direct", 24.0), since_ms=FROZEN_MS - 3 * 60 * MINUTE),
        replace(link(LONG, "relay", 140.0), quality=0.6),
        replace(link(DEV, None, None), reason="ice-failed"),
        replace(link(KENJI, None, None), state=LinkState.CONNECTING, since_ms=FROZEN_MS - 4000),
    ]
    network.linked = {each.peer: each for each in found}
    return backend


def measured() -> FakeBackend:
    """Something of everything was measured."""
    backend = linked()
    quick = Distribution(_RATES, (0, 0, 0, 1, 2, 5, 9, 22, 14, 3, 0, 0, 0), 1_200_000.0)
    slow = Distribution(_RATES, (0, 1, 3, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0), 3000.0)
    histograms = {
        "connect_ms": spread(0, 0, 0, 1, 2, 6, 14, 31, 20, 8, 3, 1),
        "delivery_ms": spread(0, 12, 80, 241, 190, 60, 32, 12, 3, 1, 0, 1),
        "server_rtt_ms": spread(2, 30, 12, 4, 1),
        "reconnect_ms": spread(0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 3, 1),
        "transfer_kbyte_s.direct": quick,
        "transfer_kbyte_s.relay": slow,
    }
    counters = {
        "links_opened": 86,
        "links_opened.lan": 40,
        "links_opened.direct": 38,
        "links_opened.relay": 8,
        "link_failures": 7,
        "link_failures.ice-failed": 5,
        "link_failures.no-answer": 2,
        "attempts.direct": 71,
        "attempt_failures.direct.ice": 12,
        "attempt_failures.direct.signaling": 2,
        "attempts.turn": 14,
        "attempt_failures.turn.dtls": 1,
        "attempts.member": 8,
        "messages_sent": 1204,
        "messages_received": 3310,
        "links_closed": 12,
        "reconnections": 11,
        "errors.disk-full": 1,
        "server_failures.server-unreachable": 6,
    }
    since = FROZEN_MS - 18 * 24 * 60 * MINUTE
    kept = Measured(counters, histograms)
    backend.insight.measured = Measurements(7400.0, since, kept, kept)
    return backend


def crowd() -> FakeBackend:
    """Sixty links."""
    backend = demo.full()
    for at in range(60):
        name = f"Member {at:02}"
        backend.contacts.add(peer_of(name), name, "friend")
        route = ("lan", "direct", "relay")[at % 3]
        made = replace(link(name, route, 3.0 + 7 * at), quality=1 - at / 70)
        backend.network.linked[made.peer] = made
    return backend


def _past(session: Session, backend: FakeBackend) -> None:
    """Let two minutes go by."""
    real = dict(backend.network.linked)
    for at in range(KEPT):
        for peer, one in real.items():
            wave = 1 + 0.3 * math.sin(at / 5 + peer[0]) + (0.8 if at % 17 == peer[1] % 17 else 0)
            if one.rtt_ms is not None:
                backend.network.linked[peer] = replace(one, rtt_ms=one.rtt_ms * wave)
        session.insight.sample()
    backend.network.linked = real
    session.insight.sample()


async def _page(session: Session, backend: FakeBackend) -> None:
    _past(session, backend)
    session.insight.open()
    await settle(4)


async def _measured(session: Session, backend: FakeBackend) -> None:
    await _page(session, backend)
    measured = session.insight.page.tabs.buttons()[1]
    measured.setFocus()
    measured.click()
    await settle(4)


async def _none(session: Session, backend: FakeBackend) -> None:
    backend.network.linked.clear()
    await backend.network.disconnect(demo.SERVER)
    session.network.end_grace()
    session.insight.open()


def served() -> FakeBackend:
    """A room of many, of whom some are not linked; two couriers, a relay."""
    backend = demo.full()
    chats, insight = backend.chats, backend.insight
    chats.give_role(SURVEY, chats.me, "admin")
    room = chats.book[SURVEY]
    for name in (ARABIC, "Ana Costa"):
        around = MemberView(peer_of(name), name, "member", you=False, online=True)
        room.members.append(around)
    shelf = MemberView(peer_of("Shelf"), "Shelf in the cellar", "courier", you=False, online=True)
    chats.couriers[SURVEY] = [
        replace(shelf, route="direct", rtt_ms=31.0),
        replace(shelf, peer=peer_of("old"), name=LONG, online=False),
    ]
    insight.told[peer_of(JONAS)] = replace(OWN, role=NetRole.SUPER_PEER)
    insight.told[peer_of(MARA)] = OWN
    return backend


async def _members(session: Session, _backend: FakeBackend) -> None:
    await session.conversation.open(SURVEY)
    await settle(4)


async def _couriers(session: Session, backend: FakeBackend) -> None:
    await _members(session, backend)
    session._window.drawer.show_page(2)
    await settle(4)


FINDINGS = (
    Finding("server", True, "The server http://192.0.2.7:8765 answers in 3 ms."),
    Finding(
        "server",
        False,
        "At https://chat.example.org:8765 nothing listens: the connection was refused.",
        "Check the port, and whether the server is running.",
        place="servers",
    ),
    Finding("clock", True, "The clock agrees with the server's."),
    Finding(
        "turn",
        False,
        "The relay turn:relay.example.org:3478 does not accept our name and password.",
        "Type them again.",
        place="helpers",
    ),
    Finding("mdns", None, "Whether this network passes announcements on cannot be told alone."),
    Finding("version", True, "Kenji uses the same version."),
)


def _found(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    made = DiagnosisSheet(stand.theme, parent, "Why can't I reach Kenji Sato?")
    made.end(FINDINGS, "report")
    return made


def _looking(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    made = DiagnosisSheet(stand.theme, parent, "Why can't I reach Kenji Sato?")
    for finding in FINDINGS[:3]:
        made.hear(finding)
    made.bar.setRange(0, 100)  # or the picture depends on the moment
    made.bar.setValue(40)
    return made


def _well(stand: Stand, _backend: FakeBackend, parent: QWidget) -> QWidget:
    made = DiagnosisSheet(stand.theme, parent, "Is the network all right?")
    made.end([finding for finding in FINDINGS if finding.ok], "report")
    return made


def _settings(stand: Stand, backend: FakeBackend, parent: QWidget) -> QWidget:
    sharing = Sharing(relay=True, region="Hamburg", time_zone=False)

    async def save(sharing: Sharing, _lan: LanChoices) -> None:
        await backend.insight.set_sharing(sharing)

    return NetworkSettingsSheet(stand.theme, parent, stand.tasks, sharing, LanChoices(), save)


ENTRIES = {
    "network": Entry(window(linked, _page), QSize(1100, 940)),
    "network-measured": Entry(window(measured, _measured), QSize(1100, 960)),
    "network-not-measured": Entry(window(linked, _measured), MIDDLE),
    "network-crowd": Entry(window(crowd, _page), MIDDLE),
    "network-narrow": Entry(window(measured, _measured), NARROW),
    "network-small": Entry(window(linked, _page), SMALL),
    "network-none": Entry(window(demo.first_start, _none), MIDDLE),
    "room-around": Entry(window(served, _members), WIDE),
    "room-couriers": Entry(window(served, _couriers), QSize(1180, 1100)),
    "sheet-diagnosis": Entry(sheet(_found), QSize(440, 560)),
    "sheet-diagnosis-looking": Entry(sheet(_looking), QSize(440, 560)),
    "sheet-diagnosis-well": Entry(sheet(_well), QSize(440, 560)),
    "sheet-network": Entry(sheet(_settings), QSize(440, 690)),
}
