from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from app.ui.models.keyed import ROW_ROLE, KeyedListModel
from tests.ui.model_check import ModelTester, check_model


class Item(NamedTuple):
    key: int
    text: str


class Items(KeyedListModel[Item]):
    def __init__(self) -> None:
        super().__init__(lambda row: row.key)

    def text(self, row: Item) -> str:
        return row.text

    def selectable(self, row: Item) -> bool:
        return row.key != 0


lists = st.lists(
    st.builds(Item, st.integers(0, 12), st.sampled_from("abc")), unique_by=lambda row: row.key
)


@given(st.lists(lists, max_size=5))
def test_any_rows_follow_any_rows(qapp: object, steps: list[list[Item]]) -> None:
    assert qapp is not None
    model = Items()
    kept: dict[int, QPersistentModelIndex] = {}
    for wanted in steps:
        model.set_rows(wanted)
        assert list(model.rows()) == wanted
        alive = {row.key for row in wanted}
        for key, index in kept.items():
            assert index.isValid() == (key in alive)
            if index.isValid():
                assert index.row() == [row.key for row in wanted].index(key)
        kept = {row.key: QPersistentModelIndex(model.index_of(row.key)) for row in wanted}


def test_the_model_keeps_qts_rules(qapp: object, qtmodeltester: ModelTester) -> None:
    assert qapp is not None
    model = Items()
    check_model(qtmodeltester, model)
    model.set_rows([Item(1, "a"), Item(2, "b"), Item(0, "c")])
    model.set_rows([Item(0, "c"), Item(2, "x"), Item(3, "d")])
    model.set_rows([])


def test_rows_are_read_by_role(qapp: object) -> None:
    assert qapp is not None
    model = Items()
    model.set_rows([Item(1, "a"), Item(0, "heading")])
    index = model.index_of(1)
    assert model.data(index) == "a"
    assert model.data(index, Qt.ItemDataRole.AccessibleTextRole) == "a"
    assert model.data(index, Qt.ItemDataRole.AccessibleDescriptionRole) == ""
    assert model.data(index, ROW_ROLE) == Item(1, "a")
    assert model.data(index, Qt.ItemDataRole.ToolTipRole) is None
    assert model.data(QModelIndex()) is None
    assert not model.index_of(9).isValid()
    assert model.row_at(QModelIndex()) is None
    assert model.flags(index) & Qt.ItemFlag.ItemIsSelectable
    assert not model.flags(model.index_of(0)) & Qt.ItemFlag.ItemIsEnabled
