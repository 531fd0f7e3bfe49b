"""Programs for the tests of this folder; nothing of them is left running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.programs import Cli, Server, Stage, stage


@pytest.fixture(scope="session")
def common_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do no harm to it."""
    with stage(tmp_path_factory.mktemp("server")) as made:
        yield made.server()


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Stage]:
    """Start programs here. What they complain of fails the test."""
    with stage(tmp_path) as made:
        yield made


@pytest.fixture
def trio(programs: Stage, common_server: Server) -> list[Cli]:
    """Ana, Bob and Eve, who do not know each other yet."""
    return programs.people("Ana", "Bob", "Eve", server=common_server.url)


@pytest.fixture
def pair(programs: Stage, common_server: Server) -> list[Cli]:
    """Ana and Bob, who do not know each other yet."""
    return programs.people("Ana", "Bob", server=common_server.url)
