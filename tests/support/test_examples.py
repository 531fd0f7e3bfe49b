"""Properties are tried with the same examples in every run, or with many more."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.support import examples

needs_usual = pytest.mark.skipif(
    settings.get_current_profile_name() != examples.USUAL, reason="is about the usual examples"
)


class Machine(RuleBasedStateMachine):
    """Does nothing."""

    @rule()
    def step(self) -> None:
        pass


def tried() -> list[object]:
    """Return what a property is tried with."""
    seen: list[object] = []

    @given(st.integers() | st.text() | st.binary())
    @settings(max_examples=200)
    def holds(value: object) -> None:
        seen.append(value)

    holds()
    return seen


@needs_usual
def test_modules_that_are_loaded_do_not_change_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tried()
    assert len(before) == 200
    numbers = [123_456_789 + number for number in range(100)]
    (tmp_path / "full_of_constants.py").write_text(f"NUMBERS = {numbers!r}\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("full_of_constants")
    assert tried() == before


def item(obj: object, cls: object = None) -> Any:
    return SimpleNamespace(obj=obj, cls=cls)


def property_of_some(count: int | None) -> Any:
    """Return a property that asks for so many examples, or for none of its own."""
    return (settings(max_examples=count) if count else _same)(given(st.integers())(_same))


def _same(value: Any) -> Any:
    return value


def examples_of(one: Any) -> int:
    found: int = one._hypothesis_internal_use_settings.max_examples
    return found


@needs_usual
def test_a_deep_run_takes_many_times_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    few, usual = property_of_some(3), property_of_some(None)
    machine: Any = Machine.TestCase
    items = [item(few), item(few), item(usual), item(machine.runTest, machine), item(_same)]
    examples.deepen(items)
    assert examples_of(few) == 3
    monkeypatch.setattr(examples, "DEEP", examples.USUAL)
    examples.deepen(items)
    assert examples_of(few) == 3 * examples.TIMES
    assert examples_of(usual) == examples.EXAMPLES * examples.TIMES
    assert machine.settings.max_examples == examples.EXAMPLES * examples.TIMES
    assert not hasattr(_same, "_hypothesis_internal_use_settings")
