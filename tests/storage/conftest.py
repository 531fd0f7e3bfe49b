"""An open store in a folder of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.storage.database import Database
from app.storage.store import Store
from tests.storage.support import KEY, record


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store with one room, ROOM."""
    opened = await Store.open(tmp_path, KEY)
    await opened.rooms.add(record())
    yield opened
    await opened.close()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A bare database with a table of numbers."""
    opened = await Database.open(tmp_path, KEY)
    await opened.write(lambda: opened.execute("CREATE TABLE number (value INTEGER UNIQUE)"))
    yield opened
    await opened.close()
