"""A list model that is told what its rows shall be and finds the moves itself."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which a delegate finds the whole frozen row."""

_ROOT = QModelIndex()


class KeyedListModel(QAbstractListModel, Generic[Row]):
    """Rows with a key each. A subclass says how a row reads aloud.

    `set_rows` turns the difference to the present rows into removals, moves, insertions and
    changes, so that a view keeps its selection and its place.
    """

    def __init__(self, key: Callable[[Row], Hashable], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._rows: list[Row] = []

    def rows(self) -> Sequence[Row]:
        return tuple(self._rows)

    def row_at(self, index: Index) -> Row | None:
        return self._rows[index.row()] if index.isValid() else None

    def index_of(self, key: Hashable) -> QModelIndex:
        """The index of the row with this key; an invalid one if there is none."""
        for at, row in enumerate(self._rows):
            if self._key(row) == key:
                return self.index(at)
        return QModelIndex()

    def text(self, row: Row) -> str:
        """What a row is called, on the screen and by a screen reader."""
        raise NotImplementedError

    def description(self, _row: Row) -> str:
        """What a screen reader says after the name."""
        return ""

    def tip(self, _row: Row) -> str:
        """What is said when a row is pointed at; "" for nothing."""
        return ""

    def selectable(self, _row: Row) -> bool:
        return True

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self.text(row)
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return self.description(row)
            case Qt.ItemDataRole.ToolTipRole:
                return self.tip(row) or None
            case _:
                return row if role == ROW_ROLE else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row_at(index)
        if row is None:
            return Qt.ItemFlag.NoItemFlags
        if not self.selectable(row):
            return Qt.ItemFlag.ItemNeverHasChildren
        return super().flags(index) | Qt.ItemFlag.ItemNeverHasChildren

    def set_rows(self, wanted: Sequence[Row]) -> None:
        """Make the rows `wanted`, whose keys must differ from each other."""
        self._remove_all_but({self._key(row) for row in wanted})
        for at, row in enumerate(wanted):
            self._bring(at, row)

    def _remove_all_but(self, keys: set[Hashable]) -> None:
        for at in range(len(self._rows) - 1, -1, -1):
            if self._key(self._rows[at]) not in keys:
                self.beginRemoveRows(_ROOT, at, at)
                del self._rows[at]
                self.endRemoveRows()

    def _bring(self, at: int, row: Row) -> None:
        """Make `row` the row `at`; all before it are right already."""
        found = self._find(self._key(row), at)
        if found is None:
            self.beginInsertRows(_ROOT, at, at)
            self._rows.insert(at, row)
            self.endInsertRows()
            return
        if found != at:
            self.beginMoveRows(_ROOT, found, found, _ROOT, at)
            self._rows.insert(at, self._rows.pop(found))
            self.endMoveRows()
        if self._rows[at] != row:
            self._rows[at] = row
            self.dataChanged.emit(self.index(at), self.index(at))

    def _find(self, key: Hashable, start: int) -> int | None:
        for at in range(start, len(self._rows)):
            if self._key(self._rows[at]) == key:
                return at
        return None
