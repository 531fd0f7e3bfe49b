"""How the people of a room are painted, and how their menu is asked for."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import (
    QModelIndex,
    QPoint,
    QPointF,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter

from app.domain.governing import PendingInvite
from app.domain.views import MemberView
from app.ui import government
from app.ui.government import COURIER
from app.ui.models.keyed import ROW_ROLE
from app.ui.models.members import MembersModel, PeerRow, PeerSection
from app.ui.network.abilities import MARKS
from app.ui.theme import Radius, TextSize, Theme, Weight, font, paint_icon
from app.ui.widgets.avatar import Face, paint_face
from app.ui.widgets.keys import is_menu_key
from app.ui.widgets.lists import RowList
from app.ui.widgets.rows import POINTED, RowDelegate, State, paint_ground, paint_heading

MEMBER, SECTION = 50, 30
MORE = 28
INSET = 12
BADGE = 15
_ROUTE_ICONS = {"lan": "zap", "direct": "zap", "relay": "route"}
_ELIDE = Qt.TextElideMode.ElideRight


def more_box(row: QRectF) -> QRectF:
    """Where the dots are that open the menu of a row."""
    return QRectF(row.right() - INSET - 4 - MORE, row.center().y() - MORE / 2, MORE, MORE)


def has_menu(row: object) -> bool:
    """Whether anything can be done about a row."""
    return isinstance(row, PendingInvite) or (isinstance(row, MemberView) and not row.you)


class MemberDelegate(RowDelegate):
    """Paints a person: avatar with presence, name, role, the way to them, dots for the menu."""

    def __init__(self, theme: Theme, model: MembersModel) -> None:
        super().__init__(theme)
        self._model = model

    def height(self, row: PeerRow) -> int:
        return SECTION if isinstance(row, PeerSection) else MEMBER

    def paint_row(self, painter: QPainter, area: QRectF, state: State, row: PeerRow) -> None:
        if isinstance(row, PeerSection):
            paint_heading(painter, area.adjusted(20, 6, -20, 0), self._theme.palette, row.title)
        else:
            self._paint_person(painter, area, row, lit=bool(state & POINTED))

    def _paint_person(
        self,
        painter: QPainter,
        rect: QRectF,
        row: MemberView | PendingInvite,
        *,
        lit: bool,
    ) -> None:
        palette = self._theme.palette
        tile = rect.adjusted(INSET, 1, -INSET, -1)
        behind = paint_ground(painter, tile, palette, lit=lit)
        square = QRectF(tile.left() + 8, tile.center().y() - 18, 36, 36)
        online = isinstance(row, MemberView) and row.online
        if isinstance(row, PendingInvite):
            painter.setOpacity(0.55)
        face = Face(row.peer, row.name, online=online)
        if isinstance(row, MemberView):
            face = replace(face, picture=row.picture, presence=self._model.presence(row))
        paint_face(painter, square, face, self._theme, behind)
        painter.setOpacity(1)
        texts = tile.adjusted(56, 0, -8, 0)
        if has_menu(row):
            box = more_box(rect)
            colour = palette.text2 if lit else palette.text3
            paint_icon(painter, box.adjusted(5, 5, -5, -5), "ellipsis", colour, 2)
            texts.setRight(box.left() - 4)
        self._paint_texts(painter, texts, row)

    def _paint_texts(
        self, painter: QPainter, area: QRectF, row: MemberView | PendingInvite
    ) -> None:
        palette = self._theme.palette
        middle = area.center().y()
        online = isinstance(row, MemberView) and row.online
        upper = QRectF(area.left(), middle - 20, area.width(), 20)
        role = government.ROLES.get(row.role, "") if isinstance(row, MemberView) else ""
        painter.setFont(font(TextSize.BODY, Weight.MEDIUM))
        badges = self._badges(row)
        badge = (BADGE + 5) * len(badges)
        chip = self._chip_width(painter, role)
        room = int(upper.width() - chip - badge)
        shown = painter.fontMetrics().elidedText(row.name, _ELIDE, room)
        painter.setPen(palette.text if online else palette.text2)
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, shown)
        beside = upper.left() + painter.fontMetrics().horizontalAdvance(shown)
        for name, tint in badges:
            box = QRectF(beside + 5, upper.top() + 2, BADGE, BADGE)
            paint_icon(painter, box, name, tint, 2)
            beside += BADGE + 5
        if role:
            box = QRectF(beside + 8, upper.top() + 1, chip - 8, 18)
            self._paint_chip(painter, box, role)
        lower = QRectF(area.left(), middle, area.width(), 18)
        colour = palette.text2
        if isinstance(row, MemberView) and row.online and not row.you:
            relayed = row.route == "relay"
            colour = palette.warn if relayed else palette.ok
            glyph = _ROUTE_ICONS.get(row.route or "", "wifi")
            paint_icon(painter, QRectF(area.left(), middle + 2, 13, 13), glyph, colour, 2)
            lower.setLeft(area.left() + 16)
        painter.setFont(font(TextSize.SMALL, tabular=True))
        painter.setPen(colour)
        line = self._model.line(row)
        elided = painter.fontMetrics().elidedText(line, _ELIDE, int(lower.width()))
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, elided)

    def _badges(self, row: MemberView | PendingInvite) -> list[tuple[str, QColor]]:
        """The small icons after a name."""
        if not isinstance(row, MemberView):
            return []
        palette, able = self._theme.palette, self._model.able(row)
        found = [("shield-check", palette.ok)] if self._model.verified(row) else []
        mark = "inbox" if row.role == COURIER else MARKS.get(able.role, "") if able else ""
        return [*found, (mark, palette.text3)] if mark else found

    @staticmethod
    def _chip_width(painter: QPainter, role: str) -> int:
        if not role:
            return 0
        painter.save()
        painter.setFont(font(TextSize.META, Weight.SEMIBOLD))
        width = painter.fontMetrics().horizontalAdvance(role) + 14
        painter.restore()
        return width + 8

    def _paint_chip(self, painter: QPainter, box: QRectF, role: str) -> None:
        palette = self._theme.palette
        painter.save()
        painter.setFont(font(TextSize.META, Weight.SEMIBOLD))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent_soft)
        painter.drawRoundedRect(box, Radius.BUBBLE_INNER, Radius.BUBBLE_INNER)
        painter.setPen(palette.accent_text)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, role)
        painter.restore()


class PeopleList(RowList):
    """Emits `menu_wanted` with a person and a global point: right click, menu key, dots."""

    menu_wanted = Signal(object, QPoint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_menu_key(event):
            self._ask_at(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            return  # the key was heard already
        self._ask(self.indexAt(event.pos()), event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        index = self.indexAt(at.toPoint())
        dots = index.isValid() and self.dots(index).contains(QPointF(at))
        if dots and event.button() == Qt.MouseButton.LeftButton:
            self.setCurrentIndex(index)
            self._ask_at(index)
        else:
            super().mousePressEvent(event)

    def dots(self, index: QModelIndex) -> QRectF:
        """Where the dots of a row are, in the viewport."""
        row = index.data(ROW_ROLE)
        return more_box(QRectF(self.visualRect(index))) if has_menu(row) else QRectF()

    def _ask_at(self, index: QModelIndex) -> None:
        where = self.visualRect(index).bottomRight() - QPoint(INSET + MORE, 6)
        self._ask(index, self.viewport().mapToGlobal(where))

    def _ask(self, index: QModelIndex, where: QPoint) -> None:
        row = index.data(ROW_ROLE)
        if has_menu(row):
            self.menu_wanted.emit(row, where)
