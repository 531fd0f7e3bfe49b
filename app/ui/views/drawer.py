"""The right pane: who is in a room, what was shared, what one can do about it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.views import MemberView, RoomKind, RoomSummary
from app.ui import phrases
from app.ui.models.keyed import ROW_ROLE
from app.ui.models.members import MembersModel
from app.ui.theme import Radius, Size, TextSize, Theme, Weight, font, paint_icon
from app.ui.widgets.avatar import Avatar, Face, face_of, paint_face
from app.ui.widgets.buttons import TileButton, push_button
from app.ui.widgets.lists import RowList
from app.ui.widgets.surfaces import Label, Surface
from app.ui.widgets.tabs import Tabs

MEMBER = 50
_ROUTE_ICONS = {"lan": "zap", "direct": "zap", "relay": "route"}
_KINDS = {
    RoomKind.GROUP: "Room",
    RoomKind.DIRECT: "Direct conversation",
    RoomKind.NOTES: "Only you can see this",
}


class MemberDelegate(QStyledItemDelegate):
    """Paints a member: avatar with presence, name, the way to them."""

    def __init__(self, theme: Theme, model: MembersModel) -> None:
        super().__init__()
        self._theme, self._model = theme, model

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, MEMBER)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        member: MemberView = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self._theme.palette
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        tile = QRectF(rect).adjusted(12, 1, -12, -1)
        behind = palette.panel
        if state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            behind = palette.hover
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(behind)
            painter.drawRoundedRect(tile, Radius.ROW, Radius.ROW)
        square = QRectF(tile.left() + 8, tile.center().y() - 18, 36, 36)
        face = Face(member.peer, member.name, online=member.online)
        paint_face(painter, square, face, self._theme, behind)
        self._paint_texts(painter, tile.adjusted(56, 0, -8, 0), member)
        painter.restore()

    def _paint_texts(self, painter: QPainter, area: QRectF, member: MemberView) -> None:
        palette = self._theme.palette
        middle = area.center().y()
        painter.setFont(font(TextSize.BODY, Weight.MEDIUM))
        painter.setPen(palette.text if member.online else palette.text2)
        upper = QRectF(area.left(), middle - 20, area.width(), 20)
        self._draw(painter, upper, member.name)
        lower = QRectF(area.left(), middle, area.width(), 18)
        colour = palette.text2
        if member.online and not member.you:
            relayed = member.route == "relay"
            colour = palette.warn if relayed else palette.ok
            glyph = _ROUTE_ICONS.get(member.route or "", "wifi")
            paint_icon(painter, QRectF(area.left(), middle + 2, 13, 13), glyph, colour, 2)
            lower.setLeft(area.left() + 16)
        painter.setFont(font(TextSize.SMALL, tabular=True))
        painter.setPen(colour)
        self._draw(painter, lower, self._model.line(member))

    @staticmethod
    def _draw(painter: QPainter, area: QRectF, text: str) -> None:
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)


class Drawer(Surface):
    """Shows one conversation's details."""

    def __init__(self, theme: Theme, members: MembersModel) -> None:
        super().__init__(theme, "panel", edges=("left",))
        self.setFixedWidth(Size.DRAWER)
        self.avatar = Avatar(theme, Size.AVATAR_DRAWER)
        self.name = Label(theme, TextSize.DRAWER, Weight.SEMIBOLD, elide=True)
        self.line = Label(theme, TextSize.PREVIEW, tone="text2", elide=True)
        self.invite = TileButton(theme, "user-plus", "Invite")
        self.code = TileButton(theme, "qr-code", "Room code")
        self.back = push_button("Close details", "quiet")
        self.tabs = Tabs(theme, ("Peers", "Files", "Info"))
        self.people = RowList("Peers", members, MemberDelegate(theme, members))
        self.kind = Label(theme, TextSize.PREVIEW, tone="text2")
        self.rename = push_button("Rename")
        self.leave = push_button("Leave", "danger")
        self._pages = QStackedWidget()
        for page in (self.people, self._files_page(theme), self._info_page(theme)):
            self._pages.addWidget(page)
        self.tabs.chosen.connect(self._pages.setCurrentIndex)
        self._lay_out()

    def show_room(self, summary: RoomSummary, online: bool | None) -> None:
        """Say what the conversation is."""
        group = summary.kind is RoomKind.GROUP
        self.avatar.set_face(face_of(summary, online))
        self.name.setText(summary.name)
        members = phrases.count(summary.members, "member")
        self.line.setText(members if group else _KINDS[summary.kind])
        self.kind.setText(_KINDS[summary.kind])
        self.invite.setVisible(group)
        self.code.setVisible(group)
        self.rename.setVisible(group)
        self.leave.setVisible(summary.kind is not RoomKind.NOTES)

    def follow(self, before: QWidget) -> None:
        """Let Tab lead here from `before`, and through from the top."""
        last = (self.people, self.rename, self.leave, self.back)
        for widget in (self.invite, self.code, *self.tabs.buttons(), *last):
            QWidget.setTabOrder(before, widget)
            before = widget

    def _lay_out(self) -> None:
        for label in (self.name, self.line):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        actions = QHBoxLayout()
        actions.setSpacing(8)
        actions.addStretch()
        actions.addWidget(self.invite)
        actions.addWidget(self.code)
        actions.addStretch()
        top = QVBoxLayout()
        top.setContentsMargins(20, 20, 20, 8)
        top.setSpacing(0)
        top.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignHCenter)
        for gap, item in ((6, self.name), (2, self.line)):
            top.addSpacing(gap)
            top.addWidget(item)
        top.addSpacing(14)
        top.addLayout(actions)
        top.addSpacing(14)
        top.addWidget(self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 12)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._pages, 1)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignHCenter)

    def _files_page(self, theme: Theme) -> QWidget:
        words = Label(theme, TextSize.PREVIEW, tone="text2")
        words.setText("Files that are shared here will be listed in this place.")
        return _page(words)

    def _info_page(self, theme: Theme) -> QWidget:
        where = Label(theme, TextSize.PREVIEW, tone="text2")
        where.setText(
            "Messages are kept on the members' own machines. They travel directly between them,"
            " sealed; a server only introduces people."
        )
        return _page(self.kind, where, self.rename, self.leave)


def _page(*widgets: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(20, 8, 20, 8)
    column.setSpacing(12)
    for widget in widgets:
        if isinstance(widget, Label):
            widget.setWordWrap(True)
        column.addWidget(widget)
    column.addStretch()
    return page
