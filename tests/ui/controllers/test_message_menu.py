from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest

from app.domain.delivery import MemberDelivery
from app.domain.errors import AppError
from app.domain.ids import EventId
from app.domain.views import MessageKind, MessageState, MessageView, Reaction
from app.ui.controllers.message_menu import MessageMenu
from app.ui.dialogs.details import DeleteSheet, DetailsSheet, member_states
from app.ui.dialogs.person import PersonSheet
from app.ui.dialogs.report import ReportSheet
from app.ui.emoji import QUICK
from app.ui.messages import Clock, copying
from app.ui.messages.layout import LEFT
from app.ui.messages.selection import Point, Selection
from app.ui.widgets.emoji_picker import EmojiPicker
from app.ui.widgets.surfaces import Label
from tests.ui.fake_names import FROZEN_MS, ME, peer_of
from tests.ui.fake_operations import FakeRoom
from tests.ui.rig import NO_KEYS, Rig

SURVEY = "Lighthouse Survey"


async def ask_for(rig: Rig, message: MessageView) -> MessageMenu:
    rig.session.view.messages.menu_wanted.emit(message, QPoint(5, 5))
    await rig.settle()
    return rig.session.menu


def again(room: FakeRoom, message: MessageView) -> MessageView:
    return next(row for row in room.messages if row.event == message.event)


async def test_a_text_is_copied_from_its_menu(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    menu = await ask_for(rig, room.messages[0])
    assert menu.menu.isVisible()
    menu.menu.close()
    menu.copy_text.trigger()
    assert QGuiApplication.clipboard().text() == room.messages[0].text


async def test_what_is_no_text_has_no_menu(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    left = rig.backend.chats.write(room.room, "Jonas Weber", "", kind=MessageKind.LEFT)
    assert not (await ask_for(rig, left)).menu.isVisible()
    rig.session.menu.pick_reaction(left, QPoint())
    assert not rig.window.findChildren(EmojiPicker)


async def test_the_menu_offers_what_can_be_done(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    theirs, own = room.messages[0], next(row for row in room.messages if row.own)
    menu = await ask_for(rig, theirs)
    shown = [each.text() for each in menu.menu.actions() if each.isVisible() and each.text()]
    assert shown == [
        "Reply",
        "Copy text",
        "Forward…",
        "Pin",
        "Save as…",
        "Mark unread from here",
        "Details…",
        "About the author…",
        "Report…",
        "Delete…",
    ]
    assert menu.menu.activeAction() is menu.reply
    menu.menu.close()
    await ask_for(rig, own)
    assert menu.edit.isVisible()
    menu.menu.close()
    menu.edit.trigger()
    assert rig.session.composer.text() == own.text
    menu.reply.trigger()
    assert rig.session.composer.bar.title.text() == "Reply to yourself"


async def test_a_deleted_message_can_only_be_hidden(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    own = next(row for row in room.messages if row.own)
    await rig.backend.chats.delete(own.event)
    await rig.settle()
    menu = await ask_for(rig, again(room, own))
    shown = [each.text() for each in menu.menu.actions() if each.isVisible() and each.text()]
    assert shown == ["Delete…"]
    menu.menu.close()
    menu.delete.trigger()
    await rig.settle()
    sheet = rig.dialog(DeleteSheet)
    assert not sheet.for_all.isVisible()
    await rig.click(sheet.for_me)
    assert own.event not in [row.event for row in room.messages]


async def test_quick_reactions_are_put_and_taken_back(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    message = room.messages[0]
    for expected in ((Reaction(QUICK[1], (peer_of(ME),)),), ()):
        menu = await ask_for(rig, again(room, message))
        await rig.click(menu.row.buttons[1])
        assert not menu.menu.isVisible()
        assert again(room, message).reactions == expected


async def test_any_emoji_can_be_found_as_a_reaction(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    menu = await ask_for(rig, room.messages[0])
    await rig.click(menu.row.buttons[-1])
    picker = rig.dialog(EmojiPicker)
    QTest.keyClicks(picker.field, "rocket")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    await rig.settle()
    assert room.messages[0].reactions[0].emoji == "🚀"
    assert not rig.window.findChildren(EmojiPicker)


async def test_a_click_on_a_reaction_toggles_it_and_a_key_opens_the_picker(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    messages = rig.session.view.messages
    for on in (True, False):
        messages.reaction_toggled.emit(room.messages[0], "🎉", on)
        await rig.settle()
        assert bool(room.messages[0].reactions) is on
    await rig.act("react")
    rig.dialog(EmojiPicker).close()
    await rig.settle()


async def test_a_message_is_deleted_for_everyone_or_here(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    theirs, own = room.messages[0], next(row for row in room.messages if row.own)
    rig.session.conversation.writing.edit(own)
    for message, button in ((own, "for_all"), (theirs, "for_me")):
        menu = await ask_for(rig, message)
        menu.menu.close()
        menu.delete.trigger()
        await rig.settle()
        await rig.click(getattr(rig.dialog(DeleteSheet), button))
        assert rig.no_dialog()
    assert again(room, own).deleted
    assert not rig.session.conversation.writing.editing
    assert theirs.event not in [row.event for row in room.messages]


async def test_deleting_can_be_thought_over(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    menu = await ask_for(rig, room.messages[0])
    menu.menu.close()
    menu.delete.trigger()
    await rig.settle()
    rig.dialog(DeleteSheet).reject()
    await rig.settle()
    assert len(room.messages) == 10


@pytest.mark.parametrize("code", ["message-deleted", "disk-full"])
async def test_what_went_wrong_with_deleting_is_told(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    async def fail(_message: EventId) -> None:
        raise AppError(code)

    monkeypatch.setattr(rig.backend.chats, "hide", fail)
    room = await rig.open(SURVEY)
    menu = await ask_for(rig, room.messages[0])
    menu.menu.close()
    menu.delete.trigger()
    await rig.settle()
    await rig.click(rig.dialog(DeleteSheet).for_me)
    assert rig.window.trouble.isVisible() is (code == "disk-full")


async def test_details_list_every_member_and_version(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    own = next(row for row in room.messages if row.own)
    await rig.backend.chats.edit(own.event, "Other words")
    menu = await ask_for(rig, again(room, own))
    menu.menu.close()
    menu.details.trigger()
    await rig.settle()
    sheet = rig.dialog(DetailsSheet)
    assert sheet.lines[0] == "You, Friday, 21 November 2025, 09:36:00"
    assert "Dev Anand: Sent, not yet delivered" in sheet.lines
    assert sheet.lines[-1].endswith("Other words")
    assert len(sheet.lines) == 2 + 4 + 2
    sheet.reject()
    await rig.settle()


async def test_a_message_is_pinned_and_unpinned(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    for pinned in (True, False):
        menu = await ask_for(rig, room.messages[0])
        assert menu.pin.text() == ("Pin" if pinned else "Unpin")
        menu.menu.close()
        menu.pin.trigger()
        await rig.settle()
        assert room.messages[0].pinned is pinned


async def test_what_others_wrote_can_be_reported_and_leads_to_its_author(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    theirs, own = room.messages[0], next(row for row in room.messages if row.own)
    for message in (theirs, own):
        menu = await ask_for(rig, message)
        assert menu.report_it.isVisible() is menu.author.isVisible() is (message is theirs)
        menu.menu.close()
    menu = await ask_for(rig, theirs)
    menu.menu.close()
    menu.report_it.trigger()
    await rig.settle()
    report = rig.dialog(ReportSheet)
    (choice,) = report.choices
    assert choice.isChecked()
    assert theirs.text in report.text.toPlainText()
    report.reject()
    await rig.settle()
    menu.author.trigger()
    await rig.settle()
    assert rig.dialog(PersonSheet).isVisible()


async def test_a_picture_and_a_name_lead_to_the_author(rig: Rig) -> None:
    await rig.open(SURVEY)
    messages = rig.session.view.messages
    rows = [row for row in messages._rows if row.item.shows_author]
    named = next(row for row in rows if row.item.name and row.y >= 0)
    ended = next(row for row in rows if row.item.setting.ends and row.y >= 0)
    places = (
        QPoint(int(named.item.bubble.left()) + 20, named.y + 12),
        QPoint(LEFT + 10, ended.bottom - 10),
    )
    for row, place in zip((named, ended), places, strict=True):
        QTest.mouseClick(messages.viewport(), Qt.MouseButton.LeftButton, NO_KEYS, place)
        await rig.settle()
        sheet = rig.dialog(PersonSheet)
        name = row.item.message.author_name
        assert name in [label.text() for label in sheet.findChildren(Label)]
        sheet.reject()
        await rig.settle()


async def test_unread_from_here_leads_back_to_here(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    await rig.backend.chats.mark_read(room.room, room.messages[-1].event)
    await rig.settle()
    menu = await ask_for(rig, room.messages[-2])
    menu.menu.close()
    menu.unread.trigger()
    await rig.settle()
    assert rig.room() is None
    assert room.marked_unread
    await rig.open(SURVEY)
    divider = rig.session.view.messages.stage.rows.divider
    assert divider is not None
    assert (divider.before, divider.count) == (room.messages[-2].position, 2)
    assert not rig.summary(SURVEY).marked_unread
    await rig.open("Jonas Weber")
    await rig.open(SURVEY)
    assert rig.session.view.messages.stage.rows.divider is None


async def test_a_mark_on_ones_own_last_word_is_only_a_mark(rig: Rig) -> None:
    room = await rig.open("Tomás Oliveira")
    await rig.session.menu.deeds.mark_unread(room.messages[-1])
    await rig.settle()
    assert rig.room() is None
    await rig.open("Tomás Oliveira")
    assert rig.session.view.messages.stage.rows.divider is None


async def select(rig: Rig, *messages: MessageView) -> None:
    first, last = messages[0], messages[-1]
    view = rig.session.view.messages
    view._pointer.selection = Selection(Point(first.position, 0), Point(last.position, 3))


def many(menu: MessageMenu, text: str) -> QAction:
    return next(action for action in menu.many.actions() if action.text() == text)


async def test_several_selected_messages_are_copied_or_deleted_together(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    rows = list(room.messages[-3:])
    await select(rig, *rows)
    menu = await ask_for(rig, rows[1])
    assert menu.many.isVisible()
    assert not (await ask_for(rig, rows[1])).menu.isVisible()
    menu.many.close()
    many(menu, "Copy").trigger()
    await rig.settle()
    assert QGuiApplication.clipboard().text().count("Mara Lindqvist:") == 3
    many(menu, "Delete…").trigger()
    await rig.settle()
    sheet = rig.dialog(DeleteSheet)
    assert sheet.windowTitle() == "Delete 3 messages?"
    assert not sheet.for_all.isVisible()
    await rig.click(sheet.for_me)
    assert [row for row in room.messages if row in rows] == []


async def test_another_message_than_the_selected_ones_has_its_own_menu(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    await select(rig, *room.messages[-2:])
    menu = await ask_for(rig, room.messages[0])
    assert menu.menu.isVisible()
    menu.menu.close()
    await select(rig, room.messages[-1], room.messages[-1])
    await ask_for(rig, room.messages[-1])
    assert menu.menu.isVisible()
    menu.menu.close()


async def test_too_many_messages_are_refused(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "MOST_HANDLED", 2)
    room = await rig.open(SURVEY)
    await select(rig, *room.messages[-4:])
    many(rig.session.menu, "Delete…").trigger()
    await rig.settle()
    assert rig.no_dialog()
    assert "more than 2 messages" in rig.window.trouble.words.text()
    rig.session.view.messages._pointer.selection = None
    assert await rig.session.view.messages.selected() == []
    assert not rig.session.view.messages.several_selected()


async def test_details_say_how_long_a_message_stays(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    kept = replace(
        room.messages[0], pinned=True, forwarded_from="Ana", vanish_s=3600, vanishes_ms=FROZEN_MS
    )
    rig.backend.chats.change(kept)
    menu = await ask_for(rig, kept)
    menu.menu.close()
    menu.details.trigger()
    await rig.settle()
    sheet = rig.dialog(DetailsSheet)
    assert sheet.lines[1:] == [
        "Forwarded from Ana",
        "Pinned",
        "Disappears 1 hour after it was read",
        "Erased here by Friday, 21 November 2025, 09:52:00",
    ]
    sheet.reject()
    await rig.settle()


async def test_the_header_tells_how_long_messages_stay(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    timer = rig.session.view.header.timer
    assert not timer.isVisible()
    await rig.backend.conversations.set_vanish(room.room, 86_400)
    await rig.settle()
    assert timer.isVisible()
    assert timer.words.text() == "1 day"
    assert timer.words.accessibleName() == "Messages disappear 1 day after they were read"


async def test_details_tell_when_a_message_moved_on(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    own = next(row for row in room.messages if row.own)
    jonas, mara = [member for member in room.members if not member.you][:2]
    peers = (jonas.peer, mara.peer)
    rig.backend.chats.change(replace(own, delivered_to=peers, read_by=peers[:1]))
    menu = await ask_for(rig, again(room, own))
    menu.menu.close()
    menu.details.trigger()
    await rig.settle()
    sheet = rig.dialog(DetailsSheet)
    assert sheet.lines[1] == "Sent from here 09:36:01"
    assert f"{jonas.name}: Read 09:37:04, Delivered 09:36:04" in sheet.lines
    assert f"{mara.name}: Delivered 09:36:04" in sheet.lines
    sheet.reject()
    await rig.settle()


def test_the_day_is_told_if_it_is_another_and_nothing_if_it_is_not_known() -> None:
    clock = Clock(zone=UTC)
    written = FROZEN_MS
    one = MemberDelivery(peer_of("Ana"), "Ana", MessageState.READ, 0, 0, written + 86_400_000)
    assert member_states(one, clock, written) == ["Read 22 Nov 2025, 09:52:00", "Delivered"]
    queued = replace(one, state=MessageState.QUEUED)
    assert member_states(queued, clock, written) == ["Queued"]
