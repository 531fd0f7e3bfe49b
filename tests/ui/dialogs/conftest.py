"""What tests of sheets stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from app.ui.tasks import TaskOwner


@pytest_asyncio.fixture
async def tasks() -> AsyncIterator[TaskOwner]:
    owner = TaskOwner()
    yield owner
    await owner.close()
