"""The left pane: who we are, the search field, conversations and people near by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.ids import RoomId
from app.ui.files.panel import TransferTotal
from app.ui.models.sidebar import SidebarModel
from app.ui.theme import Size, TextSize, Theme, Weight
from app.ui.views.notices import Notice
from app.ui.views.sidebar_rows import SidebarDelegate
from app.ui.widgets.avatar import AvatarButton, Face
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.columns import middle_lines
from app.ui.widgets.fields import SearchField
from app.ui.widgets.line_button import INSET, LineButton
from app.ui.widgets.lists import RowList
from app.ui.widgets.surfaces import Label, Surface


class ProfileHeader(QWidget):
    """Own avatar, name and state, and the two buttons beside them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFixedHeight(Size.HEADER)
        self.me = AvatarButton(theme, Size.AVATAR_SMALL, "Me")
        self.name = Label(theme, TextSize.BODY, Weight.SEMIBOLD, elide=True)
        self.name.setContentsMargins(INSET, 0, INSET, 0)
        self.state = LineButton(theme, "Show the network")
        self.new = IconButton(theme, "square-pen", "New conversation")
        self.settings = IconButton(theme, "settings", "Settings")
        texts = middle_lines(self.name, self.state)
        texts.setSpacing(0)
        row = QHBoxLayout(self)
        row.setContentsMargins(15, 0, 12, 0)
        row.setSpacing(0)
        row.addWidget(self.me)
        row.addSpacing(9 - INSET)
        row.addLayout(texts, 1)
        row.addWidget(self.new)
        row.addWidget(self.settings)


class Sidebar(Surface):
    """Shows a SidebarModel; says what was chosen and asked for."""

    left_search = Signal()

    def __init__(self, theme: Theme, model: SidebarModel, now: Callable[[], datetime]) -> None:
        super().__init__(theme, "sidebar", edges=("right",))
        self._model = model
        self._open: RoomId | None = None
        self.header = ProfileHeader(theme)
        self.search = SearchField(theme, "Search people, rooms, messages")
        self.rows = RowList("Conversations", model, SidebarDelegate(theme, now))
        self.pill = Notice(theme, "field", "wifi-off")
        self.host = Notice(theme, "field", "radio-tower")
        self.total = TransferTotal(theme)
        self._lay_out()
        self.search.stepped.connect(self._step)
        self.search.returnPressed.connect(self._enter)
        self.search.left.connect(self.left_search)
        model.rowsInserted.connect(self._mark_open)
        model.dataChanged.connect(lambda: self.rows.viewport().update())

    def select(self, room: RoomId | None) -> None:
        """Mark this conversation as the open one."""
        self._open = room
        self._mark_open()

    def set_profile(self, face: Face) -> None:
        self.header.me.set_face(face)
        self.header.name.setText(face.name)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        for widget, below in ((self.search, 8), (self.pill, 8)):
            box = QVBoxLayout()
            box.setContentsMargins(12, 2, 12, 0)
            box.addWidget(widget)
            column.addLayout(box)
            column.addSpacing(below if widget is self.search else 0)
        column.addWidget(self.rows, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 8, 12, 12)
        foot.addWidget(self.host)
        column.addLayout(foot)
        column.addWidget(self.total)

    def _mark_open(self) -> None:
        index = self._model.index_of(("room", self._open))
        if index.isValid():
            self.rows.setCurrentIndex(index)
        else:
            self.rows.selectionModel().clear()

    def _step(self, by: int) -> None:
        if self.rows.currentIndex().isValid():
            self.rows.step(by)
        else:
            self.rows.choose_first()
        self.rows.setFocus(Qt.FocusReason.TabFocusReason)

    def _enter(self) -> None:
        self.rows.choose_first()
        if self.rows.currentIndex().isValid():
            self.rows.chosen.emit(self.rows.current_row())
