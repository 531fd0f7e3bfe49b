from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.actions import SPECS, ActionRegistry


@pytest.fixture
def registry(qapp: object) -> ActionRegistry:
    assert qapp is not None
    return ActionRegistry()


def test_no_two_actions_share_a_key_by_default(registry: ActionRegistry) -> None:
    keys = [QKeySequence(key).toString() for spec in SPECS for key in spec.keys]
    assert "" not in keys
    assert len(keys) == len(set(keys))
    for spec in SPECS:
        assert all(registry.owner(key) == spec.id for key in spec.keys)


def test_a_handler_runs_for_its_keys(registry: ActionRegistry, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    ran: list[str] = []
    names = [spec.id for spec in SPECS if not spec.local]
    registry.install(window, {name: lambda name=name: ran.append(name) for name in names})  # type: ignore[misc]
    for name in names:
        registry.action(name).trigger()
    assert ran == names


def test_a_missing_handler_is_refused(registry: ActionRegistry, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    with pytest.raises(ValueError, match="switcher"):
        registry.install(window, {})


def test_a_key_moves_to_the_action_it_is_given_to(registry: ActionRegistry) -> None:
    registry.rebind("find", ("Ctrl+K", "F3"))
    assert registry.owner("Ctrl+K") == "find"
    assert registry.keys("switcher") == ()
    assert registry.owner("Ctrl+F") is None
    assert registry.action("find").shortcuts() == [QKeySequence("Ctrl+K"), QKeySequence("F3")]
    assert registry.shown_keys("find") == "Ctrl+K, F3"


def test_bindings_survive_storing(registry: ActionRegistry) -> None:
    registry.rebind("send", ("Ctrl+Return",))
    registry.rebind("previous", ())
    again = ActionRegistry()
    again.load(registry.dump())
    assert again.keys("send") == ("Ctrl+Return",)
    assert again.keys("previous") == ()
    again.reset()
    assert again.dump() == "{}"
    assert again.keys("send") == ("Return", "Enter")


def test_the_window_claims_only_its_own_keys(registry: ActionRegistry) -> None:
    assert registry.claims(QKeySequence("Ctrl+K"))
    assert not registry.claims(QKeySequence("Return"))
    assert not registry.claims(QKeySequence("A"))


@given(st.one_of(st.text(), st.just('{"send": 7, "find": [7, "", "F3"], "who": ["A"], "a": {}}')))
def test_stored_nonsense_changes_nothing_else(qapp: object, stored: str) -> None:
    assert qapp is not None
    registry = ActionRegistry()
    registry.load(stored)
    assert registry.keys("send") == ("Return", "Enter")
    assert registry.keys("find") in {("Ctrl+F",), ("F3",)}
