"""A world for each test, in which waits are short and codes are stretched little."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.crypto import room_keys
from app.crypto.kdf import derive
from app.protocol import backoff, log_sync
from app.services import (
    background,
    introducer,
    link_negotiation,
    mark_journal,
    publisher,
    room_keeper,
)
from tests.services.keeping import Times
from tests.services.world import WAIT, World
from tests.support.counting import SWITCH


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten every wait that is only there for people and networks."""
    monkeypatch.setattr(room_keys, "stretch", lambda secret, salt: derive(secret, "", 32, salt))
    monkeypatch.setattr(backoff, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(backoff, "LONGEST_WAIT", 0.2)
    monkeypatch.setattr(log_sync, "RELAY_DELAY", 0.02)
    monkeypatch.setattr(introducer, "KNOCK_EVERY", 0.2)
    monkeypatch.setattr(mark_journal, "WRITE_DELAY", 0.02)
    monkeypatch.setattr(link_negotiation, "FIRST_WANT_AFTER", 0.1, raising=False)
    monkeypatch.setattr(link_negotiation, "WANT_EVERY", 0.2, raising=False)
    monkeypatch.setattr(publisher, "SUMMARY_DELAY", 0.01)
    monkeypatch.setattr(room_keeper, "RELEASE_EVERY", 0.1)
    monkeypatch.setattr(background, "CLOSE_LIMIT", WAIT)  # tasks that hang are found all the same


@pytest.fixture(autouse=True)
def uncounted_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers for files run as for people: tests of their parts count their lines."""
    monkeypatch.delenv(SWITCH, raising=False)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    yield made
    await made.close()


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    return Times(monkeypatch)
