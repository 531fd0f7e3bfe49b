"""The list for assistive technology: a List whose children are the visible messages.

Qt keeps a pointer to every interface it was given, and Python must neither drop nor delete one
on its own: they are held here, and handed back to Qt when their row leaves the viewport.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleObject,
    QWindow,
)
from PySide6.QtWidgets import QAbstractScrollArea
from shiboken6 import isValid

from app.domain.ids import EventId


class Spoken(NamedTuple):
    """A visible row: which message, what is read out, where it is in the viewport."""

    event: EventId
    text: str
    rect: QRect


class RowInterface(QAccessibleInterface):
    """One visible message."""

    def __init__(self, owner: ListInterface, event: EventId) -> None:
        super().__init__()
        self._owner = owner
        self.event = event

    def _spoken(self) -> Spoken | None:
        return self._owner.spoken(self.event)

    def isValid(self) -> bool:
        return self._spoken() is not None

    def object(self) -> QObject:
        return None  # type: ignore[return-value]

    def window(self) -> QWindow:
        return self._owner.window()

    def parent(self) -> QAccessibleInterface:
        return self._owner if isValid(self._owner) else None  # type: ignore[return-value]

    def child(self, _index: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def childAt(self, _x: int, _y: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, _child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def rect(self) -> QRect:
        spoken = self._spoken()
        return self._owner.on_screen(spoken.rect) if spoken else QRect()

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.readOnly = True
        return state

    def text(self, kind: QAccessible.Text) -> str:
        spoken = self._spoken()
        return spoken.text if spoken and kind == QAccessible.Text.Name else ""

    def setText(self, _kind: QAccessible.Text, _text: str) -> None:
        """Nothing to set."""


class ListInterface(QAccessibleObject):
    """The whole list; `children` follow what the widget shows."""

    def __init__(self, widget: QAbstractScrollArea, read: Callable[[], list[Spoken]]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._read = read
        self._rows = read()
        self._interfaces: dict[EventId, RowInterface] = {}
        widget.destroyed.connect(partial(_hand_back, self._interfaces))

    def spoken(self, event: EventId) -> Spoken | None:
        return next((row for row in self._rows if row.event == event), None)

    def refresh(self) -> bool:
        """The viewport shows something else: let go of rows that left; tell if any differs."""
        before = self._rows
        self._rows = self._read()
        events = {row.event for row in self._rows}
        gone = {event: row for event, row in self._interfaces.items() if event not in events}
        for event in gone:
            del self._interfaces[event]
        _hand_back(gone)
        return [row[:2] for row in before] != [row[:2] for row in self._rows]

    def on_screen(self, rect: QRect) -> QRect:
        """Return where a part of the viewport is now, wherever the window was moved."""
        return QRect(self._widget.viewport().mapToGlobal(rect.topLeft()), rect.size())

    def child(self, index: int) -> QAccessibleInterface:
        if not 0 <= index < len(self._rows):
            return None  # type: ignore[return-value]
        event = self._rows[index].event
        if event not in self._interfaces:
            made = RowInterface(self, event)
            QAccessible.registerAccessibleInterface(made)
            self._interfaces[event] = made
        return self._interfaces[event]

    def childCount(self) -> int:
        return len(self._rows)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        events = [row.event for row in self._rows]
        event = getattr(child, "event", None)
        return events.index(event) if event in events else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        for index, row in enumerate(self._rows):
            if self.on_screen(row.rect).contains(x, y):
                return self.child(index)
        return None  # type: ignore[return-value]

    def parent(self) -> QAccessibleInterface:
        above = self._widget.parentWidget() if isValid(self._widget) else None
        return QAccessible.queryAccessibleInterface(above)  # type: ignore[arg-type]

    def window(self) -> QWindow:
        return self._widget.window().windowHandle()

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.List

    def rect(self) -> QRect:
        widget = self._widget
        return QRect(widget.mapToGlobal(widget.rect().topLeft()), widget.size())

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.focusable = True
        state.focused = self._widget.hasFocus()
        state.invisible = not self._widget.isVisible()
        state.readOnly = True
        return state

    def text(self, kind: QAccessible.Text) -> str:
        return self._widget.accessibleName() if kind == QAccessible.Text.Name else ""


def _hand_back(interfaces: dict[EventId, RowInterface]) -> None:
    """Let Qt delete the interfaces of rows that nobody sees any more."""
    for interface in interfaces.values():
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(interface))
    interfaces.clear()


class Reader:
    """Makes the interface of one list when somebody asks for it, and keeps it up to date."""

    def __init__(self, widget: QAbstractScrollArea, read: Callable[[], list[Spoken]]) -> None:
        self._widget = widget
        self._read = read
        self._made: list[ListInterface] = []
        _install()
        _READERS[widget] = self

    def make(self) -> ListInterface:
        """Return a new interface; Qt asks again when it sees another class, and deletes each."""
        made = ListInterface(self._widget, self._read)
        _HELD[:] = [each for each in _HELD if isValid(each)]
        _HELD.append(made)
        self._made.append(made)
        return made

    def refresh(self) -> None:
        """The viewport shows something else: tell who listens."""
        self._made = [each for each in self._made if isValid(each)]
        if any([each.refresh() for each in self._made]):  # noqa: C419 - every one is to be told
            change = QAccessibleEvent(self._widget, QAccessible.Event.ObjectReorder)
            QAccessible.updateAccessibility(change)

    def announce(self, text: str) -> None:
        """Have `text` read out when nothing more important is."""
        if self._made:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._widget, text))


_READERS: WeakKeyDictionary[QObject, Reader] = WeakKeyDictionary()
# The widget's Python half dies before Qt deletes its interface: this must outlive that moment.
_HELD: list[ListInterface] = []


@cache
def _install() -> None:
    QAccessible.installFactory(_make)


def _make(_class: str, thing: QObject) -> QAccessibleInterface | None:
    reader = _READERS.get(thing)
    return reader.make() if reader is not None else None
