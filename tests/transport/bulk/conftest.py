from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from app.transport.bulk import meeting, tls_lane
from tests.support.bulk_peers import BulkPeer
from tests.support.counting import SWITCH

People = Callable[[str], BulkPeer]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a machine that stands still for a moment keep nobody from meeting in this process."""
    monkeypatch.setattr(tls_lane, "CONNECT_WITHIN", 30.0)
    monkeypatch.setattr(tls_lane, "GREET_WITHIN", 30.0)
    monkeypatch.setattr(meeting, "GREET_WITHIN", 30.0)


@pytest.fixture
def uncounted_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers run as for people: other tests count their lines."""
    monkeypatch.delenv(SWITCH, raising=False)


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
