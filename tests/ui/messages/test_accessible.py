"""What a screen reader finds in the list."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessible
from shiboken6 import isValid

from app.domain.changes import MessagesAdded
from app.ui.messages.accessible import ListInterface, RowInterface
from tests.gallery.shots import settle
from tests.ui.messages.book import ME, ROOM, Book, message
from tests.ui.messages.conftest import Show, Shown

NAME = QAccessible.Text.Name


def interface(shown: Shown) -> ListInterface:
    made = QAccessible.queryAccessibleInterface(shown.view)
    assert isinstance(made, ListInterface)
    return made


def lines(listed: ListInterface) -> list[str]:
    return [listed.child(at).text(NAME) for at in range(listed.childCount())]


async def test_visible_messages_are_items_of_a_list(show: Show) -> None:
    shown = show(Book([message(0, "Hello"), message(1, "Hi", ME)]))
    await shown.open()
    listed = interface(shown)
    assert listed.role() == QAccessible.Role.List
    assert listed.text(NAME) == "Messages"
    assert listed.text(QAccessible.Text.Description) == ""
    assert lines(listed) == ["Mara Lindqvist: Hello, 12:00", "You: Hi, 12:01, delivered"]
    assert not listed.state().invisible
    assert listed.rect().size() == shown.view.size()


async def test_rows_know_where_they_are(show: Show) -> None:
    shown = show(Book.of(4))
    await shown.open()
    listed = interface(shown)
    row = listed.child(2)
    assert isinstance(row, RowInterface)
    assert (row.role(), row.childCount()) == (QAccessible.Role.ListItem, 0)
    assert row.parent() is listed
    assert row.state().readOnly
    assert listed.indexOfChild(row) == 2
    shown.view.move(0, 0)
    middle = row.rect().center()
    assert listed.childAt(middle.x(), middle.y()) is row
    shown.view.move(50, 60)
    assert row.rect().center() - middle == QPoint(50, 60)
    corner = shown.view.mapToGlobal(QPoint(2, 2))
    assert listed.childAt(corner.x(), corner.y()) is None
    assert listed.child(9) is None
    assert row.child(0) is None
    assert row.childAt(0, 0) is None
    assert row.indexOfChild(listed) == -1
    assert row.text(QAccessible.Text.Help) == ""
    row.setText(NAME, "x")


async def test_rows_that_leave_are_handed_back(show: Show) -> None:
    shown = show(Book.of(200))
    await shown.open()
    listed = interface(shown)
    row = listed.child(0)
    assert row.isValid()
    shown.view.go_to_start()
    await settle()
    assert not isValid(row)
    assert lines(listed)[0].startswith("Mara Lindqvist: Message 0")


async def test_new_messages_become_children(show: Show) -> None:
    shown = show(Book.of(2))
    await shown.open()
    listed = interface(shown)
    assert listed.childCount() == 2
    shown.view.apply(MessagesAdded(ROOM, (shown.book.add(message(50, "third")),)))
    await settle()
    assert lines(listed)[-1] == "Mara Lindqvist: third, 12:50"


async def test_every_question_gets_an_interface_of_its_own(show: Show) -> None:
    shown = show(Book.of(2))
    await shown.open()
    reader = shown.view._reader
    first, second = reader.make(), reader.make()
    assert first is not second
    first.child(0)
    shown.view.close_room()
    await settle()
    assert first.childCount() == second.childCount() == 0
