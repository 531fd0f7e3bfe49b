"""Why somebody cannot be reached, asked from wherever it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel, QMenu

from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.services.network_api import Diagnosis, Finding, nobody
from app.ui.dialogs.blocked import BlockedSheet
from app.ui.dialogs.ice_servers import IceServersSheet
from app.ui.dialogs.person import PersonSheet
from app.ui.dialogs.settings import SettingsSheet
from app.ui.dialogs.updates import UpdatesSheet
from app.ui.government import Deed
from app.ui.network.diagnosis_sheet import DiagnosisSheet
from app.ui.network.settings_sheet import NetworkSettingsSheet
from tests.ui.fake_insight import OWN, FakeInsight
from tests.ui.fake_names import peer_of
from tests.ui.rig import Rig

JONAS = "Jonas Weber"
LEADS_TO: dict[str, type[QDialog]] = {
    "helpers": IceServersSheet,
    "contacts": PersonSheet,
    "servers": SettingsSheet,
    "sharing": NetworkSettingsSheet,
    "update": UpdatesSheet,
}
REFUSED = Finding("server", False, "Nothing listens there.", "Check the port.", place="servers")


async def test_a_check_leads_to_its_fix(rig: Rig) -> None:
    peer = peer_of("Kenji Sato")
    for place, goal in LEADS_TO.items():
        found = Finding("odd", False, "It is not.", "Do it.", place=place)
        rig.backend.insight.findings[peer] = (found,)
        task = asyncio.ensure_future(rig.session.insight.diagnosing.person(peer))
        await rig.settle()
        sheet = rig.dialog(DiagnosisSheet)
        assert sheet.windowTitle() == "Why can't I reach \u2068Kenji Sato\u2069?"
        await rig.click(sheet.rows[0].button)
        rig.dialog(goal)
        rig.session.flows.close_open()
        await rig.settle()
        await task


async def test_a_lost_link_can_be_tried_at_once(rig: Rig) -> None:
    rig.backend.insight.findings[None] = (Finding("attempts", False, "It failed.", "Try now."),)
    task = asyncio.ensure_future(rig.session.insight.diagnosing.network())
    await rig.settle()
    await rig.click(rig.dialog(DiagnosisSheet).rows[0].button)
    await task
    assert rig.backend.network.tries == 1


async def test_what_has_to_do_with_contacts_leads_to_the_blocked_for_the_whole(rig: Rig) -> None:
    found = Finding("blocked", False, "Some are blocked.", "Unblock them.", place="contacts")
    rig.backend.insight.findings[None] = (found,)
    task = asyncio.ensure_future(rig.session.insight.diagnosing.network())
    await rig.settle()
    await rig.click(rig.dialog(DiagnosisSheet).rows[0].button)
    rig.dialog(BlockedSheet).reject()
    await task


async def test_a_check_that_cannot_be_made_says_why_and_can_be_repeated(rig: Rig) -> None:
    insight = rig.backend.insight
    insight.failing = AppError("unknown-peer")
    task = asyncio.ensure_future(rig.session.insight.diagnosing.network())
    await rig.settle()
    sheet = rig.dialog(DiagnosisSheet)
    assert sheet.problem.text().startswith("This person is not online")
    insight.failing = None
    insight.findings[None] = (REFUSED,)
    await rig.click(sheet.repeat)
    assert [row.finding for row in sheet.rows] == [REFUSED]
    assert sheet.problem.isHidden()
    sheet.reject()
    await task


class SlowInsight(FakeInsight):
    """Never comes to an end."""

    ended = False
    first: Finding | None = None

    async def diagnose(
        self, _peer: PeerId | None = None, heard: Callable[[Finding], None] = nobody
    ) -> Diagnosis:
        if self.first is not None:
            heard(self.first)
        try:
            await asyncio.Event().wait()
        finally:
            self.ended = True
        raise AssertionError


async def test_findings_are_shown_while_others_are_on_their_way(rig: Rig) -> None:
    slow = SlowInsight(rig.backend.feed, rig.backend.profile.peer)
    slow.first = REFUSED
    rig.backend.insight = slow
    task = asyncio.ensure_future(rig.session.insight.diagnosing.network())
    await rig.settle()
    sheet = rig.dialog(DiagnosisSheet)
    assert [row.finding for row in sheet.rows] == [REFUSED]
    assert sheet.bar.isVisible()
    assert not sheet.copy.isEnabled()
    await rig.click(sheet.rows[0].button)
    rig.dialog(SettingsSheet).reject()
    await task
    assert slow.ended


async def test_closing_ends_the_looking(rig: Rig) -> None:
    slow = SlowInsight(rig.backend.feed, rig.backend.profile.peer)
    rig.backend.insight = slow
    task = asyncio.ensure_future(rig.session.insight.diagnosing.network())
    await rig.settle()
    rig.dialog(DiagnosisSheet).reject()
    await task
    await rig.settle()
    assert slow.ended


async def test_a_member_is_asked_about_from_the_menu_and_the_profile(rig: Rig) -> None:
    room = await rig.open("Lighthouse Survey")
    away = next(member for member in room.members if member.name == "Dev Anand")
    here = next(member for member in room.members if member.name == JONAS)
    for member, deed in ((away, Deed.REACH), (here, Deed.CONNECTION)):
        task = asyncio.ensure_future(rig.session.members.carry_out(deed, room.room, member))
        await rig.settle()
        rig.dialog(DiagnosisSheet).reject()
        await task
    rig.backend.insight.tell(here.peer, OWN)
    task = asyncio.ensure_future(rig.session.people.show(here.peer))
    await rig.settle()
    sheet = rig.dialog(PersonSheet)
    said = [label.text() for label in sheet.findChildren(QLabel)]
    assert any(line.startswith("Direct · LAN") for line in said)
    assert any(line.startswith("Relay · Offers files") for line in said)
    await rig.click(sheet.check)
    rig.dialog(DiagnosisSheet).reject()
    await task


async def test_the_notice_of_who_is_away_says_why(rig: Rig) -> None:
    await rig.open("Kenji Sato")
    banner = rig.session.view.offline
    await rig.click(banner.button)
    sheet = rig.dialog(DiagnosisSheet)
    assert "Kenji Sato" in sheet.windowTitle()
    sheet.reject()
    await rig.settle()
    room = await rig.open("Lighthouse Survey")
    rig.backend.chats.set_online(room.room, "Mara Lindqvist", online=False)
    await rig.settle()
    await rig.click(banner.button)
    menu = next(each for each in rig.session.view.findChildren(QMenu) if each.isVisible())
    assert [action.text() for action in menu.actions()] == [
        "\u2068Mara Lindqvist\u2069",
        "\u2068Dev Anand\u2069",
    ]
    menu.actions()[1].trigger()
    menu.close()
    await rig.settle()
    assert "Dev Anand" in rig.dialog(DiagnosisSheet).windowTitle()
    rig.dialog(DiagnosisSheet).reject()
    await rig.settle()


async def test_a_room_can_be_checked(rig: Rig) -> None:
    apart = Finding("mesh", False, "Dev is apart.", "Wait.", safe="1 person is apart.")
    rig.backend.insight.findings[None] = (apart,)
    await rig.open("Lighthouse Survey")
    rig.window.drawer.show_page(2)
    await rig.settle()
    await rig.click(rig.window.drawer.info.check)
    sheet = rig.dialog(DiagnosisSheet)
    assert sheet.windowTitle() == "Does \u2068Lighthouse Survey\u2069 hold together?"
    assert [row.finding for row in sheet.rows] == [apart]
    await rig.click(sheet.copy)
    copied = QGuiApplication.clipboard().text()
    assert "1 person is apart." in copied
    assert "Dev" not in copied
    sheet.reject()
    await rig.settle()
    await rig.open(JONAS)
    assert not rig.window.drawer.info.check.isVisible()
