"""The examples that properties are tried with: the same in every run, or many new ones.

A change lands or not by the same examples for everybody. `HYPOTHESIS_PROFILE=deep` looks for what
those miss.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

USUAL, DEEP = "ci", "deep"
EXAMPLES = 40
TIMES = 50
"""How many times as many examples of each property a deep run takes."""

ONE_FIXTURE = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
"""Checks that do not count for a property that has one fixture for all of its examples.

What it suppresses itself stands in the place of what all suppress: a machine may be slow here, too.
"""


def load() -> None:
    """Choose what the environment asks for. To be called before any test is imported."""
    patient: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    usual: dict[str, Any] = {**patient, "max_examples": EXAMPLES, "database": None}
    settings.register_profile(USUAL, derandomize=True, **usual)
    settings.register_profile(DEEP, print_blob=True, max_examples=EXAMPLES, **patient)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", USUAL))
    if settings.get_current_profile_name() == USUAL:
        # Else the constants of all modules that happen to be loaded would be among the examples:
        # others for each choice of tests, each order of them, and after each change of the program.
        providers._get_local_constants = lambda: providers._local_constants


def deepen(items: Iterable[pytest.Item]) -> None:
    """In a deep run, have every property tried TIMES as often as it asks for itself."""
    if settings.get_current_profile_name() != DEEP:
        return
    places = {place(item) for item in items if is_property(item)}
    for owner, name in places:
        usual: settings = getattr(owner, name, None) or settings()
        setattr(owner, name, settings(usual, max_examples=usual.max_examples * TIMES))


def is_property(item: pytest.Item) -> bool:
    return bool(getattr(getattr(item, "obj", None), "is_hypothesis_test", False))


def place(item: pytest.Item) -> tuple[object, str]:
    """Return where a property has its settings: of a machine with states its class, else itself."""
    machine, tried = getattr(item, "cls", None), getattr(item, "obj", None)
    if isinstance(getattr(machine, "settings", None), settings):
        return machine, "settings"
    return getattr(tried, "__func__", tried), "_hypothesis_internal_use_settings"
