"""Shows what lets somebody in: a link, a code to read out, a QR code."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.views import RoomInvitation
from app.ui.dialogs.base import Sheet
from app.ui.theme import Radius, TextSize, Theme, Weight
from app.ui.widgets.buttons import push_button
from app.ui.widgets.qr import QrCode
from app.ui.widgets.surfaces import Label, Surface

COPIED_MS = 1500


def _link_field(text: str) -> QWidget:
    """One line that scrolls; a link is not for reading."""
    field = QLineEdit(text)
    field.setReadOnly(True)
    field.setAccessibleName("Link")
    field.setCursorPosition(0)
    field.setStyleSheet("background: transparent; font-size: 13px; padding: 7px 4px 7px 12px;")
    return field


def _code_label(theme: Theme, text: str) -> QWidget:
    """All of the words, on two lines if need be; a code is for reading out."""
    label = Label(theme, TextSize.BODY, Weight.MEDIUM, text=text)
    label.setAccessibleName(f"Room code {text}")
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setWordWrap(True)
    label.setContentsMargins(12, 7, 4, 7)
    return label


class CopyLine(Surface):
    """A text that can be selected, and a button that copies all of it."""

    def __init__(self, theme: Theme, name: str, text: str, field: QWidget) -> None:
        super().__init__(theme, "field", radius=Radius.FIELD)
        self._text = text
        self.button = push_button("Copy", "quiet")
        self.button.setAccessibleName(f"Copy {name.lower()}")
        self.button.clicked.connect(self.copy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 4, 2)
        row.setSpacing(4)
        row.addWidget(field, 1)
        row.addWidget(self.button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self.button.setText("Copy"))

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self.button.setText("Copied")
        self._timer.start(COPIED_MS)


class InvitePage(QWidget):
    """A link to send, its QR code, and a code to read out if there is one."""

    def __init__(self, theme: Theme, link: str, code: str) -> None:
        super().__init__()
        self._theme = theme
        self.link = CopyLine(theme, "Link", link, _link_field(link))
        self.code: CopyLine | None = None
        body = QVBoxLayout(self)
        body.setSpacing(6)
        body.setContentsMargins(0, 0, 0, 0)
        if code:
            self.code = CopyLine(theme, "Room code", code, _code_label(theme, code))
            body.addWidget(self._caption("Code to read out or type"))
            body.addWidget(self.code)
            body.addSpacing(6)
        body.addWidget(self._caption("Link to send"))
        body.addWidget(self.link)
        body.addSpacing(10)
        body.addWidget(QrCode(link), 0, Qt.AlignmentFlag.AlignHCenter)

    def _caption(self, text: str) -> Label:
        return Label(self._theme, TextSize.SMALL, Weight.MEDIUM, "text2", text=text)


class InviteSheet(Sheet):
    """An invitation to a room; for a person, the contact link alone."""

    def __init__(
        self, theme: Theme, parent: QWidget, title: str, invitation: RoomInvitation, line: str
    ) -> None:
        super().__init__(theme, parent, title, line)
        self.page = InvitePage(theme, invitation.link, invitation.code)
        self.add(self.page)
        done = push_button("Done", "primary")
        done.setDefault(True)
        done.clicked.connect(self.accept)
        self.finish(done)
