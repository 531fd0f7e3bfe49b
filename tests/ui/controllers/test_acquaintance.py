from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from app.domain.changes import ErrorRaised
from app.domain.ids import to_text
from app.ui.controllers.acquaintance import WARNING
from app.ui.dialogs.forms import ConfirmSheet
from app.ui.dialogs.person import PersonDeed, PersonSheet
from app.ui.dialogs.safety import SafetySheet
from app.ui.views.deed_bar import DeedBar
from tests.ui.fake_names import peer_of, room_of
from tests.ui.rig import Rig

ANA, JONAS = "Ana Costa", "Jonas Weber"


def button(bar: DeedBar, words: str) -> QPushButton:
    return next(each for each in bar.buttons if each.text() == words)


def state(rig: Rig, name: str) -> str:
    return rig.backend.contacts.of(peer_of(name)).state


async def test_a_first_message_asks_and_waits(rig: Rig) -> None:
    await rig.click_row(ANA)
    bar = rig.session.view.request_bar
    assert not bar.isVisible()
    await rig.write("Hi Ana", send=True)
    assert state(rig, ANA) == "requested"
    assert "Waiting for Ana Costa to accept" in bar.words.text()
    await rig.write("and another", send=True)
    room = rig.room()
    assert room is not None
    assert [row.text for row in rig.backend.chats.book[room].messages] == ["Hi Ana", "and another"]
    rig.backend.contacts.add(peer_of(ANA), ANA, "friend")
    await rig.settle()
    assert not bar.isVisible()


async def test_a_request_can_be_taken_back(rig: Rig) -> None:
    await rig.click_row(ANA)
    await rig.write("Hi Ana", send=True)
    await rig.click(button(rig.session.view.request_bar, "Cancel"))
    await rig.click(rig.dialog(ConfirmSheet).go)
    assert state(rig, ANA) == "none"
    assert rig.room() is None


async def test_who_is_blocked_can_be_let_in_again_from_the_conversation(rig: Rig) -> None:
    rig.backend.contacts.add(peer_of(JONAS), JONAS, "blocked")
    await rig.open(JONAS)
    bar = rig.session.view.request_bar
    assert bar.words.text() == "You have blocked Jonas Weber."
    await rig.click(button(bar, "Unblock"))
    assert state(rig, JONAS) == "friend"
    assert not bar.isVisible()


async def test_a_known_name_with_another_key_is_shouted(rig: Rig) -> None:
    await rig.open(JONAS)
    params = {"peer": to_text(peer_of(JONAS)), "name": JONAS, "known": to_text(peer_of("other"))}
    rig.backend.feed.publish(ErrorRaised(WARNING, params))
    await rig.settle()
    bar = rig.session.view.impostor_bar
    assert bar.isVisible()
    assert "impostor" in bar.accessibleName()
    await rig.open("Lighthouse Survey")
    assert not bar.isVisible()
    await rig.open(JONAS)
    await rig.click(button(bar, "Verify"))
    await rig.click(rig.dialog(SafetySheet).same)
    assert rig.backend.contacts.of(peer_of(JONAS)).verified
    assert not bar.isVisible()
    assert rig.session.view.header.verified.isVisible()


async def test_the_shout_ends_by_blocking_or_by_saying_so(rig: Rig) -> None:
    await rig.open(JONAS)
    params = {"peer": to_text(peer_of(JONAS)), "name": JONAS, "known": to_text(peer_of("other"))}
    rig.backend.feed.publish(ErrorRaised(WARNING, params))
    await rig.settle()
    bar = rig.session.view.impostor_bar
    await rig.click(button(bar, "Block"))
    await rig.click(rig.dialog(ConfirmSheet).go)
    assert state(rig, JONAS) == "blocked"
    assert not bar.isVisible()
    await rig.click(button(rig.session.view.request_bar, "Unblock"))
    assert bar.isVisible()
    await rig.click(button(bar, "I know them"))
    assert not bar.isVisible()


async def test_the_header_leads_to_the_profile(rig: Rig) -> None:
    await rig.open(JONAS)
    await rig.click(rig.session.view.header.identity.title)
    sheet = rig.dialog(PersonSheet)
    sheet.alias.setText("Skipper")
    sheet.notes.setPlainText("met at pier 4")
    await rig.click(sheet.buttons[PersonDeed.VERIFY])
    kept = rig.backend.contacts.of(peer_of(JONAS))
    assert (kept.alias, kept.note) == ("Skipper", "met at pier 4")
    assert rig.dialog(SafetySheet).windowTitle() == "Verify Skipper"
    assert rig.backend.chats.book[room_of(JONAS)].messages
