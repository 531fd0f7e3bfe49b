"""All pinned messages of a conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.views import MessageView, SearchHit
from app.ui import phrases
from app.ui.dialogs.base import Sheet
from app.ui.theme import Theme
from app.ui.views.find_bar import HIT, HitDelegate, HitsModel
from app.ui.widgets.buttons import push_button
from app.ui.widgets.lists import RowList

SHOWN = 8


class PinsSheet(Sheet):
    """Emits `chosen` with a message, and closes."""

    chosen = Signal(object)

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        pins: Sequence[MessageView],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(theme, parent, phrases.count(len(pins), "pinned message"))
        self._model = HitsModel()
        self._model.set_rows([SearchHit(pin, phrases.message_line(pin)) for pin in reversed(pins)])
        self.rows = RowList("Pinned messages", self._model, HitDelegate(theme, now))
        self.rows.setFixedHeight(min(max(len(pins), 1), SHOWN) * HIT)
        self.rows.chosen.connect(self._choose)
        self.add(self.rows)
        close = push_button("Close", "primary")
        close.clicked.connect(self.accept)
        self.finish(close)
        self.rows.choose_first()
        self.rows.setFocus()

    def _choose(self, row: object) -> None:
        if isinstance(row, SearchHit):
            self.chosen.emit(row.message)
            self.accept()
