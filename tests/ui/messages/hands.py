"""What tests of the message list do to it again and again."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.domain.changes import (
    MessagesAdded,
)
from app.domain.ids import RoomId
from app.domain.views import MessageView
from app.ui.messages import MessageList
from app.ui.messages.grouping import Divider
from tests.ui.messages.book import ROOM
from tests.ui.messages.conftest import Shown

OTHER = RoomId(b"other".ljust(16))


def wheel(view: MessageList, notches: float) -> None:
    at = QPointF(100, 100)
    turned = QPoint(0, round(notches * 120))
    event = QWheelEvent(
        at,
        view.mapToGlobal(at),
        QPoint(),
        turned,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)


def divider_of(shown: Shown) -> Divider | None:
    return shown.view.stage.rows.divider


def add(shown: Shown, row: MessageView) -> None:
    shown.view.apply(MessagesAdded(ROOM, (shown.book.add(row),)))
