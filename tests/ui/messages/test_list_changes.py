"""The list while things happen: changes of the feed, failures, copying, jumps."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.domain.changes import (
    MemberChanged,
    MessagesAdded,
    RoomRemoved,
    StatusChanged,
    TypingChanged,
)
from app.domain.errors import AppError
from app.domain.views import MessageState, MessageView
from app.ui.theme import Choice
from tests.gallery.shots import settle
from tests.ui.messages.book import ME, MINUTE, NOON_MS, ROOM, Book, message, peer_of
from tests.ui.messages.conftest import Show
from tests.ui.messages.hands import OTHER, add, divider_of, wheel


async def test_status_of_a_row_moves(show: Show) -> None:
    shown = show(Book([message(1, author=ME, state=MessageState.QUEUED)]))
    await shown.open()
    event = shown.book.rows[0].event
    shown.view.apply(StatusChanged(ROOM, (event,), MessageState.SENT, None))
    await settle()
    assert shown.view.visible_messages()[0].state is MessageState.SENT
    shown.book.set_state(event, MessageState.READ)
    shown.view.apply(StatusChanged(ROOM, (event,), MessageState.READ, peer_of("Ana")))
    await settle()
    assert shown.view.visible_messages()[0].state is MessageState.READ


async def test_what_a_member_gets_while_the_first_page_is_read_counts(show: Show) -> None:
    book = Book([message(1, author=ME, state=MessageState.SENT)])
    book.hold()
    shown = show(book)
    await shown.open()
    event = book.rows[0].event
    book.set_state(event, MessageState.DELIVERED)
    shown.view.apply(StatusChanged(ROOM, (event,), MessageState.DELIVERED, peer_of("Ana")))
    book.go()
    await settle()
    assert shown.view.visible_messages()[0].state is MessageState.DELIVERED


async def test_a_renamed_member_is_read_again(show: Show) -> None:
    shown = show(Book.of(3))
    await shown.open()
    shown.book.rows = [message(at, author="Renamed") for at in range(3)]
    shown.view.apply(MemberChanged(ROOM, peer_of("x"), "Renamed", "renamed"))
    shown.view.apply(MemberChanged(ROOM, peer_of("x"), "Renamed", "online"))
    await settle()
    assert {row.author_name for row in shown.view.visible_messages()} == {"Renamed"}


async def test_who_types_is_shown_until_they_write(show: Show) -> None:
    shown = show(Book.of(100))
    await shown.open()
    end = shown.view._rows[-1].bottom
    ana = peer_of("Ana")
    shown.view.apply(TypingChanged(ROOM, ana, "Ana", active=True))
    await settle()
    assert shown.view._rows[-1].bottom < end
    assert shown.view._dots.isActive()
    shown.view._next_phase()
    shown.view.grab()
    shown.view.apply(TypingChanged(ROOM, ana, "Ana", active=False))
    await settle()
    assert shown.view._rows[-1].bottom == end
    shown.view.apply(TypingChanged(ROOM, ana, "Ana", active=True))
    add(shown, message(300, author="Ana"))
    await settle()
    assert not shown.view.stage.typing
    assert not shown.view._dots.isActive()


async def test_what_happens_elsewhere_does_not_matter(show: Show) -> None:
    shown = show(Book.of(10))
    await shown.open()
    before = shown.bubbles()
    other = message(900)
    shown.view.apply(MessagesAdded(OTHER, (other,)))
    shown.view.apply(StatusChanged(OTHER, (other.event,), MessageState.READ, None))
    shown.view.apply(TypingChanged(OTHER, peer_of("Ana"), "Ana", active=True))
    shown.view.apply(MemberChanged(OTHER, peer_of("Ana"), "Ana", "renamed"))
    shown.view.apply(RoomRemoved(OTHER))
    await settle()
    assert shown.bubbles() == before


async def test_removed_room_is_closed(show: Show) -> None:
    shown = show(Book.of(10))
    await shown.open()
    shown.view.apply(RoomRemoved(ROOM))
    await settle()
    assert shown.texts() == []
    assert shown.view.stage.pager.room is None


async def test_answer_for_a_room_that_was_left_is_dropped(show: Show) -> None:
    shown = show(Book.of(10))
    shown.book.hold()
    shown.view.open(shown.book.summary())
    await settle(3)
    shown.view.close_room()
    shown.book.go()
    await settle()
    assert shown.texts() == []


async def test_failed_page_is_told_once_and_tried_again_when_one_moves(show: Show) -> None:
    shown = show(Book.of(1000))
    await shown.open()
    shown.book.failing = AppError("storage-failed")
    for _ in range(20):
        wheel(shown.view, 12)
        await settle(2)
    failures = len(shown.errors)
    assert failures > 0
    await settle()
    assert len(shown.errors) == failures
    shown.book.failing = None
    wheel(shown.view, 1)
    await settle()
    assert shown.view.stage.window.first_ordinal < 920


async def test_tells_what_was_seen(show: Show) -> None:
    shown = show(Book.of(60))
    seen: list[MessageView] = []
    shown.view.seen.connect(seen.append)
    await shown.open(unread=40)
    assert seen
    assert seen[-1].text in shown.texts()
    shown.view.go_to_end()
    await settle()
    assert seen[-1].text == "Message 59"
    number = len(seen)
    shown.view.hide()
    add(shown, message(200))
    await settle()
    assert len(seen) == number


async def test_down_button_counts_and_leads_to_the_end(show: Show) -> None:
    shown = show(Book.of(300))
    await shown.open()
    button = shown.view._down
    assert not button.isVisible()
    wheel(shown.view, 30)
    await settle()
    assert button.isVisible()
    add(shown, message(400))
    await settle()
    assert "1 unread" in button.accessibleName()
    button.setFocus()
    shown.view.grab()
    button.set_unread(1200)
    shown.view.grab()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    await settle()
    assert not button.isVisible()
    assert shown.view.stage.track.pinned


async def test_survives_any_size_and_a_change_of_scheme(show: Show) -> None:
    shown = show(Book.of(100))
    await shown.open()
    for width, height in ((80, 60), (1600, 900), (320, 200), (600, 500)):
        shown.view.resize(width, height)
        await settle(3)
        assert shown.texts()[-1] == "Message 99"
    shown.view._theme.set_choice(Choice.DARK)
    await settle(3)
    shade = shown.view.grab().toImage().pixelColor(3, 3)
    assert shade == shown.view._theme.palette.canvas


async def test_several_changes_are_one_turn(show: Show) -> None:
    shown = show(Book.of(10))
    await shown.open()
    turns: list[None] = []
    shown.view._settling.timeout.connect(lambda: turns.append(None))
    for number in range(50):
        add(shown, message(100 + number))
    await settle(2)
    assert shown.texts()[-1] == "Message 149"
    assert len(turns) <= 3


async def test_copy_without_a_selection_does_nothing(show: Show) -> None:
    shown = show(Book.of(3))
    await shown.open()
    QGuiApplication.clipboard().setText("before")
    QTest.keyClick(shown.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    await settle()
    assert QGuiApplication.clipboard().text() == "before"


async def test_copy_all(show: Show) -> None:
    shown = show(Book.of(700))
    copied: list[int] = []
    shown.view.copied.connect(copied.append)
    await shown.open()
    QTest.keyClick(shown.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    shown.view.grab()
    QTest.keyClick(shown.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    await settle()
    assert copied == [700]
    assert QGuiApplication.clipboard().text().count("\n") == 699
    QTest.keyClick(shown.view, Qt.Key.Key_Escape)
    assert shown.view._pointer.selection is None


async def test_other_keys_go_to_the_window(show: Show) -> None:
    shown = show(Book.of(3))
    await shown.open()
    before = shown.bubbles()
    QTest.keyClick(shown.view, Qt.Key.Key_X)
    QTest.keyClick(shown.view, Qt.Key.Key_Escape)
    assert shown.bubbles() == before


async def test_loads_newer_pages_on_the_way_down(show: Show) -> None:
    shown = show(Book.of(1000))
    await shown.open()
    shown.view.go_to_start()
    await settle()
    for _ in range(150):
        wheel(shown.view, -12)
        await settle(2)
    assert shown.texts()[-1] == "Message 999"
    assert shown.view.stage.track.pinned


async def test_message_that_comes_before_the_first_page_is_shown_once(show: Show) -> None:
    shown = show(Book.of(20))
    shown.book.hold()
    shown.view.open(shown.book.summary())
    await settle(3)
    add(shown, message(100, "early"))
    await settle(3)
    assert shown.texts() == []
    shown.book.go()
    await settle()
    assert shown.texts().count("early") == 1
    assert shown.texts()[-1] == "early"


async def test_of_several_jumps_the_last_counts(show: Show) -> None:
    shown = show(Book.of(3000))
    await shown.open()
    shown.book.hold()
    bar = shown.view.verticalScrollBar()
    for part in (2, 3, 4, 5):
        bar.setValue(bar.maximum() // part)
        await settle(2)
    asked = len(shown.book.asked)
    shown.book.go()
    await settle()
    assert abs(int(shown.texts()[0].removeprefix("Message ")) - 600) < 20
    assert len(shown.book.asked) <= asked + 3


async def test_failure_while_a_jump_waits_does_not_stop_it(show: Show) -> None:
    shown = show(Book.of(3000))
    await shown.open()
    shown.book.hold()
    shown.view.go_to(shown.book.rows[1000].position)
    await settle(3)
    shown.book.failing = AppError("storage-failed")
    shown.view.go_to(shown.book.rows[2000].position)
    shown.book.go()
    await settle(2)
    shown.book.failing = None
    await settle()
    assert len(shown.errors) <= 2
    shown.view.go_to(shown.book.rows[2000].position)
    await settle()
    assert "Message 2000" in shown.texts()


async def test_jump_to_a_message_that_is_gone_leads_near_it(show: Show) -> None:
    shown = show(Book.of(1000))
    await shown.open()
    gone = message(10, time_ms=shown.book.rows[500].time_ms + 7)
    shown.view.go_to(gone.position)
    await settle()
    assert "Message 501" in shown.texts()


async def test_unread_messages_all_our_own_open_at_the_end(show: Show) -> None:
    shown = show(Book([message(at, author=ME) for at in range(30)]))
    shown.view.open(replace(shown.book.summary(), unread=3, read_to=None))
    await settle()
    assert divider_of(shown) is None
    assert shown.texts()[-1] == "Message 29"


async def test_long_message_unfolds_downwards(show: Show) -> None:
    shown = show(Book([*Book.of(40).rows, message(50, "word " * 3000)]))
    shown.view.resize(600, 1400)
    await shown.open()
    row = shown.view._rows[-1]
    folded = row.item.body
    more = row.item.blocks[-1]
    at = QPoint(round(more.origin.x()) + 20, row.y + round(more.origin.y()) + 8)
    QTest.mouseClick(shown.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    await settle()
    grown = shown.view._rows[-1]
    assert grown.item.body > 3 * folded
    assert grown.y == row.y
    shown.view.stage.unfold(message(77))


async def test_date_floats_while_scrolling_and_yields_to_the_next(show: Show) -> None:
    day = 24 * 60
    rows = [message(at, time_ms=NOON_MS - (400 - at) * day * MINUTE // 10) for at in range(400)]
    shown = show(Book(rows))
    await shown.open()
    still = shown.view.grab().toImage()
    for _ in range(60):
        wheel(shown.view, 0.25)
        assert shown.view._sticky.isActive()
        shown.view.viewport().grab()
    wheel(shown.view, -60)
    await settle()
    assert shown.view.grab().toImage() != still
    shown.view._sticky.stop()
    assert shown.view.grab().toImage() == still


async def test_reports_of_members_read_only_what_they_concern(show: Show) -> None:
    shown = show(Book(message(at, author=ME, state=MessageState.SENT) for at in range(40)))
    await shown.open()
    rows = shown.book.rows[10:14]
    shown.book.asked.clear()
    for row in rows:
        shown.book.set_state(row.event, MessageState.DELIVERED)
        for member in ("Ana", "Bob"):
            moved = StatusChanged(ROOM, (row.event,), MessageState.DELIVERED, peer_of(member))
            shown.view.apply(moved)
    handed = StatusChanged(ROOM, (shown.book.rows[20].event,), MessageState.SENT, peer_of("Ana"))
    shown.view.apply(handed)
    await settle()
    assert shown.book.asked == [(rows[0].position, 0, 4)]
    states = [row.state for row in shown.view.stage.window.rows]
    assert states.count(MessageState.DELIVERED) == 4
