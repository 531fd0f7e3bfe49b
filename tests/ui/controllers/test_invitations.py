from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.changes import RoomChanged
from app.domain.errors import AppError
from app.domain.governing import InvitationView
from app.domain.views import RoomKind
from app.ui.dialogs.forms import ConfirmSheet
from app.ui.dialogs.leave import LeaveSheet
from app.ui.messages.layout import Item
from app.ui.views.invitations import InvitationCard
from tests.ui.controllers.test_room_panel import offered
from tests.ui.fake_names import FROZEN_MS, peer_of, room_of
from tests.ui.rig import NO_KEYS, Rig

KENJI, CLUB, SURVEY = "Kenji Sato", "Book club", "Lighthouse Survey"


async def receive(rig: Rig, name: str = CLUB, sender: str = KENJI) -> InvitationView:
    rig.backend.chats.now_ms += 1000
    view = rig.backend.governance.receive(sender, name)
    await rig.settle()
    return view


async def page(rig: Rig) -> list[InvitationCard]:
    """Open the page of invitations from the list."""
    await rig.click_row("Invitations")
    assert rig.window.shows(rig.session.invitations.page)
    return rig.session.invitations.page.cards


def card_items(rig: Rig) -> list[Item]:
    return [row.item for row in rig.session.view.messages._rows if row.item.card is not None]


async def click_card(rig: Rig, words: str) -> None:
    """Click a button of the last card in the open conversation."""
    messages = rig.session.view.messages
    row = [row for row in messages._rows if row.item.card is not None][-1]
    assert row.item.card is not None
    button = next(each for each in row.item.card.buttons if each.words == words)
    where = button.box.translated(0, row.y).center().toPoint()
    QTest.mouseClick(messages.viewport(), Qt.MouseButton.LeftButton, NO_KEYS, where)
    await rig.settle()


async def test_what_waits_is_in_the_list_and_on_a_page(rig: Rig) -> None:
    assert "Invitations" not in rig.names()
    await receive(rig)
    await receive(rig, "Night trains", "Leo")
    assert rig.names()[0] == "Invitations"
    row = rig.window.rooms.rows()[0]
    told = rig.window.rooms.description(row)
    assert told.startswith("2 waiting, ")
    assert "and 1 more" in told
    cards = await page(rig)
    assert [card.invitation.name for card in cards] == ["Night trains", CLUB]
    assert rig.focus() is cards[0].join
    assert rig.room() is None


async def test_joining_leads_to_the_room(rig: Rig) -> None:
    await receive(rig)
    cards = await page(rig)
    QTest.keyClick(cards[0].join, Qt.Key.Key_Space)
    await rig.settle()
    assert rig.room() == room_of(CLUB)
    assert "Invitations" not in rig.names()


async def test_declining_leaves_the_rest_and_the_keys_there(rig: Rig) -> None:
    await receive(rig)
    await receive(rig, "Night trains", "Leo")
    cards = await page(rig)
    cards[0].decline.setFocus()
    await rig.click(cards[0].decline)
    left = rig.session.invitations.page.cards
    assert [card.invitation.name for card in left] == [CLUB]
    assert rig.focus() is left[0].join
    await rig.click(left[0].decline)
    assert rig.session.invitations.page.nothing.isVisible()
    assert "Invitations" not in rig.names()


async def test_blocking_the_sender_asks_and_takes_all_of_theirs_away(rig: Rig) -> None:
    await receive(rig)
    await receive(rig, "Night trains")
    await receive(rig, "Choir", "Leo")
    card = next(card for card in await page(rig) if card.invitation.name == CLUB)
    await rig.click(card.block)
    rig.dialog(ConfirmSheet).reject()
    await rig.settle()
    assert len(rig.session.invitations.pending()) == 3
    await rig.click(card.block)
    rig.dialog(ConfirmSheet).go.click()
    await rig.settle()
    assert [each.name for each in rig.session.invitations.pending()] == ["Choir"]
    assert rig.backend.contacts.book[peer_of(KENJI)].state == "blocked"


async def test_one_that_is_good_no_more_says_so(rig: Rig) -> None:
    view = await receive(rig)
    cards = await page(rig)
    rig.backend.governance._received[view.id] = replace(view, state="gone")
    await rig.click(cards[0].join)
    assert "no longer valid" in rig.window.trouble.words.text()


async def test_a_card_in_the_conversation_answers_to_the_mouse(rig: Rig) -> None:
    view = await receive(rig)
    await rig.open(KENJI)
    [item] = card_items(rig)
    assert item.card is not None
    assert item.card.line == "Invites you to this room"
    await click_card(rig, "Decline")
    assert (await rig.backend.governance.invitations()) == []
    [item] = card_items(rig)
    assert item.card is not None
    assert item.card.buttons == ()
    assert item.card.line == "Answered, or no longer valid"
    assert view.state == "pending"
    await receive(rig, "Choir")
    await click_card(rig, "Join")
    assert rig.room() == room_of("Choir")
    await rig.open(KENJI)
    lines = [item.card.line for item in card_items(rig) if item.card is not None]
    assert lines[-1] == "You joined this room"


async def test_a_card_is_answered_by_keys_alone(rig: Rig) -> None:
    await receive(rig)
    await rig.open(KENJI)
    messages, menu = rig.session.view.messages, rig.session.invitations.menu
    assert any("sent an invitation to" in spoken.text for spoken in messages._spoken_rows())
    QTest.keyClick(messages, Qt.Key.Key_Down)
    QTest.keyClick(messages, Qt.Key.Key_Return)
    await rig.settle()
    assert offered(menu) == ["Join", "Decline", "Block sender…"]
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    await rig.settle()
    assert rig.session.invitations.pending() == ()
    QTest.keyClick(messages, Qt.Key.Key_Menu)
    assert not menu.isVisible()


async def test_own_invitations_are_cards_without_answers(rig: Rig) -> None:
    await rig.backend.governance.invite(room_of(SURVEY), peer_of(KENJI))
    await rig.open(KENJI)
    [item] = card_items(rig)
    assert item.card is not None
    assert item.card.line == "Invitation sent"
    assert item.card.buttons == ()


async def test_one_waits_until_somebody_lets_one_in(rig: Rig) -> None:
    rig.backend.governance.joined_standing = "waiting"
    await receive(rig)
    await rig.click((await page(rig))[0].join)
    view = rig.session.view
    assert not view.composer.isVisible()
    assert "Waiting until a member lets you in" in view.standing.words.text()
    room = rig.backend.chats.book[room_of(CLUB)]
    room.standing = "member"
    rig.backend.chats.tell(RoomChanged(room.summary()))
    await rig.settle()
    assert not view.standing.isVisible()
    assert rig.focus() is view.composer.field


async def test_a_dead_link_is_told_with_its_reason(rig: Rig) -> None:
    room = rig.backend.chats.add_room("Choir", RoomKind.GROUP, ["Leo"])
    await rig.open("Choir")
    view = rig.session.view
    words = {
        "revoked": "withdrawn",
        "expired": "expired",
        "taken": "somebody else",
        "banned": "banned",
        "closed": "lets nobody in",
    }
    for reason, said in words.items():
        room.standing, room.refused_for = "refused", reason
        rig.backend.chats.tell(RoomChanged(room.summary()))
        await rig.settle()
        assert said in view.standing.words.text()
        assert view.standing.words.text().endswith("Parlor tries again now and then.")
    assert not view.composer.isVisible()


@pytest.mark.parametrize("standing", ["waiting", "refused"])
async def test_waiting_can_be_given_up(rig: Rig, standing: str) -> None:
    room = rig.backend.chats.add_room("Choir", RoomKind.GROUP, ["Leo"])
    room.standing = standing
    rig.backend.chats.tell(RoomChanged(room.summary()))
    await rig.settle()
    await rig.open("Choir")
    await rig.click(rig.session.view.standing.button)
    rig.dialog(LeaveSheet).go.click()
    await rig.settle()
    assert "Choir" not in rig.names()


async def test_who_was_removed_reads_by_whom_and_may_delete_it(rig: Rig) -> None:
    await rig.open(SURVEY)
    rig.backend.governance.put_out(room_of(SURVEY), "Jonas Weber")
    await rig.settle()
    view = rig.session.view
    assert not view.composer.isVisible()
    assert "by Jonas Weber" in view.standing.words.text()
    assert not view.offline.isVisible()  # nothing will be delivered any more
    assert not rig.window.drawer.invite.isVisible()
    await rig.open(KENJI)
    assert view.composer.isVisible()
    assert not view.standing.isVisible()
    await rig.open(SURVEY)
    await rig.click(view.standing.button)
    rig.dialog(LeaveSheet).go.click()
    await rig.settle()
    assert SURVEY not in rig.names()


async def test_a_failed_answer_is_told(rig: Rig) -> None:
    await receive(rig)
    cards = await page(rig)

    async def fail(_invitation: object) -> None:
        raise AppError("disk-full")

    rig.backend.governance.reject = fail  # type: ignore[assignment, method-assign]
    await rig.click(cards[0].decline)
    assert "disk is full" in rig.window.trouble.words.text()


async def test_in_one_pane_there_is_a_way_back(rig: Rig) -> None:
    rig.backend.governance.receive(KENJI, CLUB, FROZEN_MS + 3_600_000)
    rig.window.resize(400, 700)
    await rig.settle()
    await page(rig)
    back = rig.session.invitations.page.back
    assert back.isVisible()
    await rig.click(back)
    assert rig.window.sidebar.isVisible()


async def test_a_room_that_lets_nobody_in_yet_has_no_composer_from_the_first_moment(
    rig: Rig,
) -> None:
    await rig.open("Jonas Weber")
    made = rig.backend.chats.add_room("Reading circle", RoomKind.GROUP, ["Kenji Sato"])
    made.standing = "waiting"
    view = rig.session.view
    await rig.session.conversation.open(made.room)
    assert rig.session._window.rooms.summary(made.room) is None  # the list has not heard of it
    assert view.composer.isHidden()
    assert "Waiting until a member lets you in" in view.standing.words.text()
    assert rig.focus() is view.messages
    made.standing = "member"
    rig.backend.chats.tell(RoomChanged(made.summary()))
    await rig.settle()
    assert view.composer.isVisible()
    assert rig.focus() is view.composer.field
