from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.domain.changes import LinkState, ServerState
from app.services.api import LanChoices
from app.ui.dialogs.ice_servers import IceServersSheet
from app.ui.dialogs.settings import SettingsSheet
from app.ui.network.diagnosis_sheet import DiagnosisSheet
from app.ui.network.facts import Heading, NearRow, PersonRow, ServerRow
from app.ui.network.settings_sheet import NetworkSettingsSheet
from tests.gallery import demo
from tests.gallery.network import link, measured
from tests.ui.fake_insight import OWN
from tests.ui.fake_names import peer_of, room_of
from tests.ui.rig import Rig

JONAS = "Jonas Weber"
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def people(rig: Rig) -> dict[str, PersonRow]:
    rows = rig.session.insight.model.rows()
    return {row.name: row for row in rows if isinstance(row, PersonRow)}


async def test_the_page_opens_by_keys_by_its_line_and_by_name(rig: Rig) -> None:
    page = rig.session.insight.page
    QTest.keyClick(rig.window, Qt.Key.Key_N, CONTROL | SHIFT)
    await rig.settle()
    assert rig.window.shows(page)
    assert rig.focus() is page.list
    await rig.open("Family")
    await rig.click(rig.window.sidebar.header.state)
    assert rig.window.shows(page)
    await rig.open("Family")
    rig.window.sidebar.header.state.setFocus()
    await rig.settle()
    QTest.keyClick(rig.window.sidebar.header.state, Qt.Key.Key_A)
    assert not rig.window.shows(page)
    QTest.keyClick(rig.window.sidebar.header.state, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.window.shows(page)
    await rig.open("Family")
    await rig.act("switcher")
    focus = rig.focus()
    assert focus is not None
    QTest.keyClicks(focus, "network")
    QTest.keyClick(focus, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.window.shows(page)
    assert rig.session.conversation.room is None


async def test_rows_stand_under_headings_and_say_it_all(rig: Rig) -> None:
    insight = rig.session.insight
    rig.backend.network.set_server("http://b.example:1", ServerState.OFFLINE, 3.0)
    away = replace(link("Kenji Sato", None, None), reason="ice-failed")
    rig.backend.network.linked[away.peer] = away
    await rig.act("network")
    model = insight.model
    titles = [row.title for row in model.rows() if isinstance(row, Heading)]
    assert titles == ["Servers · 2", "Linked · 3", "Not linked · 1"]
    assert not model.selectable(model.rows()[0])
    assert [model.description(row) for row in model.rows() if isinstance(row, Heading)] == [""] * 3
    said = {model.text(row): model.description(row) for row in model.rows()}
    assert said[JONAS].startswith("Direct · LAN · 0 s, round trip 2 ms")
    assert said["http://b.example:1"].startswith("Not reachable")
    assert "No way between" in said["Kenji Sato"]
    assert insight.page.state.text() == "1 of 2 servers online · 3 people linked"


async def test_the_page_lives_without_losing_its_place(rig: Rig) -> None:
    await rig.act("network")
    rows, model = rig.session.insight.page.list, rig.session.insight.model
    rows.setCurrentIndex(model.index_of(("person", peer_of("Priya Raman"))))
    now = link("Priya Raman", "relay", 340.0)
    rig.backend.network.linked[now.peer] = replace(now, through=peer_of(JONAS))
    rig.backend.network.add_link("Ana Costa")
    await rig.settle()
    row = rows.current_row()
    assert isinstance(row, PersonRow)
    assert row.name == "Priya Raman"
    assert "through \u2068Jonas Weber\u2069" in row.line
    assert row.figure == "340 ms"
    assert "Linked · 4" in [model.text(each) for each in model.rows()]


async def test_samples_are_taken_while_nobody_looks(rig: Rig) -> None:
    insight = rig.session.insight
    before = len(insight._history.of(peer_of(JONAS)))
    insight.sample()
    insight.sample()
    assert len(insight._history.of(peer_of(JONAS))) == before + 2
    assert insight.model.rows() == ()
    await rig.act("network")
    assert people(rig)[JONAS].past[-2:] == (2.0, 2.0)
    rig.backend.network.add_link(JONAS, LinkState.OFFLINE)
    await rig.settle()
    insight.sample()
    assert people(rig)[JONAS].past == ()


async def test_nothing_at_all_offers_the_check(fresh: Rig) -> None:
    await fresh.backend.network.disconnect(demo.SERVER)
    await fresh.act("network")
    page = fresh.session.insight.page
    assert page.nothing.isVisible()
    assert fresh.focus() is page.check_now
    assert page.state.text() == "Nobody linked"
    await fresh.click(page.check_now)
    fresh.dialog(DiagnosisSheet).reject()
    await fresh.settle()
    fresh.backend.network.add_link("Ana Costa")
    await fresh.settle()
    assert page.list.isVisible()


async def test_measurements_are_shown_and_begun_anew(rig: Rig) -> None:
    rig.backend.insight.measured = measured().insight.measured
    await rig.act("network")
    page = rig.session.insight.page
    await rig.click(page.tabs.buttons()[1])
    assert page.measuring
    names = [card.accessibleName() for card in page.charts.cards]
    assert names[0].startswith("Until a link is made. Half within 200 ms")
    assert page.charts.about.text().startswith("Counted here since 3 Nov")
    first = page.charts.cards[0]
    await rig.click(page.charts.reset)
    assert page.charts.cards[0] is first
    assert first.accessibleName() == "Until a link is made. Nothing measured yet."


async def test_cards_stand_beside_each_other_where_there_is_room(rig: Rig) -> None:
    await rig.act("network")
    page = rig.session.insight.page
    await rig.click(page.tabs.buttons()[1])
    cards = page.charts.cards
    assert cards[0].y() == cards[1].y()
    rig.window.resize(400, 700)
    await rig.settle()
    assert cards[0].x() == cards[1].x()
    assert page.back.isVisible()
    await rig.click(page.back)
    assert rig.window.sidebar.isVisible()
    page.charts.show_charts([], "")
    assert page.charts.cards == []


async def test_try_now_tries(rig: Rig) -> None:
    await rig.act("network")
    await rig.click(rig.session.insight.page.again)
    assert rig.backend.network.tries == 1


async def test_a_row_leads_on(rig: Rig) -> None:
    await rig.act("network")
    model, rows = rig.session.insight.model, rig.session.insight.page.list
    server = next(row for row in model.rows() if isinstance(row, ServerRow))
    rows.chosen.emit(server)
    await rig.settle()
    rig.dialog(SettingsSheet).reject()
    await rig.settle()
    rows.chosen.emit(people(rig)[JONAS])
    await rig.settle()
    sheet = rig.dialog(DiagnosisSheet)
    assert sheet.windowTitle() == "How is \u2068Jonas Weber\u2069 reached?"
    sheet.reject()
    await rig.settle()
    rows.chosen.emit(model.rows()[0])
    await rig.settle()
    assert rig.no_dialog()


async def test_who_is_met_without_a_server_is_said(rig: Rig) -> None:
    rig.backend.network.near = True
    await rig.act("network")
    model = rig.session.insight.model
    said = {model.text(row): model.description(row) for row in model.rows()}
    assert said["On this network"] == ""
    assert said["Without a server"] == "People of this network are met directly"
    rig.session.insight.page.list.chosen.emit(NearRow())
    await rig.settle()
    rig.dialog(NetworkSettingsSheet).reject()
    await rig.settle()


async def test_sharing_is_set_in_a_sheet(rig: Rig) -> None:
    await rig.act("network")
    await rig.click(rig.session.insight.page.settings)
    sheet = rig.dialog(NetworkSettingsSheet)
    assert sheet.relay.isChecked()
    sheet.relay.click()
    sheet.time_zone.click()
    sheet.region.setText("  Hamburg ")
    sheet.host.click()
    await rig.click(sheet.go)
    assert rig.no_dialog()
    sharing = rig.backend.insight.sharing
    assert (sharing.relay, sharing.region, sharing.time_zone) == (False, "Hamburg", True)
    assert rig.backend.network.lan() == LanChoices(direct=True, may_host=False)


async def test_the_settings_lead_to_those_of_the_network(rig: Rig) -> None:
    await rig.act("settings")
    await rig.click(rig.dialog(SettingsSheet).network)
    sheet = rig.dialog(NetworkSettingsSheet)
    sheet.direct.click()
    rig.backend.network.near = False
    await rig.click(sheet.go)
    assert not rig.backend.network.lan().direct


async def test_the_sheet_leads_to_servers_and_helpers(rig: Rig) -> None:
    await rig.act("network")
    page = rig.session.insight.page
    await rig.click(page.settings)
    await rig.click(rig.dialog(NetworkSettingsSheet).helpers)
    rig.dialog(IceServersSheet).reject()
    await rig.settle()
    await rig.click(page.settings)
    await rig.click(rig.dialog(NetworkSettingsSheet).servers)
    rig.dialog(SettingsSheet).reject()
    await rig.settle()
    assert rig.backend.insight.sharing.relay


async def test_what_members_can_do_follows_what_they_tell(rig: Rig) -> None:
    room = await rig.open("Lighthouse Survey")
    here = next(member for member in room.members if member.name == JONAS)
    assert rig.window.members.tip(here) == ""
    rig.backend.insight.tell(here.peer, OWN)
    await rig.settle()
    assert rig.window.members.tip(here).startswith("Relay: ")


async def test_a_row_has_a_menu(rig: Rig) -> None:
    await rig.act("network")
    insight = rig.session.insight
    rows, menu = insight.page.list, insight.menu.menu
    rows.setCurrentIndex(insight.model.index_of(("person", peer_of(JONAS))))
    QTest.keyClick(rows, Qt.Key.Key_Menu)
    await rig.settle()
    assert menu.isVisible()
    assert menu.accessibleName() == JONAS
    assert [each.text() for each in menu.actions()] == ["Connection…", "Profile…", "Message"]
    menu.actions()[2].trigger()
    menu.close()
    await rig.settle()
    assert rig.room() == room_of(JONAS)
    await rig.act("network")
    rows.menu_wanted.emit(insight.model.rows()[1], rows.mapToGlobal(rows.rect().center()))
    menu.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == demo.SERVER
    menu.actions()[1].trigger()
    menu.close()
    await rig.settle()
    rig.dialog(SettingsSheet).reject()
    await rig.settle()
    rows.menu_wanted.emit(insight.model.rows()[0], rows.mapToGlobal(rows.rect().center()))
    assert not menu.isVisible()
