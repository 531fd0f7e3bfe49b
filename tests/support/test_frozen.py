"""The programs that tests start."""

from __future__ import annotations

import sys

from tests.support.frozen import run_module


def test_without_a_frozen_folder_the_source_is_run() -> None:
    assert run_module("app.cli", "") == [sys.executable, "-m", "app.cli"]


def test_a_frozen_folder_has_the_programs_and_not_the_tests_own() -> None:
    assert run_module("app.cli", "/there") == ["/there/parlor-cli"]
    assert run_module("tests.e2e.cheating_server", "/there")[0] == sys.executable
