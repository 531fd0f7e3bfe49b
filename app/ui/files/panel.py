"""All transfers on a page beside the list, and their sum at the foot of the sidebar."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout

from app.domain.files import TransferState, TransferView
from app.ui.files import phrases
from app.ui.files.model import TransfersModel
from app.ui.files.rows import FileDelegate, FileList
from app.ui.files.steady import Steady
from app.ui.phrases import count
from app.ui.theme import Size, TextSize, Theme, Weight, font, paint_icon
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.pressing import EnterPresses
from app.ui.widgets.surfaces import Label, Surface, centred
from app.ui.widgets.tabs import Tabs

NOTHING = "No transfers yet. Drop a file onto a conversation to send it."
NOTHING_HERE = "Nothing of this kind."
WIDEST = 720
HEIGHT = 54
SHARE = 40
"""How wide the percentage is at most."""
FILTERS = ("All", "Received", "Sent")


class TransfersPage(Surface):
    """What runs, what waits, what is over."""

    def __init__(self, theme: Theme, model: TransfersModel) -> None:
        super().__init__(theme, "panel")
        self.back = IconButton(theme, "arrow-left", "Back to conversations")
        self.pause = IconButton(theme, "pause", "Pause all transfers")
        self.resume = IconButton(theme, "play", "Resume all transfers")
        self.clear = IconButton(theme, "list-x", "Clear what is over from this list")
        self.settings = IconButton(theme, "settings", "Settings of files")
        self.filter = Tabs(theme, FILTERS)
        self.list = FileList("Transfers", model, FileDelegate(theme, model))
        self.nothing = Label(theme, TextSize.BODY, tone="text2", text=NOTHING)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        header = Surface(theme, "panel", edges=("bottom",))
        header.setFixedHeight(Size.HEADER)
        row = QHBoxLayout(header)
        row.setContentsMargins(20, 0, 12, 1)
        row.setSpacing(8)
        row.addWidget(self.back)
        row.addWidget(Glyph(theme, "arrow-down-up", "text2", 20))
        title = Label(theme, TextSize.HEADER, Weight.SEMIBOLD, elide=True, text="Transfers")
        row.addWidget(title, 1)
        for button in (self.pause, self.resume, self.clear, self.settings):
            row.addWidget(button)
        self._tabs = centred(self.filter, (20, 12, 20, 0), WIDEST)
        middle = centred(self.list, (8, 8, 8, 8), WIDEST)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(self._tabs)
        column.addWidget(self.nothing, 1)
        column.addWidget(middle, 1)

    def show_any(self, *, some: bool, listed: bool) -> None:
        """Say whether there are any transfers, and whether any of them is `listed`."""
        self._tabs.setVisible(some)
        self.nothing.setText(NOTHING_HERE if some else NOTHING)
        self.nothing.setVisible(not listed)
        self.list.setVisible(listed)

    def allow(self, *, pause: bool, resume: bool, clear: bool) -> None:
        """Offer what there is something to do for."""
        for button, wanted in ((self.pause, pause), (self.resume, resume), (self.clear, clear)):
            if button.hasFocus() and not wanted:
                self.list.setFocus()
            button.setVisible(wanted)


class TransferTotal(EnterPresses, QAbstractButton):
    """`2 transfers · 18.4 MB/s` with a bar; hidden while nothing moves."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._steady = theme, Steady()
        self._words, self._percent = "", 0
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Show all transfers")
        theme.changed.connect(self.update)
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(Size.SIDEBAR, HEIGHT)

    def show_sum(self, views: Collection[TransferView]) -> None:
        """Add up what runs, or else what is read before it can."""
        states = (TransferState.RUNNING, TransferState.PREPARING)
        found = [[view for view in views if view.state is state] for state in states]
        running = found[0] or found[1]
        self.setVisible(bool(running))
        if not running:
            return
        number = count(len(running), "transfer")
        self._words = phrases.sum_line(running)
        done, size = sum(view.done for view in running), sum(view.size for view in running)
        self._percent = phrases.percent(done, size)
        said = self._steady.text("sum", len(running), f"{number}, {self._percent} percent")
        if said != self.accessibleName():
            self.setAccessibleName(said)
        self.update()

    def text(self) -> str:
        return self._words

    @property
    def percent(self) -> int:
        return self._percent

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse():
            painter.fillRect(self.rect(), palette.hover)
        painter.fillRect(0, 0, self.width(), 1, palette.line)
        if self.hasFocus():
            painter.setPen(QPen(palette.accent, 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 5, -4, -4), 8, 8)
        paint_icon(painter, QRectF(17, 18, 18, 18), "arrow-down-up", palette.accent_text)
        area = QRectF(43, 11, self.width() - 43 - 20, 18)
        painter.setFont(font(TextSize.SMALL, tabular=True))
        painter.setPen(palette.text2)
        share = f"{self._percent} %"
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(area, right, share)
        painter.setFont(font(TextSize.SMALL, Weight.SEMIBOLD, tabular=True))
        painter.setPen(palette.text)
        words = area.adjusted(0, 0, -SHARE, 0)
        metrics, elide = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        shown = metrics.elidedText(self._words, elide, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
        bar = QRectF(area.left(), 36, area.width(), Size.PROGRESS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.line)
        painter.drawRoundedRect(bar, 2, 2)
        bar.setWidth(max(bar.width() * self._percent / 100, Size.PROGRESS))
        painter.setBrush(palette.accent)
        painter.drawRoundedRect(bar, 2, 2)
