from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.domain.changes import MemberChanged
from app.domain.errors import AppError
from app.domain.ids import RoomId
from app.domain.views import MemberView, MessageState, RoomKind
from tests.ui.fake_names import peer_of, room_of
from tests.ui.rig import Rig

SURVEY = "Lighthouse Survey"


async def test_a_click_opens_a_conversation_ready_to_type(rig: Rig) -> None:
    await rig.click_row("Jonas Weber")
    assert rig.room() == room_of("Jonas Weber")
    assert rig.window.shows(rig.session.view)
    assert rig.focus() is rig.session.composer.field
    assert rig.session.view.header.identity.title.text() == "Jonas Weber"
    assert rig.session.composer.field.accessibleName() == "Message to Jonas Weber"


async def test_enter_sends_what_was_typed(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    await rig.write("Yes, thank you", send=True)
    assert room.messages[-1].text == "Yes, thank you"
    assert room.messages[-1].state is MessageState.QUEUED
    assert rig.session.composer.text() == ""
    assert rig.names()[0] == "Jonas Weber"


async def test_messages_are_sent_in_the_order_of_the_keys(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    for number in range(5):
        QTest.keyClicks(rig.session.composer.field, f"line {number}")
        QTest.keyClick(rig.session.composer.field, Qt.Key.Key_Return)
    await rig.settle()
    assert [row.text for row in room.messages[-5:]] == [f"line {n}" for n in range(5)]


async def test_a_text_that_could_not_be_sent_comes_back(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    rig.backend.chats.failing = AppError("unknown-room")
    await rig.write("Precious words", send=True)
    assert room.messages[-1].text != "Precious words"
    assert rig.session.composer.text() == "Precious words"
    assert rig.session.composer.problem.isVisible()
    assert "no longer there" in rig.session.composer.problem.text()
    await rig.write("!")
    assert not rig.session.composer.problem.isVisible()


async def test_an_unsent_text_comes_before_what_was_typed_since(rig: Rig) -> None:
    await rig.open("Jonas Weber")
    composer = rig.session.composer
    composer.set_text("first")
    rig.backend.chats.failing = AppError("unknown-room")
    composer.submit()
    QTest.keyClicks(composer.field, "second")
    await rig.settle()
    assert composer.text() == "first\nsecond"


async def test_an_unsent_text_of_a_room_that_was_left_waits_there(rig: Rig) -> None:
    await rig.open("Jonas Weber")
    rig.session.composer.set_text("lost?")
    rig.backend.chats.failing = AppError("unknown-room")
    rig.session.composer.submit()
    await rig.open("Priya Raman")
    assert rig.session.composer.text() == ""
    await rig.open("Jonas Weber")
    assert rig.session.composer.text() == "lost?"


async def test_drafts_stay_with_their_conversation(rig: Rig) -> None:
    await rig.open("Anna Kowalska")
    assert rig.session.composer.text().startswith("I could bring")
    await rig.open("Jonas Weber")
    await rig.write("half a thou")
    await rig.open("Priya Raman")
    assert rig.session.composer.text() == ""
    assert rig.summary("Jonas Weber").draft == "half a thou"
    await rig.open("Jonas Weber")
    assert rig.session.composer.text() == "half a thou"


async def test_a_draft_is_stored_when_the_window_goes(rig: Rig) -> None:
    await rig.open("Jonas Weber")
    await rig.write("to be con")
    await rig.session.close()
    assert rig.summary("Jonas Weber").draft == "to be con"


async def test_a_sent_text_leaves_no_draft(rig: Rig) -> None:
    await rig.open("Anna Kowalska")
    rig.session.composer.submit()
    await rig.settle()
    await rig.session.conversation.drafts.save()
    assert rig.summary("Anna Kowalska").draft == ""


async def test_the_header_says_who_is_there_and_who_types(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    line = rig.session.view.header.identity.line
    assert line.text() == "5 members · 3 online"
    rig.backend.chats.set_typing(room.room, "Priya Raman", active=True)
    await rig.settle()
    assert line.text() == "5 members · 3 online · Priya is typing…"
    rig.backend.chats.set_online(room.room, "Priya Raman", online=False)
    await rig.settle()
    assert line.text() == "5 members · 2 online"


async def test_the_banner_counts_what_waits_for_whom(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    banner = rig.session.view.offline
    assert banner.lead.text() == "Dev is offline."
    assert banner.words.text().startswith("2 messages will be delivered")
    for message in [row for row in room.messages if row.own]:
        rig.backend.chats.set_status(room.room, message.event, MessageState.DELIVERED)
    await rig.settle()
    assert not banner.isVisible()


async def test_no_banner_where_nothing_waits(rig: Rig) -> None:
    await rig.open(SURVEY)
    await rig.open("Priya Raman")
    assert not rig.session.view.offline.isVisible()
    assert rig.session.view.header.identity.line.text() == "Offline"


async def test_the_drawer_lists_the_members(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    members = rig.window.members
    read = {members.text(row): members.description(row) for row in members.rows()}
    assert list(read) == [
        "Online · 4",
        "Noor Haddad",
        "Jonas Weber",
        "Mara Lindqvist",
        "Priya Raman",
        "Offline · 1",
        "Dev Anand",
    ]
    assert read["Noor Haddad"] == "Admin, You"
    assert read["Jonas Weber"] == "Owner, Direct · LAN · 2 ms"
    assert read["Priya Raman"] == "Relayed · 2 ms"
    assert read["Dev Anand"] == "Last seen 08:14"
    room.members = room.members[:-1]
    rig.backend.chats.tell(MemberChanged(room.room, peer_of("Dev Anand"), "Dev Anand", "left"))
    await rig.settle()
    assert len(members.rows()) == 5


async def test_a_room_that_goes_closes_its_conversation(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    await rig.backend.chats.leave(room.room)
    await rig.settle()
    assert rig.room() is None
    assert rig.window.shows(rig.window.empty)
    assert not rig.window.panes.drawer_shown


async def test_a_rename_shows_everywhere(rig: Rig) -> None:
    room = await rig.open(SURVEY)
    await rig.backend.chats.rename(room.room, "Tower Survey")
    await rig.settle()
    assert rig.session.view.header.identity.title.text() == "Tower Survey"
    assert rig.window.drawer.name.text() == "Tower Survey"
    assert rig.names()[0] == "Tower Survey"


async def test_typing_is_told_and_taken_back(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.controllers.typing.EVERY_S", math.inf)
    room = await rig.open("Jonas Weber")
    await rig.write("He")
    assert rig.backend.chats.typed == [(room.room, True)]
    await rig.write("llo", send=True)
    assert rig.backend.chats.typed[-1] == (room.room, False)


async def test_what_came_into_view_is_read_once_the_person_looks(rig: Rig) -> None:
    room = await rig.open("Jonas Weber")
    assert room.summary().unread == 0
    other = QWidget()
    other.show()
    other.activateWindow()
    await rig.settle()
    assert not rig.window.isActiveWindow()
    view = rig.backend.chats.receive(room.room, "Jonas Weber", "psst")
    await rig.settle()
    assert room.summary().unread == 1
    other.close()
    rig.window.activateWindow()
    await rig.settle()
    assert room.read_to == view.position


async def test_escape_reads_all(rig: Rig) -> None:
    room = await rig.open("Family")
    view = rig.backend.chats.receive(room.room, "Mum", "and bring chairs")
    QTest.keyClick(rig.session.composer.field, Qt.Key.Key_Escape)
    await rig.settle()
    assert room.read_to == view.position


async def test_a_conversation_that_is_not_listed_yet_can_be_opened(rig: Rig) -> None:
    late = rig.backend.chats.add_room("Late", RoomKind.GROUP, ["Ana"])
    await rig.session.conversation.open(late.room)
    assert rig.session.view.header.identity.title.text() == "Late"


async def test_a_conversation_that_is_gone_is_told(rig: Rig) -> None:
    rig.session.open_room(room_of("Never was"))
    await rig.settle()
    assert rig.window.trouble.isVisible()
    assert "no longer there" in rig.window.trouble.words.text()
    await rig.click(rig.window.trouble.close_button)
    assert not rig.window.trouble.isVisible()


async def test_a_burst_reads_the_members_twice_at_most(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await rig.open(SURVEY)
    chats, asked = rig.backend.chats, 0
    go_on = asyncio.Event()

    async def members(_room: RoomId) -> Sequence[MemberView]:
        nonlocal asked
        asked += 1
        await go_on.wait()
        return tuple(room.members)

    monkeypatch.setattr(chats, "members", members)
    for number in range(20):
        chats.receive(room.room, "Mara Lindqvist", f"line {number}")
        await rig.settle(2)
    go_on.set()
    await rig.settle()
    assert asked == 2


async def test_the_open_conversation_comes_back_from_the_list(rig: Rig) -> None:
    rig.window.resize(QSize(400, 700))
    await rig.click_row("Jonas Weber")
    await rig.click(rig.session.view.header.back)
    assert not rig.session.view.isVisible()
    await rig.click_row("Jonas Weber")
    assert rig.session.view.isVisible()


async def test_a_member_with_no_room_open_changes_nothing(rig: Rig) -> None:
    rig.backend.chats.set_online(room_of(SURVEY), "Dev Anand", online=True)
    rig.session.composer.submitted.emit("nobody hears")
    rig.session.composer.edited.emit()
    rig.session.conversation.mark_all_read()
    await rig.session.conversation._read_members()
    await rig.settle()
    assert rig.room() is None
