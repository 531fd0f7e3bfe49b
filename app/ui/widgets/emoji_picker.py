"""A pop-up with all emoji and a field to find one by its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QListView,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.emoji import Emoji, search
from app.ui.emoji_memory import EmojiMemory, with_tone
from app.ui.models.keyed import KeyedListModel
from app.ui.theme import Radius, Theme, emoji_family, font
from app.ui.widgets.fields import SearchField
from app.ui.widgets.lists import RowList
from app.ui.widgets.pressing import SignButton
from app.ui.widgets.rows import MARKED, RowDelegate, State

CELL = 38
COLUMNS, ROWS = 8, 6
GLYPH = 22
TONE_GLYPH, HAND = 16, "✋"
TONE_NAMES = ("none", "light", "medium light", "medium", "medium dark", "dark")


class EmojiModel(KeyedListModel[Emoji]):
    """What answers the query."""

    def __init__(self, recent: Sequence[str] = ()) -> None:
        super().__init__(lambda row: row.text)
        known = {emoji.text: emoji for emoji in search("")} if recent else {}
        self._recent = [known[text] for text in recent if text in known]
        self.ask("")

    def ask(self, query: str) -> None:
        """Show what answers; all at once, for so many single moves would take long.

        Without a query those that were used lately come first.
        """
        self.beginResetModel()
        found, first = search(query), [] if query.strip() else self._recent
        self._rows = [*first, *(emoji for emoji in found if emoji not in first)]
        self.endResetModel()

    def text(self, row: Emoji) -> str:
        return f"{row.name} {row.code}"


class EmojiDelegate(RowDelegate):
    """Paints one emoji in its cell, in a skin tone."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.tone = 0
        self._font = font(GLYPH)
        self._font.setFamilies([emoji_family()])

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(CELL, CELL)

    def paint_row(self, painter: QPainter, area: QRectF, state: State, row: Emoji) -> None:
        if state & MARKED:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.palette.selected)
            painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), Radius.CODE, Radius.CODE)
        painter.setFont(self._font)
        painter.setPen(self._theme.palette.text)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, with_tone(row.text, self.tone))


class EmojiPicker(QFrame):
    """Emits `picked` with an emoji and closes; Esc closes it."""

    picked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget, memory: EmojiMemory | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme, self.memory = theme, memory or EmojiMemory(self)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Emoji")
        self._model = EmojiModel(self.memory.recent)
        self.field = SearchField(theme, "Find an emoji")
        self._delegate = EmojiDelegate(theme)
        self._delegate.tone = self.memory.tone
        self.list = RowList("Emoji", self._model, self._delegate)
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
        column.addLayout(self._tones())
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
            self.memory.used(row.text)
            self.picked.emit(with_tone(row.text, self.memory.tone))
            self.close()

    def _tones(self) -> QHBoxLayout:
        """The hands to choose a skin tone by."""
        line = QHBoxLayout()
        line.setSpacing(2)
        line.addStretch()
        face = font(TONE_GLYPH)
        face.setFamilies([emoji_family()])
        group = QButtonGroup(self)
        for tone, name in enumerate(TONE_NAMES):
            button = SignButton()
            button.setText(with_tone(HAND, tone))
            button.setFont(face)
            button.setCheckable(True)
            button.setChecked(tone == self.memory.tone)
            button.setFixedSize(30, 28)
            button.setAccessibleName(f"Skin tone: {name}")
            button.setToolTip(button.accessibleName())
            group.addButton(button, tone)
            line.addWidget(button)
        group.idClicked.connect(self._choose_tone)
        return line

    def _choose_tone(self, tone: int) -> None:
        self.memory.choose_tone(tone)
        self._delegate.tone = tone
        self.list.viewport().update()
        self.field.setFocus()
