"""Above the composer: what is read before it can be offered, and what could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.files import TransferState, TransferView
from app.ui.file_names import shown_name
from app.ui.files import phrases
from app.ui.files.deeds import Deed
from app.ui.phrases import count
from app.ui.theme import TextSize, Theme, Weight, paint_icon
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.surfaces import Label, Surface

ROW, TILE, INSET = 44, 30, 20
MOST = 3
"""So many have rows of their own."""
BUTTON = QSize(28, 28)


class PendingRow(QWidget):
    """One of them; `deed_wanted` carries it and what is to be done."""

    deed_wanted = Signal(object, object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view: TransferView | None = None
        self.setFixedHeight(ROW)
        self.name = Label(theme, TextSize.PREVIEW, Weight.SEMIBOLD, elide=True)
        self.line = Label(theme, TextSize.SMALL, tone="text2", elide=True)
        self.again = self._button("rotate-cw", "Try again", Deed.RESUME)
        self.cancel = self._button("x", "Do not send", Deed.CANCEL)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.setContentsMargins(0, 3, 0, 6)
        texts.addWidget(self.name)
        texts.addWidget(self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(INSET + TILE + 10, 0, 12, 0)
        row.setSpacing(2)
        row.addLayout(texts, 1)
        for button in (self.again, self.cancel):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self.update)

    def show_view(self, view: TransferView) -> None:
        """Say how far it is."""
        self._view = view
        name, line = shown_name(view.name), phrases.reading_line(view)
        failed = view.state is TransferState.FAILED
        self.name.setText(name)
        self.line.setText(line)
        self.line.setToolTip(line if failed else "")
        self.line.set_tone("danger" if failed else "text2")
        self.again.setVisible(failed)
        self.setAccessibleName(f"{name}: {line}")
        for button, words in ((self.again, "Try again"), (self.cancel, "Do not send")):
            button.setAccessibleName(f"{words}: {name}")
        self.update()

    def _button(self, glyph: str, words: str, deed: Deed) -> IconButton:
        button = IconButton(self._theme, glyph, words)
        button.setFixedSize(BUTTON)
        button.setIconSize(QSize(18, 18))
        button.clicked.connect(lambda: self.deed_wanted.emit(self._view, deed))
        return button

    def paintEvent(self, _event: QPaintEvent) -> None:
        view, palette = self._view, self._theme.palette
        if view is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        failed = view.state is TransferState.FAILED
        tile = QRectF(INSET, (ROW - TILE) / 2, TILE, TILE)
        painter.setBrush(palette.danger_bg if failed else palette.accent_soft)
        painter.drawRoundedRect(tile, 8, 8)
        glyph = phrases.glyph(view.name, is_folder=view.is_folder)
        ink = palette.danger if failed else palette.accent_text
        paint_icon(painter, tile.adjusted(7, 7, -7, -7), glyph, ink)
        if view.size > 0 and not failed:
            bar = QRectF(self.name.x(), ROW - 5, self.cancel.x() - self.name.x() - 8, 3)
            painter.setBrush(palette.line)
            painter.drawRoundedRect(bar, 1.5, 1.5)
            bar.setWidth(max(bar.width() * min(view.done / view.size, 1.0), 3))
            painter.setBrush(palette.accent)
            painter.drawRoundedRect(bar, 1.5, 1.5)


class PendingStrip(Surface):
    """Hidden while there is nothing. `deed_wanted` carries a transfer and a deed."""

    deed_wanted = Signal(object, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "panel", edges=("top",))
        self.setAccessibleName("Files to be sent")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        self.rows = [PendingRow(theme, self) for _ in range(MOST)]
        for row in self.rows:
            row.deed_wanted.connect(self.deed_wanted)
            column.addWidget(row)
        self.more = Label(theme, TextSize.SMALL, tone="text2")
        self.more.setContentsMargins(INSET + TILE + 10, 0, 12, 4)
        column.addWidget(self.more)
        self.hide()

    def show_views(self, views: Sequence[TransferView]) -> None:
        """Show these, the first ones in full."""
        for row, view in zip(self.rows, views, strict=False):
            row.show_view(view)
        for at, row in enumerate(self.rows):
            row.setVisible(at < len(views))
        left = len(views) - MOST
        self.more.setText(f"and {count(left, 'more file', 'more')}" if left > 0 else "")
        self.more.setVisible(left > 0)
        self.setVisible(bool(views))
