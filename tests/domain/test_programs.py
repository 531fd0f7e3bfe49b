"""The commands of our own child processes."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import pytest

from app.domain.programs import CHILDREN, RUN, child_command
from app.media.process import COMMAND as MEDIA
from app.transport.bulk.client import COMMAND as WORKER
from app.transport.local_server import COMMAND as SERVER
from app.ui.imaging.process import COMMAND as IMAGING


def test_from_the_source_python_runs_the_module() -> None:
    assert child_command("signaling") == (sys.executable, "-m", "signaling")


def test_a_frozen_program_runs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_command("app.media") == (sys.executable, RUN, "app.media")


def test_what_is_run_is_what_a_frozen_program_knows() -> None:
    assert {command[-1] for command in (MEDIA, WORKER, SERVER, IMAGING)} == set(CHILDREN)


@pytest.mark.parametrize("module", sorted(CHILDREN.values()))
def test_each_child_is_a_module(module: str) -> None:
    assert find_spec(module) is not None
