"""The network on a page beside the list: who is linked how, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.ui.network.charts import Chart, ChartCard
from app.ui.network.model import NetworkModel
from app.ui.network.rows import NetworkDelegate
from app.ui.theme import Size, TextSize, Theme, Weight
from app.ui.views.notices import Glyph
from app.ui.widgets.buttons import IconButton, push_button
from app.ui.widgets.columns import middle_lines
from app.ui.widgets.lists import RowList
from app.ui.widgets.surfaces import Label, Surface, centred
from app.ui.widgets.tabs import Tabs

NOTHING = (
    "No server and nobody linked yet. Add a server in the settings, host one here, or let the check"
    " say what is in the way."
)
WIDEST = 720
CARD_WIDTH = 300
PAGES = ("Now", "Measured")


class ChartGrid(QScrollArea):
    """Cards below and beside each other, as many in a row as there is room for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.cards: list[ChartCard] = []
        self.about = Label(theme, TextSize.SMALL, tone="text2")
        self.about.setWordWrap(True)
        self.reset = push_button("Begin anew")
        self.reset.setAccessibleName("Begin to measure anew")
        self._across = 0
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        body = QWidget()
        body.setMaximumWidth(WIDEST)
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 12, 20, 16)
        column.setSpacing(12)
        column.addLayout(self._grid)
        foot = QHBoxLayout()
        foot.addWidget(self.about, 1)
        foot.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(foot)
        column.addStretch()
        middle = QWidget()
        centred = QHBoxLayout(middle)
        centred.setContentsMargins(0, 0, 0, 0)
        centred.addWidget(body)
        self.setWidget(middle)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for part in (self.viewport(), middle, body):
            part.setAutoFillBackground(False)

    def show_charts(self, charts: Sequence[Chart], about: str) -> None:
        """Show these; a card stays where it is while its chart changes."""
        while len(self.cards) < len(charts):
            self.cards.append(ChartCard(self._theme))
            self._across = 0
        while len(self.cards) > len(charts):
            gone = self.cards.pop()
            gone.hide()
            gone.deleteLater()
        for card, chart in zip(self.cards, charts, strict=True):
            card.show_chart(chart)
        if about != self.about.text():
            self.about.setText(about)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        across = max(min(self.width(), WIDEST) // CARD_WIDTH, 1)
        if across == self._across:
            return
        self._across = across
        for at, card in enumerate(self.cards):
            self._grid.addWidget(card, at // across, at % across)
            card.show()
        for at in range(2):
            self._grid.setColumnStretch(at, 1 if at < across else 0)


class NetworkPage(Surface):
    """Servers and links as they are now, and measurements; says what was asked for."""

    def __init__(self, theme: Theme, model: NetworkModel) -> None:
        super().__init__(theme, "panel")
        self.back = IconButton(theme, "arrow-left", "Back to conversations")
        self.check = IconButton(theme, "stethoscope", "Check the network")
        self.again = IconButton(theme, "rotate-cw", "Try to connect now")
        self.settings = IconButton(theme, "settings", "Settings of the network")
        self.title = Label(theme, TextSize.HEADER, Weight.SEMIBOLD, elide=True, text="Network")
        self.state = Label(theme, TextSize.SMALL, tone="text2", elide=True)
        self.tabs = Tabs(theme, PAGES)
        self.tabs.setAccessibleName("Network")
        self.list = RowList("Servers and links", model, NetworkDelegate(theme))
        self.charts = ChartGrid(theme)
        self.nothing = self._nothing(theme)
        self._now = QStackedWidget()
        self._now.addWidget(centred(self.list, (8, 8, 8, 8), WIDEST))
        self._now.addWidget(self.nothing)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._now)
        self._pages.addWidget(self.charts)
        self.tabs.chosen.connect(self._pages.setCurrentIndex)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header(theme))
        column.addWidget(centred(self.tabs, (20, 12, 20, 0), WIDEST))
        column.addWidget(self._pages, 1)
        model.rowsInserted.connect(lambda: self._renew(model))
        model.rowsRemoved.connect(lambda: self._renew(model))
        self._renew(model)

    @property
    def measuring(self) -> bool:
        """Whether the measurements are what is seen."""
        return self._pages.currentWidget() is self.charts

    def give_keys(self) -> None:
        """Give the keys to the list, or to what can be done where there is none."""
        listed = self._now.currentIndex() == 0
        target = self.charts.reset if self.measuring else self.list if listed else self.check_now
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, line: str) -> None:
        """Say at the top how it is on the whole."""
        if line != self.state.text():
            self.state.setText(line)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def _renew(self, model: NetworkModel) -> None:
        some = model.rowCount() > 0
        self._now.setCurrentIndex(0 if some else 1)

    def _header(self, theme: Theme) -> QWidget:
        header = Surface(theme, "panel", edges=("bottom",))
        header.setFixedHeight(Size.HEADER)
        texts = middle_lines(self.title, self.state)
        row = QHBoxLayout(header)
        row.setContentsMargins(20, 0, 12, 1)
        row.setSpacing(8)
        row.addWidget(self.back)
        row.addWidget(Glyph(theme, "network", "text2", 20))
        row.addLayout(texts, 1)
        for button in (self.check, self.again, self.settings):
            row.addWidget(button)
        return header

    def _nothing(self, theme: Theme) -> QWidget:
        words = Label(theme, TextSize.BODY, tone="text2", text=NOTHING)
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.check_now = push_button("Check the network", "primary")
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(40, 0, 40, 40)
        column.setSpacing(16)
        column.addStretch()
        column.addWidget(Glyph(theme, "network", "text3", 40), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(words)
        column.addWidget(self.check_now, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        return box
