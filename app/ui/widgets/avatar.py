"""The picture of a person or a room."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.domain.views import RoomKind, RoomSummary
from app.ui.theme import (
    Theme,
    paint_avatar,
    paint_icon_avatar,
    paint_picture,
    paint_presence,
)
from app.ui.widgets.pressing import EnterPresses

_ICONS = {RoomKind.GROUP: "users", RoomKind.NOTES: "bookmark"}


@dataclass(frozen=True, slots=True)
class Face:
    """What an avatar is drawn from. `icon` takes the place of the initials.

    `online` None means that there is no presence to show. `picture` names a picture, which takes
    the place of all but the presence once it is here.
    """

    key: bytes
    name: str
    icon: str = ""
    online: bool | None = None
    picture: str = ""
    presence: str = "online"
    """Online, away or busy; of no account while `online` is not true."""


def face_of(summary: RoomSummary, online: bool | None = None, presence: str = "online") -> Face:
    """The face of a conversation: the other person's, or the room's."""
    key = bytes(summary.peer or summary.room)
    return Face(key, summary.name, _ICONS.get(summary.kind, ""), online, summary.picture, presence)


def paint_face(painter: QPainter, square: QRectF, face: Face, theme: Theme, behind: QColor) -> None:
    """Draw `face` into `square`, its presence dot ringed by the colour `behind`."""
    picture = theme.pictures.find(face.picture) if face.picture else None
    if picture is not None:
        paint_picture(painter, square, picture)
    elif face.icon:
        paint_icon_avatar(painter, square, face.key, face.icon)
    else:
        paint_avatar(painter, square, face.key, face.name)
    if face.online:
        palette = theme.palette
        colours = {"away": palette.away, "busy": palette.danger}
        paint_presence(painter, square, colours.get(face.presence, palette.online), behind)


class AvatarButton(EnterPresses, QAbstractButton):
    """A face that can be pressed."""

    def __init__(self, theme: Theme, size: int, name: str, behind: str = "sidebar") -> None:
        super().__init__()
        self._theme, self._behind = theme, behind
        self._face: Face | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(size + 2, size + 2)
        theme.changed.connect(self.update)
        theme.pictured.connect(self.update)

    def set_face(self, face: Face) -> None:
        self._face = face
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square = QRectF(1, 1, self.width() - 2, self.height() - 2)
        if self._face is not None:
            behind: QColor = getattr(self._theme.palette, self._behind)
            paint_face(painter, square, self._face, self._theme, behind)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.palette.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(square)


class Avatar(QWidget):
    """Shows a face; decoration, so it has no name and takes no focus."""

    def __init__(self, theme: Theme, size: int, behind: str = "panel") -> None:
        super().__init__()
        self._theme, self._behind = theme, behind
        self._face: Face | None = None
        self.setFixedSize(size + 2, size + 2)
        theme.changed.connect(self.update)
        theme.pictured.connect(self.update)

    def set_face(self, face: Face | None) -> None:
        if face != self._face:
            self._face = face
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._face is not None:
            behind: QColor = getattr(self._theme.palette, self._behind)
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            square = QRectF(1, 1, self.width() - 2, self.height() - 2)
            paint_face(painter, square, self._face, self._theme, behind)
