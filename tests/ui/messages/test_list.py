"""The widget: where it opens, what it follows, how it moves, what it tells."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gallery.shots import settle
from tests.ui.messages.book import ME, Book, message
from tests.ui.messages.conftest import Show
from tests.ui.messages.hands import add, divider_of, wheel


async def test_opens_at_the_end(show: Show) -> None:
    shown = show(Book.of(300))
    await shown.open()
    assert shown.texts()[-1] == "Message 299"
    assert shown.view.stage.track.pinned


async def test_opens_at_the_unread_divider(show: Show) -> None:
    shown = show(Book.of(300))
    await shown.open(unread=100)
    divider = divider_of(shown)
    assert divider is not None
    assert divider.count == 100
    events = [row.position for row in shown.view.visible_messages()]
    assert divider.before in events[:3]
    assert not shown.view.stage.track.pinned


async def test_few_unread_messages_open_at_the_end_with_the_divider_in_view(show: Show) -> None:
    shown = show(Book.of(300))
    await shown.open(unread=2)
    divider = divider_of(shown)
    assert divider is not None
    assert divider.before in [row.position for row in shown.view.visible_messages()]
    assert shown.texts()[-1] == "Message 299"


async def test_unread_divider_stays_until_one_answers(show: Show) -> None:
    shown = show(Book.of(50))
    await shown.open(unread=2)
    add(shown, message(60))
    await settle()
    assert divider_of(shown) is not None
    add(shown, message(61, author=ME))
    await settle()
    assert divider_of(shown) is None
    await shown.open(unread=3)
    shown.view.clear_divider()
    assert divider_of(shown) is None
    shown.view.clear_divider()


async def test_no_divider_comes_once_one_has_answered(show: Show) -> None:
    shown = show(Book.of(50))
    shown.view.open(shown.book.summary(2))
    add(shown, message(60, author=ME))
    await settle()
    assert divider_of(shown) is None
    shown.view.open(shown.book.summary(2))
    shown.view.clear_divider()
    await settle()
    assert divider_of(shown) is None


async def test_follows_only_at_the_bottom(show: Show) -> None:
    shown = show(Book.of(100))
    await shown.open()
    add(shown, message(200, "new at the bottom"))
    await settle()
    assert shown.texts()[-1] == "new at the bottom"
    wheel(shown.view, 3)
    await settle()
    before = shown.bubbles()
    add(shown, message(201, "not seen"))
    await settle()
    assert shown.bubbles() == before
    assert shown.view.stage.unread.count == 1
    shown.view.go_to_end()
    await settle()
    assert shown.texts()[-1] == "not seen"
    assert shown.view.stage.unread.count == 0


async def test_holds_its_place_while_older_pages_come(show: Show) -> None:
    shown = show(Book.of(1000))
    await shown.open()
    for _ in range(30):
        wheel(shown.view, 12)
        before = shown.bubbles()
        shown.book.hold()
        await settle(3)
        assert shown.bubbles() == before
        shown.book.go()
        await settle(6)
        assert shown.bubbles() == before
    assert shown.view.stage.window.first_ordinal < 700


async def test_scrolls_to_the_first_message_and_back(show: Show) -> None:
    shown = show(Book.of(1000))
    await shown.open()
    QTest.keyClick(shown.view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    await settle()
    assert shown.texts()[0] == "Message 0"
    QTest.keyClick(shown.view, Qt.Key.Key_Home)
    QTest.keyClick(shown.view, Qt.Key.Key_PageDown)
    QTest.keyClick(shown.view, Qt.Key.Key_Down)
    await settle()
    assert "Message 0" not in shown.texts()
    QTest.keyClick(shown.view, Qt.Key.Key_PageUp)
    QTest.keyClick(shown.view, Qt.Key.Key_Up)
    await settle()
    assert shown.texts()[0] == "Message 0"
    QTest.keyClick(shown.view, Qt.Key.Key_End)
    await settle()
    assert shown.texts()[-1] == "Message 999"


async def test_rows_far_away_are_let_go(show: Show) -> None:
    shown = show(Book.of(3000))
    await shown.open()
    for _ in range(400):
        wheel(shown.view, 12)
        await settle(2)
    stage = shown.view.stage
    assert stage.window.first_ordinal < 2400
    assert len(stage.window) < 800
    assert len(stage.rows._kept) <= 200
    assert stage.window.more_after
    shown.view.go_to_end()
    await settle()
    assert shown.texts()[-1] == "Message 2999"


async def test_scroll_bar_counts_messages(show: Show) -> None:
    shown = show(Book.of(3000))
    await shown.open()
    bar = shown.view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(bar.maximum() // 2)
    await settle()
    (first, *_) = shown.texts()
    assert abs(int(first.removeprefix("Message ")) - 1495) < 10
    bar.setValue(bar.value() + bar.pageStep())
    await settle()
    assert first not in shown.texts()
    bar.setValue(bar.maximum())
    await settle()
    assert shown.texts()[-1] == "Message 2999"


async def test_dragged_scroll_bar_stays_under_the_mouse(show: Show) -> None:
    shown = show(Book.of(3000))
    await shown.open()
    bar = shown.view.verticalScrollBar()
    bar.setSliderDown(True)
    bar.setSliderPosition(640)
    await settle()
    assert bar.value() == 640
    assert shown.texts()[0] == "Message 10"
    bar.setSliderDown(False)


async def test_jumps_to_a_message_loaded_or_not(show: Show) -> None:
    shown = show(Book.of(1000))
    await shown.open()
    for number in (40, 990):
        shown.view.go_to(shown.book.rows[number].position)
        await settle()
        assert f"Message {number}" in shown.texts()


async def test_ordinal_beyond_an_empty_room(show: Show) -> None:
    shown = show(Book())
    await shown.open()
    shown.view.stage.go_to_ordinal(5)
    shown.view.go_to_start()
    shown.view.go_to_end()
    wheel(shown.view, 1)
    await settle()
    assert shown.texts() == []
