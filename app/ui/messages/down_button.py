"""The round button that leads to the newest message, with the number of unread ones."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.ui.theme import TextSize, Theme, Weight, font, paint_icon
from app.ui.widgets.pressing import EnterPresses

DISC = 40
BADGE = 18
SHADOW = 4
MOST = 999


class DownButton(EnterPresses, QAbstractButton):
    """Shows `unread` on a badge unless it is 0."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._unread = 0
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_unread(0)
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(DISC + 2 * SHADOW, DISC + BADGE // 2 + 2 * SHADOW)

    def set_unread(self, unread: int) -> None:
        self._unread = unread
        more = f", {unread} unread" if unread else ""
        self.setAccessibleName(f"Go to the newest message{more}")
        self.setToolTip("Go to the newest message")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        palette = self._theme.palette
        disc = QRectF(SHADOW, self.height() - DISC - SHADOW, DISC, DISC)
        for grow in range(SHADOW, 0, -1):
            painter.setBrush(QColor(0, 0, 0, 9))
            painter.drawEllipse(disc.adjusted(-grow, 1 - grow, grow, min(1 + grow, SHADOW)))
        active = self.underMouse() or self.isDown()
        painter.setBrush(palette.hover if active else palette.panel)
        painter.drawEllipse(disc)
        icon = QRectF(0, 0, 20, 20)
        icon.moveCenter(disc.center())
        paint_icon(painter, icon, "chevron-down", palette.text2)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(palette.accent)
            painter.drawEllipse(disc.adjusted(1, 1, -1, -1))
        if self._unread:
            self._paint_badge(painter, QPointF(disc.center().x(), disc.top()))

    def _paint_badge(self, painter: QPainter, centre: QPointF) -> None:
        text = str(self._unread) if self._unread <= MOST else f"{MOST}+"
        painter.setFont(font(TextSize.META, Weight.SEMIBOLD, tabular=True))
        width = max(BADGE + 2, painter.fontMetrics().horizontalAdvance(text) + 10)
        box = QRectF(centre.x() - width / 2, centre.y() - BADGE / 2, width, BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.palette.accent)
        painter.drawRoundedRect(box, BADGE / 2, BADGE / 2)
        painter.setPen(self._theme.palette.on_accent)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
