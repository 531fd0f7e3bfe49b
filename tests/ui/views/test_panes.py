from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import Size
from app.ui.views.panes import DOCKED_DRAWER, ONE_PANE, Panes


class Three:
    def __init__(self, qtbot: QtBot) -> None:
        self.list, self.content, self.drawer = QWidget(), QWidget(), QWidget()
        self.panes = Panes(self.list, self.content, self.drawer)
        qtbot.addWidget(self.panes)
        self.panes.resize(1200, 700)
        self.panes.show()

    def shown(self) -> tuple[bool, bool, bool]:
        return (self.list.isVisible(), self.content.isVisible(), self.drawer.isVisible())


@pytest.fixture
def three(qtbot: QtBot) -> Three:
    return Three(qtbot)


def test_all_three_stand_side_by_side_where_there_is_room(three: Three) -> None:
    assert three.shown() == (True, True, False)
    three.panes.allow_drawer(possible=True)
    assert three.shown() == (True, True, True)
    assert three.list.width() == Size.SIDEBAR
    assert three.content.geometry().right() + 1 == three.drawer.x()
    assert three.drawer.geometry().right() + 1 == 1200


def test_the_drawer_folds_away_and_comes_over_the_content(three: Three) -> None:
    three.panes.allow_drawer(possible=True)
    three.panes.resize(Size.SIDEBAR + DOCKED_DRAWER - 1, 700)
    assert three.shown() == (True, True, False)
    three.panes.toggle_drawer()
    assert three.drawer.isVisible()
    assert three.content.geometry().right() > three.drawer.x()
    assert three.panes.fold_overlay()
    assert not three.panes.fold_overlay()
    three.panes.resize(1200, 700)
    assert three.drawer.isVisible()
    assert not three.panes.fold_overlay()
    three.panes.toggle_drawer()
    assert not three.drawer.isVisible()


@pytest.mark.parametrize("width", [340, ONE_PANE - 1])
def test_below_a_width_the_panes_take_turns(three: Three, width: int) -> None:
    three.panes.allow_drawer(possible=True)
    three.panes.resize(width, 700)
    assert three.shown() == (True, False, False)
    assert three.list.width() == width
    three.panes.show_content(shown=True)
    assert three.shown() == (False, True, False)
    three.panes.toggle_drawer()
    assert three.drawer.isVisible()
    three.panes.show_content(shown=False)
    assert three.shown() == (True, False, False)


def test_without_a_conversation_there_are_no_details(three: Three) -> None:
    three.panes.resize(600, 700)
    three.panes.allow_drawer(possible=True)
    three.panes.toggle_drawer()
    assert three.drawer.isVisible()
    three.panes.allow_drawer(possible=False)
    assert not three.drawer.isVisible()
    three.panes.allow_drawer(possible=True)
    assert not three.drawer.isVisible()
