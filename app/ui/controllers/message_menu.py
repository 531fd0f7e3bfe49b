"""What can be done with one message."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.domain.views import MessageKind, MessageView
from app.ui.messages import MessageList


class MessageMenu(QObject):
    """Opens where the message was asked about."""

    def __init__(self, messages: MessageList) -> None:
        super().__init__(messages)
        self.menu = QMenu(messages)
        self.menu.setAccessibleName("Message")
        self._text = ""
        self.copy_text = self.menu.addAction("Copy text")
        self.copy_text.triggered.connect(self._copy)
        messages.menu_wanted.connect(self._show)

    def _show(self, message: MessageView, where: QPoint) -> None:
        if message.kind is MessageKind.TEXT:
            self._text = message.text
            self.menu.popup(where)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
