from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.contacts import ContactView
from app.ui.dialogs.forms import ConfirmSheet
from app.ui.dialogs.report import ReportSheet
from app.ui.main_window import SMALLEST
from app.ui.views.requests import RequestCard
from tests.ui.fake_names import peer_of
from tests.ui.rig import Rig

ANA, LEO = "Ana Costa", "Leo Novak"


async def asked(rig: Rig, name: str = ANA, text: str = "Hi, we met at the pier") -> ContactView:
    view = rig.backend.contacts.add(peer_of(name), name, "incoming", text)
    await rig.settle()
    return view


async def cards(rig: Rig) -> list[RequestCard]:
    """Open the page from the list."""
    await rig.click_row("Requests")
    assert rig.window.shows(rig.session.requests.page)
    return rig.session.requests.page.cards


def state(rig: Rig, name: str = ANA) -> str:
    return rig.backend.contacts.of(peer_of(name)).state


async def test_who_asks_is_counted_in_the_list_with_the_text(rig: Rig) -> None:
    assert "Requests" not in rig.names()
    await asked(rig)
    row = rig.window.rooms.rows()[0]
    assert rig.window.rooms.text(row) == "Requests"
    assert rig.window.rooms.description(row) == "1 waiting, Ana Costa: Hi, we met at the pier"
    await asked(rig, LEO)
    assert rig.window.rooms.description(rig.window.rooms.rows()[0]).startswith("2 waiting, Ana")
    assert ANA not in rig.names(), "who asks is not listed as a stranger on this network too"


async def test_requests_are_there_after_a_start(rig: Rig) -> None:
    rig.backend.contacts.add(peer_of(ANA), ANA, "incoming", "hello")
    rig.session.requests.load()
    assert rig.names()[0] == "Requests"


async def test_accepting_opens_the_conversation(rig: Rig) -> None:
    await asked(rig)
    (card,) = await cards(rig)
    assert rig.focus() is card.field
    await rig.click(card.accept)
    assert state(rig) == "friend"
    assert rig.room() == rig.backend.contacts.room_with(peer_of(ANA))
    assert "Requests" not in rig.names()


async def test_an_answer_accepts_and_is_sent(rig: Rig) -> None:
    await asked(rig)
    (card,) = await cards(rig)
    QTest.keyClicks(card.field, "Hello Ana")
    assert card.accept.text() == "Send"
    QTest.keyClick(card.field, Qt.Key.Key_Return)
    await rig.settle()
    assert state(rig) == "friend"
    room = rig.room()
    assert room is not None
    assert rig.backend.chats.book[room].messages[-1].text == "Hello Ana"


async def test_what_is_typed_outlives_another_request(rig: Rig) -> None:
    await asked(rig)
    (card,) = await cards(rig)
    QTest.keyClicks(card.field, "Hel")
    await asked(rig, LEO)
    assert [each.field.text() for each in rig.session.requests.page.cards] == ["Hel", ""]
    assert rig.focus() is card.field


async def test_deleting_says_nothing_to_anybody(rig: Rig) -> None:
    await asked(rig)
    (card,) = await cards(rig)
    await rig.click(card.delete)
    assert state(rig) == "none"
    assert rig.session.requests.page.nothing.isVisible()


async def test_blocking_asks_first(rig: Rig) -> None:
    await asked(rig)
    (card,) = await cards(rig)
    await rig.click(card.block)
    rig.dialog(ConfirmSheet).reject()
    await rig.settle()
    assert state(rig) == "incoming"
    await rig.click(card.block)
    await rig.click(rig.dialog(ConfirmSheet).go)
    assert state(rig) == "blocked"
    assert "Requests" not in rig.names()
    assert ANA not in rig.names()


async def test_reporting_blocks_unless_it_is_not_wanted(rig: Rig) -> None:
    await asked(rig)
    (card,) = await cards(rig)
    await rig.click(card.report)
    sheet = rig.dialog(ReportSheet)
    assert "Hi, we met at the pier" in sheet.text.toPlainText()
    assert rig.backend.profile.name not in sheet.text.toPlainText()
    sheet.block.setChecked(False)
    await rig.click(sheet.go)
    assert state(rig) == "incoming"
    await rig.click(card.report)
    await rig.click(rig.dialog(ReportSheet).go)
    assert state(rig) == "blocked"


async def test_all_answers_are_within_reach_in_the_smallest_window(rig: Rig) -> None:
    await asked(rig)
    (card,) = await cards(rig)
    rig.window.resize(SMALLEST)
    await rig.settle()
    for button in (card.block, card.report, card.delete, card.accept):
        right = button.mapTo(rig.window, button.rect().topRight()).x()
        assert 0 < right < SMALLEST.width()
    below = card.block.y()
    rig.window.resize(1100, 700)
    await rig.settle()
    assert below > card.accept.y() == card.block.y()
