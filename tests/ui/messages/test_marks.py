"""Keys and the mouse about one message: menu, hover actions, flash, clicks beside the text."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QToolTip

from app.domain.changes import MessagesChanged, MessagesRemoved
from app.domain.views import MessageKind, Reaction, ReplyPreview
from tests.gallery.shots import settle
from tests.ui.messages.book import ME, ROOM, Book, message, peer_of
from tests.ui.messages.conftest import Show, Shown
from tests.ui.messages.test_pointer import LEFT, move

MENU = Qt.Key.Key_Menu


def heard(shown: Shown) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    view = shown.view
    view.menu_wanted.connect(lambda row, _at: found.append(("menu", row.text)))
    view.react_wanted.connect(lambda row, _at: found.append(("react", row.text)))
    view.reply_wanted.connect(lambda row: found.append(("reply", row.text)))
    view.original_wanted.connect(lambda event: found.append(("original", event)))
    view.reaction_toggled.connect(lambda row, emoji, on: found.append((row.text, emoji, on)))
    return found


async def test_the_menu_key_is_about_the_current_message(show: Show) -> None:
    shown = show(Book.of(40))
    found = heard(shown)
    await shown.open()
    QTest.keyClick(shown.view, MENU)
    QTest.keyClick(shown.view, Qt.Key.Key_Up)
    QTest.keyClick(shown.view, Qt.Key.Key_Up)
    QTest.keyClick(shown.view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert found == [("menu", "Message 39"), ("menu", "Message 38")]
    shown.view.setFocus()
    shown.view.grab()


async def test_the_current_message_stays_in_view(show: Show) -> None:
    shown = show(Book.of(60))
    await shown.open()
    for _ in range(40):
        QTest.keyClick(shown.view, Qt.Key.Key_Up)
    await settle()
    assert "Message 20" in shown.texts()
    for _ in range(50):
        QTest.keyClick(shown.view, Qt.Key.Key_Down)
    await settle()
    assert shown.texts()[-1] == "Message 59"
    empty = show(Book())
    await empty.open()
    QTest.keyClick(empty.view, Qt.Key.Key_Up)
    QTest.keyClick(empty.view, MENU)
    assert empty.view.current_message() is None


async def test_actions_stand_beside_the_bubble_under_the_mouse(show: Show) -> None:
    rows = [message(0, "theirs"), message(1, "mine", ME), message(2, "gone", kind=MessageKind.LEFT)]
    shown = show(Book(rows))
    found = heard(shown)
    await shown.open()
    hover = shown.view._hover
    for at, text in enumerate(("theirs", "mine")):
        row = shown.view._rows[at]
        move(shown, QPoint(round(row.item.bubble.center().x()), row.y + 8), held=False)
        assert hover.message is not None
        assert hover.message.text == text
        assert not hover.geometry().intersects(row.item.bubble.translated(0, row.y).toRect())
        for button in hover.findChildren(QToolButton):
            QTest.mouseClick(button, LEFT)
    assert found == [
        (kind, text) for text in ("theirs", "mine") for kind in ("react", "reply", "menu")
    ]
    hover.grab()
    move(shown, QPoint(300, shown.view._rows[2].y + 5), held=False)
    assert hover.message is None
    move(shown, QPoint(100, shown.view._rows[0].y + 8), held=False)
    QApplication.sendEvent(shown.view.viewport(), QEvent(QEvent.Type.Leave))
    assert hover.message is None


async def test_clicks_beside_the_text(show: Show) -> None:
    preview = ReplyPreview(peer_of(ME), ME, "before", deleted=False)
    first = message(0, "first", ME)
    row = replace(
        message(1, "```py\nx = 1\n```"),
        reply_to=first.event,
        reply=preview,
        reactions=(Reaction("🎉", (peer_of("Mara Lindqvist"),)),),
    )
    shown = show(Book([first, row]))
    shown.view.set_people({peer_of("Mara Lindqvist"): "Mara"}, peer_of(ME))
    found = heard(shown)
    await shown.open()
    placed = shown.view._rows[1]
    item, area = placed.item, shown.view.viewport()
    assert item.quote is not None
    box = item.blocks[0].box
    assert box is not None
    corner = box.topRight().toPoint() + QPoint(-14, 14)
    pill = item.pills[0].box.center().toPoint()
    for place in (item.quote.box.center().toPoint(), pill, corner):
        QTest.mouseClick(area, LEFT, pos=place + QPoint(0, placed.y))
    assert found == [("original", first.event), (row.text, "🎉", True)]
    assert QGuiApplication.clipboard().text() == "x = 1"
    at = pill + QPoint(0, placed.y)
    QApplication.sendEvent(area, QHelpEvent(QEvent.Type.ToolTip, at, area.mapToGlobal(at)))
    assert QToolTip.text() == "Mara"
    QToolTip.hideText()


async def test_a_message_that_one_is_led_to_flashes(show: Show) -> None:
    shown = show(Book.of(90))
    await shown.open()
    place = shown.book.rows[30].position
    shown.view.go_to(place, flash=True)
    await settle()
    assert shown.view._marks.flash == place
    shown.view.grab()
    shown.view._marks._fade()
    assert shown.view._marks.flash is None


async def test_changed_and_removed_rows_are_shown_so(show: Show) -> None:
    shown = show(Book.of(6))
    await shown.open()
    other = replace(shown.book.rows[2], text="Other words", edited=True)
    shown.view.apply(MessagesChanged(ROOM, (other, message(99))))
    shown.view.apply(MessagesRemoved(ROOM, (shown.book.rows[3].event,)))
    await settle()
    assert shown.texts() == ["Message 0", "Message 1", "Other words", "Message 4", "Message 5"]
    assert shown.view.stage.window.total == 5


async def test_what_changes_while_a_page_is_read_is_not_lost(show: Show) -> None:
    shown = show(Book.of(6))
    shown.book.hold()
    await shown.open()
    shown.view.apply(MessagesChanged(ROOM, (replace(shown.book.rows[2], text="Other words"),)))
    shown.view.apply(MessagesRemoved(ROOM, (shown.book.rows[3].event,)))
    await settle()
    shown.book.go()
    await settle()
    assert shown.texts() == ["Message 0", "Message 1", "Other words", "Message 4", "Message 5"]
