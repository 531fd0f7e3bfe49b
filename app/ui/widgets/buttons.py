"""Buttons: an icon alone, an action card, a word among words."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QToolButton, QWidget

from app.ui.theme import Radius, Size, TextSize, Theme, Weight, font, icon, paint_icon
from app.ui.widgets.pressing import EnterPresses, WordButton


class IconButton(EnterPresses, QToolButton):
    """An icon in a square; its name is read aloud and shown as a tool tip."""

    def __init__(self, theme: Theme, icon_name: str, name: str, *, checkable: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self._icon = icon_name
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setCheckable(checkable)
        self.setFixedSize(Size.ICON_BUTTON, Size.ICON_BUTTON)
        self.setIconSize(QSize(Size.ICON, Size.ICON))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self._dress)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        palette = self._theme.palette
        colour = palette.accent_text if self.isChecked() else palette.text2
        self.setIcon(icon(self._icon, colour, Size.ICON))
        self.setStyleSheet("IconButton:checked:!hover { background: transparent; }")


class RoundButton(EnterPresses, QAbstractButton):
    """An icon on a disc in the accent colour; pale while it can do nothing."""

    DIAMETER = 34

    def __init__(self, theme: Theme, icon_name: str, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._icon = icon_name
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedSize(self.DIAMETER + 2, self.DIAMETER + 2)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = palette.accent
        if not self.isEnabled():
            fill = palette.line
        elif self.isDown():
            fill = palette.accent_press
        elif self.underMouse():
            fill = palette.accent_hover
        painter.setBrush(fill)
        focused = self.hasFocus()
        painter.setPen(QPen(palette.text, 1.5) if focused else QPen(Qt.PenStyle.NoPen))
        painter.drawEllipse(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        square = QRectF(0, 0, 18, 18)
        square.moveCenter(QRectF(self.rect()).center())
        colour = palette.on_accent if self.isEnabled() else palette.text3
        paint_icon(painter, square, self._icon, colour, 2)


class TileButton(EnterPresses, QAbstractButton):
    """An icon above a word."""

    def __init__(self, theme: Theme, icon_name: str, text: str) -> None:
        super().__init__()
        self._theme, self._icon = theme, icon_name
        self.setText(text)
        self.setAccessibleName(text)
        self.setFixedSize(82, 54)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(palette.accent, 1) if self.hasFocus() else QPen(Qt.PenStyle.NoPen))
        painter.setBrush(palette.selected if self.underMouse() else palette.field)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, Radius.BUTTON, Radius.BUTTON)
        square = QRectF(frame.center().x() - 9, 9, 18, 18)
        paint_icon(painter, square, self._icon, palette.accent_text)
        painter.setFont(font(TextSize.PREVIEW, Weight.MEDIUM))
        painter.setPen(palette.text)
        painter.drawText(frame.adjusted(0, 28, 0, -4), Qt.AlignmentFlag.AlignCenter, self.text())


class Card(EnterPresses, QAbstractButton):
    """An action with an icon, a title and a line that says what it is for."""

    WIDTH, HEIGHT = 200, 112

    def __init__(
        self, theme: Theme, icon_name: str, title: str, line: str, *, primary: bool = False
    ) -> None:
        super().__init__()
        self._theme = theme
        self._icon, self._line, self._primary = icon_name, line, primary
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(line)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMinimumSize(132, self.HEIGHT)
        self.setMaximumSize(self.WIDTH, self.HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self.WIDTH, self.HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = palette.accent if self.hasFocus() else palette.line
        painter.setPen(QPen(edge, 1))
        painter.setBrush(palette.hover if self.underMouse() else palette.panel)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, Radius.CARD, Radius.CARD)
        self._paint_icon(painter)
        inner = frame.adjusted(16, 0, -12, 0)
        self._paint_line(painter, inner, 59, self.text(), Weight.SEMIBOLD)
        self._paint_line(painter, inner, 80, self._line, Weight.REGULAR)

    def _paint_icon(self, painter: QPainter) -> None:
        palette = self._theme.palette
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent if self._primary else palette.accent_soft)
        tile = QRectF(16, 16, 34, 34)
        painter.drawRoundedRect(tile, Radius.CODE, Radius.CODE)
        square = QRectF(0, 0, Size.ICON, Size.ICON)
        square.moveCenter(tile.center())
        colour = palette.on_accent if self._primary else palette.accent_text
        paint_icon(painter, square, self._icon, colour)

    def _paint_line(
        self, painter: QPainter, inner: QRectF, top: int, text: str, weight: Weight
    ) -> None:
        palette = self._theme.palette
        title = weight is Weight.SEMIBOLD
        painter.setFont(font(TextSize.BODY if title else TextSize.SMALL, weight))
        painter.setPen(palette.text if title else palette.text2)
        shown = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(inner.width())
        )
        where = QRectF(QPointF(inner.left(), top), QSize(int(inner.width()), 20))
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, shown)


def push_button(text: str, kind: str = "", parent: QWidget | None = None) -> QPushButton:
    """A button with words; `kind` is primary, quiet or danger, or "" for a plain one."""
    button = WordButton(text, parent)
    button.setAccessibleName(text)
    button.setProperty("kind", kind)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setAutoDefault(False)
    return button
