"""The mouse: selecting, links, replies, menus."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.views import MessageView
from app.ui.messages.selection import Selection
from tests.gallery.shots import settle
from tests.ui.messages.book import ME, Book, message
from tests.ui.messages.conftest import Show, Shown

LEFT = Qt.MouseButton.LeftButton


def text_corner(shown: Shown, row: int) -> QPoint:
    """The upper left of the text of the `row`-th visible message, a little inside."""
    placed = shown.view._rows[row]
    item = placed.item
    origin = item.blocks[0].origin
    return QPoint(round(origin.x()), placed.y + round(origin.y()) + 10)


def move(shown: Shown, at: QPoint, *, held: bool = True) -> None:
    """Move the mouse as a person would, button held down or not."""
    area = shown.view.viewport()
    buttons = LEFT if held else Qt.MouseButton.NoButton
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove,
        QPointF(at),
        QPointF(area.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        buttons,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(area, event)


def drag(shown: Shown, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(shown.view.viewport(), LEFT, pos=start)
    move(shown, end)
    QTest.mouseRelease(shown.view.viewport(), LEFT, pos=end)


def selected(shown: Shown) -> list[str]:
    selection = shown.view._pointer.selection
    assert isinstance(selection, Selection)
    return [text for row in shown.book.rows if (text := selection.text_of(row))]


async def test_select_across_messages_in_both_directions(show: Show) -> None:
    shown = show(Book([message(at, f"row {at} text") for at in range(4)]))
    await shown.open()
    upper, lower = text_corner(shown, 0), text_corner(shown, 2)
    drag(shown, upper, lower + QPoint(400, 0))
    assert selected(shown) == ["row 0 text", "row 1 text", "row 2 text"]
    shown.view.grab()
    drag(shown, lower, upper)
    assert selected(shown) == ["row 0 text", "row 1 text"]
    QTest.mouseClick(shown.view.viewport(), LEFT, pos=upper)
    assert shown.view._pointer.selection is None


async def test_shift_extends(show: Show) -> None:
    shown = show(Book([message(at, f"row {at} text") for at in range(4)]))
    await shown.open()
    corner = text_corner(shown, 0)
    drag(shown, corner, corner + QPoint(400, 0))
    end = text_corner(shown, 1) + QPoint(400, 0)
    QTest.mouseClick(shown.view.viewport(), LEFT, Qt.KeyboardModifier.ShiftModifier, end)
    assert selected(shown) == ["row 0 text", "row 1 text"]


async def test_selecting_in_a_long_text_finds_lines(show: Show) -> None:
    words = " ".join(f"word{at}" for at in range(60))
    shown = show(Book([message(0, words)]))
    await shown.open()
    corner = text_corner(shown, 0)
    drag(shown, corner + QPoint(0, 20), corner + QPoint(0, 40))
    (text,) = selected(shown)
    assert text in words
    assert text.startswith("word")
    drag(shown, corner + QPoint(0, 20), QPoint(300, 499))
    assert selected(shown)[0].endswith("word59")
    drag(shown, corner + QPoint(0, 20), QPoint(300, 1))
    assert selected(shown)[0].startswith("word0")


async def test_drag_beyond_the_edge_scrolls(show: Show) -> None:
    shown = show(Book.of(200))
    await shown.open()
    first = shown.texts()[0]
    QTest.mousePress(shown.view.viewport(), LEFT, pos=QPoint(150, 250))
    move(shown, QPoint(150, -60))
    assert shown.view._autoscroll.isActive()
    for _ in range(40):
        shown.view._scroll_on()
    assert first not in shown.texts()
    assert len(selected(shown)) > 10
    top = shown.texts()[0]
    move(shown, QPoint(150, 900))
    for _ in range(5):
        shown.view._scroll_on()
    assert shown.texts()[0] != top
    move(shown, QPoint(150, 100))
    assert not shown.view._autoscroll.isActive()
    QTest.mouseRelease(shown.view.viewport(), LEFT, pos=QPoint(150, 100))


async def test_links_are_clicked_and_show_a_hand(show: Show) -> None:
    shown = show(Book([message(0, "https://wiki.lan/x is a link"), message(1, "plain")]))
    links: list[str] = []
    shown.view.link_activated.connect(links.append)
    await shown.open()
    area = shown.view.viewport()
    on_link = text_corner(shown, 0) + QPoint(20, 0)
    move(shown, on_link, held=False)
    assert area.cursor().shape() == Qt.CursorShape.PointingHandCursor
    QTest.mouseClick(area, LEFT, pos=on_link)
    assert links == ["https://wiki.lan/x"]
    plain = text_corner(shown, 1) + QPoint(5, 0)
    move(shown, plain, held=False)
    assert area.cursor().shape() == Qt.CursorShape.IBeamCursor
    QTest.mouseClick(area, LEFT, pos=plain)
    move(shown, QPoint(590, 490), held=False)
    assert area.cursor().shape() == Qt.CursorShape.ArrowCursor
    QTest.mouseClick(area, LEFT, pos=text_corner(shown, 0) + QPoint(170, 0))
    QTest.mouseClick(area, LEFT, pos=text_corner(shown, 0) + QPoint(500, 0))
    drag(shown, on_link, on_link + QPoint(60, 0))
    assert links == ["https://wiki.lan/x"]


async def test_double_click_replies(show: Show) -> None:
    shown = show(Book.of(3))
    wanted: list[MessageView] = []
    shown.view.reply_wanted.connect(wanted.append)
    await shown.open()
    QTest.mouseDClick(shown.view.viewport(), LEFT, pos=text_corner(shown, 1))
    assert [row.text for row in wanted] == ["Message 1"]


async def test_menu_is_asked_for(show: Show) -> None:
    shown = show(Book.of(3))
    wanted: list[tuple[MessageView, QPoint]] = []
    shown.view.menu_wanted.connect(lambda row, at: wanted.append((row, at)))
    await shown.open()
    at = text_corner(shown, 2)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, QPoint(7, 8))
    QApplication.sendEvent(shown.view.viewport(), event)
    assert [(row.text, where) for row, where in wanted] == [("Message 2", QPoint(7, 8))]


async def test_an_empty_list_takes_clicks(show: Show) -> None:
    shown = show(Book())
    await shown.open()
    at = QPoint(50, 50)
    drag(shown, at, at + QPoint(9, 9))
    QTest.mouseClick(shown.view.viewport(), Qt.MouseButton.MiddleButton, pos=at)
    QTest.mouseDClick(shown.view.viewport(), LEFT, pos=at)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, QCursor.pos())
    QApplication.sendEvent(shown.view.viewport(), event)
    move(shown, at, held=False)
    await settle(2)
    assert shown.view._pointer.selection is None


async def test_clicks_right_to_left(show: Show) -> None:
    shown = show(Book([message(0, "שלום https://wiki.lan/x", author=ME)]))
    links: list[str] = []
    shown.view.link_activated.connect(links.append)
    await shown.open()
    item = shown.view.stage.rows.item(0)
    line = item.blocks[0].layout.lineAt(0)
    # The address stands left of the Hebrew word, which begins at the right.
    inside = line.naturalTextRect().left() + 30
    corner = text_corner(shown, 0)
    QTest.mouseClick(shown.view.viewport(), LEFT, pos=corner + QPoint(round(inside), 0))
    assert links == ["https://wiki.lan/x"]
