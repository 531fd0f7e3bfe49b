"""A pop-up with all emoji and a field to find one by its name."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.emoji import Emoji, search
from app.ui.models.keyed import ROW_ROLE, KeyedListModel
from app.ui.theme import Radius, Theme, emoji_family, font
from app.ui.widgets.fields import SearchField
from app.ui.widgets.lists import RowList

CELL = 38
COLUMNS, ROWS = 8, 6
GLYPH = 22


class EmojiModel(KeyedListModel[Emoji]):
    """What answers the query."""

    def __init__(self) -> None:
        super().__init__(lambda row: row.text)
        self.ask("")

    def ask(self, query: str) -> None:
        """Show what answers; all at once, for so many single moves would take long."""
        self.beginResetModel()
        self._rows = search(query)
        self.endResetModel()

    def text(self, row: Emoji) -> str:
        return f"{row.name} {row.code}"


class EmojiDelegate(QStyledItemDelegate):
    """Paints one emoji in its cell."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._font = font(GLYPH)
        self._font.setFamilies([emoji_family()])

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(CELL, CELL)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        emoji: Emoji = index.data(ROW_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.palette.selected)
            painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), Radius.CODE, Radius.CODE)
        painter.setFont(self._font)
        painter.setPen(self._theme.palette.text)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, emoji.text)
        painter.restore()


class EmojiPicker(QFrame):
    """Emits `picked` with an emoji and closes; Esc closes it."""

    picked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Emoji")
        self._model = EmojiModel()
        self.field = SearchField(theme, "Find an emoji")
        self.list = RowList("Emoji", self._model, EmojiDelegate(theme))
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setUniformItemSizes(True)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setGridSize(QSize(CELL, CELL))
        self.list.setFixedSize(COLUMNS * CELL + 26, ROWS * CELL)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._ask)
        self.field.stepped.connect(lambda by: self.list.step(by * COLUMNS))
        self.field.returnPressed.connect(lambda: self._pick(self.list.current_row()))
        self.field.left.connect(self.close)
        self.list.chosen.connect(self._pick)
        self.list.choose_first()

    def open_at(self, at: QPoint) -> None:
        """Open with the lower left corner at a global point, inside the screen."""
        self.adjustSize()
        corner = at - QPoint(0, self.height())
        area = self.screen().availableGeometry()
        x = min(max(corner.x(), area.left()), area.right() - self.width())
        self.move(x, max(corner.y(), area.top()))
        self.show()
        self.field.setFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(self._theme.palette.line, 1))
        painter.setBrush(self._theme.palette.panel)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _ask(self, query: str) -> None:
        self._model.ask(query)
        self.list.choose_first()

    def _pick(self, row: object) -> None:
        if isinstance(row, Emoji):
            self.picked.emit(row.text)
            self.close()
