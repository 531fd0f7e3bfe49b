"""Ana and Bob once for all tests of a file that leave them as they were.

Two programs take longer to start than most files to arrive. A file of tests that imports these
fixtures has them in the place of those of the folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.programs import Cli, Server, Stage, stage

__all__ = ["lasting", "pair", "programs"]
WAYS = ("direct", "webrtc", "relay")


@pytest.fixture(scope="module")
def lasting(
    tmp_path_factory: pytest.TempPathFactory, common_server: Server
) -> Iterator[tuple[Stage, list[Cli]]]:
    with stage(tmp_path_factory.mktemp("lasting")) as made:
        yield made, made.people("Ana", "Bob", server=common_server.url)


@pytest.fixture
def programs(lasting: tuple[Stage, list[Cli]], tmp_path: Path) -> Stage:
    """Keep the files of each test for themselves."""
    made, _ = lasting
    made.folder = tmp_path
    return made


@pytest.fixture
def pair(lasting: tuple[Stage, list[Cli]]) -> list[Cli]:
    """Ana and Bob with the settings of new people; rooms and transfers are left of other tests."""
    _, people = lasting
    for cli in people:
        cli.ask("file_settings", cap_up=0, cap_down=0, ways=WAYS, trusted=[], auto_limit=0)
    return people
