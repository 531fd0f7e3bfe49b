"""A list of painted rows, moved through by mouse and keys alike."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyledItemDelegate

from app.ui.models.keyed import ROW_ROLE
from app.ui.widgets.keys import is_menu_key


class RowList(QListView):
    """Emits `chosen` with the row's value on a click or Enter.

    `menu_wanted` carries a row's value and a global point, after the menu key or a right click.
    """

    chosen = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, name: str, model: QAbstractItemModel, delegate: QStyledItemDelegate) -> None:
        super().__init__()
        self._delegate = delegate  # Qt does not own it
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)
        self.viewport().setAutoFillBackground(False)
        self.clicked.connect(lambda index: self.chosen.emit(index.data(ROW_ROLE)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.currentIndex().isValid():
                self.chosen.emit(self.currentIndex().data(ROW_ROLE))
            return
        if is_menu_key(event):
            self._ask_for_menu(self.currentIndex())
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._ask_for_menu(self.currentIndex())
            return
        index = self.indexAt(event.pos())
        if index.isValid():
            self.menu_wanted.emit(index.data(ROW_ROLE), event.globalPos())

    def _ask_for_menu(self, index: QModelIndex) -> None:
        if index.isValid():
            corner = self.visualRect(index).center()
            self.menu_wanted.emit(index.data(ROW_ROLE), self.viewport().mapToGlobal(corner))

    def current_row(self) -> object:
        return self.currentIndex().data(ROW_ROLE)

    def step(self, by: int) -> None:
        """Move the current row by so many selectable rows, staying inside."""
        model, at = self.model(), self.currentIndex().row()
        while 0 <= at + by < model.rowCount():
            at += by
            index = model.index(at, 0)
            if model.flags(index) & Qt.ItemFlag.ItemIsSelectable:
                self.setCurrentIndex(index)
                return

    def choose_first(self) -> None:
        """Make the first selectable row the current one."""
        model = self.model()
        for at in range(model.rowCount()):
            if model.flags(model.index(at, 0)) & Qt.ItemFlag.ItemIsSelectable:
                self.setCurrentIndex(model.index(at, 0))
                return
