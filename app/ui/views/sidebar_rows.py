"""How the sidebar's rows are painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.views import MessageKind, MessageState, MessageView, RoomKind
from app.ui import phrases
from app.ui.models.keyed import ROW_ROLE
from app.ui.models.rows import HitRow, PersonRow, RoomRow, SectionRow
from app.ui.theme import Radius, Size, TextSize, Theme, Weight, font, paint_icon
from app.ui.widgets.avatar import Face, face_of, paint_face

SECTION = 34
_TICKS = {
    MessageState.QUEUED: "clock",
    MessageState.SENT: "check",
    MessageState.DELIVERED: "check-check",
    MessageState.READ: "check-check",
}
_CENTRE = Qt.AlignmentFlag.AlignVCenter
_MANY = 999


def tick_of(message: MessageView | None) -> str:
    """The icon of an own message's state; "" for somebody else's, and where nothing was written."""
    written = message is not None and message.own and message.kind is MessageKind.TEXT
    return _TICKS[message.state] if message is not None and written else ""


class SidebarDelegate(QStyledItemDelegate):
    """Paints conversations, people, search hits and headings."""

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._theme, self._now = theme, now

    def sizeHint(
        self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        section = isinstance(index.data(ROW_ROLE), SectionRow)
        return QSize(0, SECTION if section else Size.ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        if isinstance(row, SectionRow):
            self._paint_section(painter, QRectF(rect), row)
        else:
            inset = Size.ROW_INSET
            tile = QRectF(rect).adjusted(inset, 1, -inset, -1)
            line = _Line(painter, self._theme, tile.adjusted(66, 0, -12, 0))
            behind = self._paint_tile(painter, tile, option)
            match row:
                case RoomRow():
                    self._paint_face(painter, tile, face_of(row.summary, row.online), behind)
                    selected = option.state & QStyle.StateFlag.State_Selected
                    self._paint_room(line, row, draft=not selected)
                case PersonRow(person):
                    face = Face(person.peer, person.name, online=person.online)
                    self._paint_face(painter, tile, face, behind)
                    line.upper(person.name)
                    line.lower("Click to say hello")
                case HitRow():
                    message = row.hit.message
                    face = Face(message.author, message.author_name)
                    self._paint_face(painter, tile, face, behind)
                    self._paint_hit(line, row)
        painter.restore()

    def _paint_section(self, painter: QPainter, rect: QRectF, row: SectionRow) -> None:
        painter.setFont(font(TextSize.SMALL, Weight.SEMIBOLD))
        painter.setPen(self._theme.palette.text3)
        painter.drawText(rect.adjusted(20, 6, -20, 0), _CENTRE, row.title)

    def _paint_tile(self, painter: QPainter, tile: QRectF, option: QStyleOptionViewItem) -> QColor:
        palette = self._theme.palette
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        fill = palette.selected if selected else palette.hover if hovered else palette.sidebar
        painter.setBrush(fill)
        painter.setPen(palette.accent if focused else Qt.PenStyle.NoPen)
        if selected or hovered or focused:
            frame = tile.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(frame, Radius.ROW, Radius.ROW)
        return fill

    def _paint_face(self, painter: QPainter, tile: QRectF, face: Face, behind: QColor) -> None:
        square = QRectF(tile.left() + 10, 0, Size.AVATAR_ROW, Size.AVATAR_ROW)
        square.moveTop(tile.center().y() - Size.AVATAR_ROW / 2)
        paint_face(painter, square, face, self._theme, behind)

    def _paint_room(self, line: _Line, row: RoomRow, *, draft: bool) -> None:
        # The draft of the open conversation stands in the composer already.
        summary = row.summary if draft else replace(row.summary, draft="")
        palette = self._theme.palette
        if summary.last is not None:
            colour = palette.accent_text if summary.unread else palette.text2
            line.time(phrases.short_time(summary.last.time_ms, self._now()), colour)
            read = summary.last.state is MessageState.READ
            tick = tick_of(summary.last) if summary.kind is not RoomKind.NOTES else ""
            line.tick(tick, palette.accent_text if read else palette.text3)
        line.upper(summary.name)
        if summary.unread:
            line.badge(str(min(summary.unread, _MANY)))
        preview = phrases.preview(summary)
        if row.typing:
            group = summary.kind is RoomKind.GROUP
            said = phrases.typing_line(row.typing) if group else "typing…"
            line.lower(said, palette.accent_text, Weight.MEDIUM)
        else:
            line.lead(preview.lead, palette.danger if preview.draft else palette.text)
            line.lower(preview.text)

    def _paint_hit(self, line: _Line, row: HitRow) -> None:
        message = row.hit.message
        line.time(phrases.short_time(message.time_ms, self._now()), self._theme.palette.text2)
        line.upper(row.room_name)
        line.lead(f"{phrases.first_name(message.author_name)}:", self._theme.palette.text)
        line.lower(phrases.plain_snippet(row.hit.snippet))


class _Line:
    """The two lines of text beside an avatar; whatever is painted narrows what is left."""

    def __init__(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        self._painter, self._palette = painter, theme.palette
        middle = area.center().y()
        self._upper = QRectF(area.left(), middle - 21, area.width(), 20)
        self._lower = QRectF(area.left(), middle, area.width(), 20)

    def _width(self, text: str, face: QFont) -> float:
        self._painter.setFont(face)
        return self._painter.fontMetrics().horizontalAdvance(text)

    def _draw(self, area: QRectF, text: str, colour: QColor) -> None:
        metrics = self._painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        self._painter.setPen(colour)
        self._painter.drawText(area, _CENTRE, shown)

    def time(self, text: str, colour: QColor) -> None:
        width = self._width(text, font(TextSize.SMALL, Weight.MEDIUM, tabular=True))
        area = self._upper.adjusted(self._upper.width() - width - 1, 0, 0, 0)
        self._draw(area, text, colour)
        self._upper.setRight(area.left() - 6)

    def tick(self, name: str, colour: QColor) -> None:
        if name:
            square = QRectF(self._upper.right() - 16, self._upper.top() + 2, 16, 16)
            paint_icon(self._painter, square, name, colour, 2)
            self._upper.setRight(square.left() - 6)

    def badge(self, text: str) -> None:
        width = max(20.0, self._width(text, font(TextSize.SMALL, Weight.SEMIBOLD)) + 12)
        area = QRectF(self._lower.right() - width, self._lower.top(), width, 20)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._palette.accent)
        self._painter.drawRoundedRect(area, 10, 10)
        self._painter.setPen(self._palette.on_accent)
        self._painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
        self._lower.setRight(area.left() - 8)

    def upper(self, text: str) -> None:
        self._painter.setFont(font(TextSize.BODY, Weight.SEMIBOLD))
        self._draw(self._upper, text, self._palette.text)

    def lead(self, text: str, colour: QColor) -> None:
        if text:
            width = self._width(text, font(TextSize.PREVIEW, Weight.MEDIUM))
            self._draw(self._lower, text, colour)
            self._lower.setLeft(min(self._lower.left() + width + 4, self._lower.right()))

    def lower(
        self, text: str, colour: QColor | None = None, weight: Weight = Weight.REGULAR
    ) -> None:
        self._painter.setFont(font(TextSize.PREVIEW, weight))
        self._draw(self._lower, text, colour or self._palette.text2)
