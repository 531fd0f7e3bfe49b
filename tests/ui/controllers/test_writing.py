"""Answering and editing from the composer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.changes import HistoryDeleted, MessagesRemoved
from app.domain.errors import AppError
from app.domain.ids import EventId
from app.domain.views import MessageKind
from tests.ui.fake_names import room_of
from tests.ui.rig import Rig

SURVEY = "Lighthouse Survey"
CTRL = Qt.KeyboardModifier.ControlModifier


async def press(rig: Rig, key: Qt.Key) -> None:
    QTest.keyClick(rig.session.composer.field, key)
    await rig.settle()


async def test_an_answer_names_what_it_answers(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    asked = room.messages[0]
    rig.session.view.messages.reply_wanted.emit(asked)
    bar = rig.session.composer.bar
    assert bar.isVisible()
    assert bar.title.text() == "Reply to Jonas Weber"
    assert bar.line.text() == asked.text
    assert bar.accessibleName() == f"Reply to Jonas Weber: {asked.text}"
    await rig.write("It did", send=True)
    assert room.messages[-1].reply_to == asked.event
    assert not bar.isVisible()
    await rig.write("And more", send=True)
    assert room.messages[-1].reply_to is None


async def test_escape_and_the_cross_give_an_answer_up_but_keep_the_text(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    bar = rig.session.composer.bar
    for cross in (False, True):
        rig.session.conversation.writing.reply(room.messages[0])
        rig.session.composer.set_text("half")
        await (rig.click(bar.close_button) if cross else press(rig, Qt.Key.Key_Escape))
        assert not bar.isVisible()
        assert rig.session.composer.text() == "half"


async def test_an_answer_that_could_not_be_sent_is_an_answer_still(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    rig.session.conversation.writing.reply(room.messages[0])
    rig.backend.chats.failing = AppError("disk-full")
    await rig.write("It did", send=True)
    assert rig.session.composer.text() == "It did"
    assert rig.session.composer.bar.isVisible()
    await press(rig, Qt.Key.Key_Return)
    assert room.messages[-1].reply_to == room.messages[0].event


async def test_keys_walk_through_what_can_be_answered(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    title = rig.session.composer.bar.line
    texts = [row.text for row in room.messages]
    for at in (-1, -2, -3):
        await rig.act("reply-previous")
        assert title.text() == texts[at]
    await rig.act("reply-next")
    assert title.text() == texts[-2]
    await rig.act("reply-next")
    await rig.act("reply-next")
    assert not rig.session.composer.bar.isVisible()
    for _ in range(len(texts) + 3):
        await rig.act("reply-previous")
    assert title.text() == texts[0]


async def test_an_empty_composer_edits_the_last_own_message(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    own = [row for row in room.messages if row.own][-1]
    await press(rig, Qt.Key.Key_Up)
    assert rig.session.composer.text() == own.text
    assert rig.session.composer.bar.title.text() == "Edit message"
    await rig.write(", two minutes", send=True)
    changed = next(row for row in room.messages if row.event == own.event)
    assert changed.text == f"{own.text}, two minutes"
    assert changed.edited
    assert rig.session.composer.text() == ""
    assert any(row.text == changed.text for row in rig.session.view.messages.visible_messages())


async def test_a_text_is_not_swept_away_by_up_and_comes_back_after_an_edit(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    await rig.write("unsent")
    await press(rig, Qt.Key.Key_Up)
    assert not rig.session.composer.bar.isVisible()
    own = next(row for row in room.messages if row.own)
    rig.session.conversation.writing.edit(own)
    await rig.write("!")
    assert rig.session.conversation.drafts.text(room.room, "") == "unsent"
    await press(rig, Qt.Key.Key_Escape)
    assert rig.session.composer.text() == "unsent"


async def test_an_edit_that_changes_nothing_is_no_edit(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    await press(rig, Qt.Key.Key_Up)
    await press(rig, Qt.Key.Key_Return)
    assert not any(row.edited for row in room.messages)


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_an_edit_that_failed_is_not_lost(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, elsewhere: bool
) -> None:
    async def fail(_message: EventId, _text: str) -> None:
        raise AppError("disk-full")

    monkeypatch.setattr(rig.backend.chats, "edit", fail)
    await rig.open(SURVEY)
    await press(rig, Qt.Key.Key_Up)
    rig.session.composer.set_text("Better words")
    rig.session.composer.submit()
    if elsewhere:
        rig.session.open_room(room_of("Jonas Weber"))
    await rig.settle()
    if elsewhere:
        assert rig.session.composer.text() == ""
        await rig.open(SURVEY)
    else:
        assert rig.session.composer.problem.isVisible()
    assert rig.session.conversation.writing.editing
    assert rig.session.composer.text() == "Better words"


async def test_only_what_is_there_can_be_answered_and_only_own_texts_edited(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    writing = rig.session.conversation.writing
    left = rig.backend.chats.write(room.room, "Dev Anand", "", kind=MessageKind.LEFT)
    writing.reply(left)
    writing.edit(room.messages[0])
    assert not rig.session.composer.bar.isVisible()
    await rig.open("Family")
    writing.edit_last()
    assert not rig.session.composer.bar.isVisible()


async def test_leaving_gives_up_what_was_begun(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    await press(rig, Qt.Key.Key_Up)
    await rig.open("Jonas Weber")
    assert rig.session.composer.text() == ""
    assert not rig.session.composer.bar.isVisible()
    assert rig.session.conversation.drafts.text(room.room, "") == ""


async def test_a_quote_leads_to_its_original_and_so_does_the_bar(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    messages = rig.session.view.messages
    messages.original_wanted.emit(room.messages[0].event)
    await rig.settle()
    assert messages._marks.flash == room.messages[0].position
    rig.session.conversation.writing.reply(room.messages[1])
    bar = rig.session.composer.bar
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton)
    assert messages._marks.flash == room.messages[1].position
    bar.grab()
    messages.original_wanted.emit(EventId(b"?" * 32))
    await rig.settle()
    assert "not on this computer" in rig.window.trouble.words.text()


async def test_what_has_disappeared_is_answered_and_edited_no_more(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    writing, bar = rig.session.conversation.writing, rig.session.composer.bar
    first, other = room.messages[-1], room.messages[-2]
    writing.reply(first)
    rig.backend.chats.tell(MessagesRemoved(room.room, (other.event,)))
    await rig.settle()
    assert bar.isVisible()
    rig.backend.chats.tell(MessagesRemoved(room.room, (first.event,)))
    await rig.settle()
    assert not bar.isVisible()
    writing.reply(other)
    await rig.backend.conversations.delete_history(room.room)
    await rig.settle()
    assert not bar.isVisible()


@pytest.mark.parametrize("whole", [False, True])
async def test_an_edit_that_waits_for_a_message_that_is_gone_is_forgotten(
    rig: Rig, whole: bool
) -> None:
    room = await rig.open(SURVEY)
    mine = next(message for message in room.messages if message.own)
    rig.session.conversation.writing.edit(mine)
    rig.session.composer.set_text("another wording")
    await rig.open("Jonas Weber")
    gone = HistoryDeleted(room.room) if whole else MessagesRemoved(room.room, (mine.event,))
    rig.backend.chats.tell(gone)
    await rig.settle()
    await rig.open(SURVEY)
    assert not rig.session.composer.bar.isVisible()
    assert rig.session.composer.text() != "another wording"
