from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.bulk_peers import BulkPeer

People = Callable[[str], BulkPeer]


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[People]:
    """Make people with a home and a worker each; all workers end with the test."""
    made: list[BulkPeer] = []

    def make(name: str) -> BulkPeer:
        made.append(BulkPeer(tmp_path / name))
        return made[-1]

    yield make
    for one in made:
        await one.close()
