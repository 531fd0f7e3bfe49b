"""Every task has an owner, and an error a handler."""

from __future__ import annotations

import asyncio

import pytest

from app.ui.tasks import TaskOwner


async def test_runs_and_reports_errors() -> None:
    errors: list[Exception] = []
    done = asyncio.Event()
    owner = TaskOwner(errors.append)

    async def good() -> None:
        done.set()

    async def bad() -> None:
        raise ValueError("bad")

    owner.spawn(good())
    task = owner.spawn(bad())
    assert task is not None
    await task
    assert done.is_set()
    assert [str(error) for error in errors] == ["bad"]
    await owner.close()


@pytest.mark.expected_errors("a task failed")
async def test_errors_are_logged_without_a_handler() -> None:
    owner = TaskOwner()

    async def bad() -> None:
        raise ValueError("bad")

    task = owner.spawn(bad())
    assert task is not None
    await task


async def test_close_cancels_what_runs_and_what_has_not_begun() -> None:
    owner = TaskOwner()
    ended: list[str] = []

    async def wait(name: str) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(name)

    owner.spawn(wait("begun"))
    await asyncio.sleep(0)
    owner.spawn(wait("not begun"))
    await owner.close()
    assert ended == ["begun"]


async def test_nothing_starts_after_close() -> None:
    owner = TaskOwner()
    await owner.close()

    async def never() -> None:
        raise AssertionError

    assert owner.spawn(never()) is None


async def test_cancel_leaves_the_owner_usable() -> None:
    owner = TaskOwner()
    first = owner.spawn(asyncio.sleep(60))
    assert first is not None
    owner.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert first.cancelled()
    second = owner.spawn(asyncio.sleep(0))
    assert second is not None
    await second
    await owner.close()
