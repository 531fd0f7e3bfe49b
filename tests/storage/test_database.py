"""Shared commits: each write stands or falls alone, and is on the disk when it is answered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.storage.database import MAX_GROUP, Database
from tests.storage.support import KEY


def insert(database: Database, value: int) -> Callable[[], int]:
    def run() -> int:
        database.execute("INSERT INTO number VALUES (?)", (value,))
        return value

    return run


@asynccontextmanager
async def held(database: Database) -> AsyncIterator[None]:
    """Keep the database's thread from beginning anything until the end of the block."""
    go = threading.Event()
    holding = asyncio.create_task(database.read(go.wait))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        go.set()
        await holding


async def queued(database: Database, *runs: Callable[[], object]) -> list[object]:
    """Ask for all these writes before the first of them is begun; return how they ended."""
    async with held(database):
        writes = [asyncio.create_task(database.write(run)) for run in runs]
        await asyncio.sleep(0)
    return await asyncio.gather(*writes, return_exceptions=True)


async def numbers(database: Database) -> list[int]:
    sql = "SELECT value FROM number ORDER BY value"
    return await database.read(lambda: [row[0] for row in database.execute(sql)])


async def test_queued_writes_share_transactions(database: Database) -> None:
    commits: list[int] = []
    database.before_commit.append(lambda: commits.append(1))
    count = MAX_GROUP + 10
    results = await queued(database, *(insert(database, n) for n in range(count)))
    assert results == list(range(count))
    assert await numbers(database) == results
    assert 2 <= len(commits) < count / 4


async def test_a_failing_write_undoes_only_itself(database: Database) -> None:
    def fail() -> None:
        database.execute("INSERT INTO number VALUES (?)", (99,))
        raise ValueError("no")

    generation = database.generation
    results = await queued(
        database, insert(database, 1), fail, insert(database, 1), insert(database, 2)
    )
    assert results[0] == 1
    assert results[3] == 2
    assert isinstance(results[1], ValueError)
    assert "UNIQUE" in str(results[2])
    assert await numbers(database) == [1, 2]
    assert database.generation > generation


async def test_a_refusal_that_changed_nothing_keeps_the_caches(database: Database) -> None:
    def refuse() -> None:
        raise AppError("unknown-room")

    generation = database.generation
    with pytest.raises(AppError, match="unknown room"):
        await database.write(refuse)
    assert database.generation == generation


async def test_writes_queued_during_a_transaction_run_on_the_one_thread(
    database: Database,
) -> None:
    threads = set()

    def note() -> None:
        threads.add(threading.current_thread().name)

    await asyncio.gather(database.write(note), database.read(note), database.write(note))
    assert len(threads) == 1
    assert threading.current_thread().name not in threads


async def test_cancelling_the_caller_does_not_stop_the_write(database: Database) -> None:
    started, go = threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        go.wait(60)
        database.execute("INSERT INTO number VALUES (7)")

    task = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(started.wait, 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    assert await database.write(insert(database, 8)) == 8
    assert await numbers(database) == [7, 8]


async def test_a_failing_hook_fails_the_whole_transaction(database: Database) -> None:
    def broken() -> None:
        raise ValueError("hook")

    database.before_commit.append(broken)
    generation = database.generation
    results = await queued(database, *(insert(database, n) for n in range(3)))
    assert [str(result) for result in results] == ["hook"] * 3
    database.before_commit.remove(broken)
    assert database.generation > generation
    assert await numbers(database) == []
    assert await database.write(insert(database, 1)) == 1


async def test_a_transaction_that_sqlite_gave_up_fails_every_write_in_it(
    database: Database,
) -> None:
    def give_up() -> None:
        database.execute("ROLLBACK")
        raise AppError("disk-full")

    def vanish() -> None:
        database.execute("ROLLBACK")
        raise ValueError("gone")

    for culprit in (give_up, vanish):
        results = await queued(database, insert(database, 1), culprit, insert(database, 2))
        assert isinstance(results[0], AppError | ValueError)
        assert isinstance(results[1], AppError | ValueError)
        assert results[2] == 2
        await database.write(lambda: database.execute("DELETE FROM number"))


async def test_closing_finishes_what_was_asked_for(tmp_path: Path) -> None:
    database = await Database.open(tmp_path, KEY)
    await database.write(lambda: database.execute("CREATE TABLE number (value INTEGER UNIQUE)"))
    writes = [asyncio.create_task(database.write(insert(database, n))) for n in range(2000)]
    await asyncio.sleep(0)
    await database.close()
    await database.close()
    assert await asyncio.gather(*writes) == list(range(2000))
    for refused in (database.write(lambda: None), database.read(lambda: None)):
        with pytest.raises(AppError, match="database closed"):
            await refused
    again = await Database.open(tmp_path, KEY)
    assert len(await numbers(again)) == 2000
    await again.close()


async def test_a_transaction_that_cannot_begin_fails_what_waits(database: Database) -> None:
    await database.read(lambda: database.execute("BEGIN"))
    with pytest.raises(Exception, match="within a transaction"):
        await database.write(insert(database, 1))
    assert await database.write(insert(database, 2)) == 2
    assert await numbers(database) == [2]
