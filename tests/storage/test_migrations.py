"""From an older file to the newest: in one step or not at all, and never without a copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from peewee import SqliteDatabase
from playhouse.sqlcipher_ext import SqlCipherDatabase

from app.domain.errors import AppError
from app.storage import migrations
from app.storage.connection import DATABASE_NAME
from app.storage.migrations import COPY_SUFFIX, MIGRATIONS, migrate, version_of
from app.storage.schema import TABLES
from app.storage.store import Store
from tests.storage.support import KEY, KEYS, NOW_MS, ROOM, author, record


def first(database: Any) -> None:
    database.execute_sql("CREATE TABLE note (text TEXT)")


def second(database: Any) -> None:
    database.execute_sql("ALTER TABLE note ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0")


def broken(database: Any) -> None:
    database.execute_sql("DELETE FROM note")
    database.execute_sql("no such statement")


def vanishing(database: Any) -> None:
    database.execute_sql("ROLLBACK")
    raise AppError("disk-full")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / DATABASE_NAME


@pytest.fixture
def notes(path: Path) -> Iterator[Any]:
    """A database at version 1 with one note in it."""
    database: Any = SqliteDatabase(str(path), pragmas={"journal_mode": "wal"})
    migrate(database, path, [first])
    database.execute_sql("INSERT INTO note VALUES ('kept')")
    yield database
    database.close()


def rows(database: Any) -> list[tuple[object, ...]]:
    return list(database.execute_sql("SELECT * FROM note").fetchall())


def copies(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if COPY_SUFFIX in path.name)


def test_an_older_file_is_copied_and_brought_up(notes: Any, path: Path) -> None:
    migrate(notes, path, [first, second])
    assert version_of(notes) == 2
    assert rows(notes) == [("kept", 0)]
    assert copies(path.parent) == [DATABASE_NAME + COPY_SUFFIX + "2"]
    copy: Any = SqliteDatabase(str(path.parent / copies(path.parent)[0]))
    assert (version_of(copy), rows(copy)) == (1, [("kept",)])
    copy.close()


def test_one_copy_is_kept_and_that_is_of_the_last_update(notes: Any, path: Path) -> None:
    migrate(notes, path, [first, second])
    migrate(notes, path, [first, second])
    assert copies(path.parent) == [DATABASE_NAME + COPY_SUFFIX + "2"]
    with pytest.raises(Exception, match="syntax error"):
        migrate(notes, path, [first, second, broken])
    assert DATABASE_NAME + COPY_SUFFIX + "2" in copies(path.parent)
    (path.parent / (DATABASE_NAME + COPY_SUFFIX + "2.partial")).touch()
    migrate(notes, path, [first, second, lambda _: None])
    assert copies(path.parent) == [DATABASE_NAME + COPY_SUFFIX + "3"]


def test_a_new_file_needs_no_copy(notes: Any, path: Path) -> None:
    migrate(notes, path, [first])
    assert copies(path.parent) == []


@pytest.mark.parametrize("step", [broken, vanishing])
def test_a_step_that_fails_leaves_the_older_file(notes: Any, path: Path, step: Any) -> None:
    with pytest.raises(Exception, match=r"syntax error|disk full"):
        migrate(notes, path, [first, second, step])
    assert version_of(notes) == 1
    assert rows(notes) == [("kept",)]


def test_a_newer_file_is_refused(notes: Any, path: Path) -> None:
    with pytest.raises(AppError, match="database newer"):
        migrate(notes, path, [])
    assert rows(notes) == [("kept",)]


def test_the_models_tell_of_the_migrated_tables(tmp_path: Path) -> None:
    database: Any = SqlCipherDatabase(":memory:", passphrase="x")
    migrate(database, tmp_path / "none", MIGRATIONS)
    for model in TABLES:
        table: Any = model
        stored = {
            name: (kind, bool(required))
            for _, name, kind, required, _, _ in database.execute_sql(
                f"PRAGMA table_info({table._meta.table_name})"
            )
        }
        names = {"INT": "INTEGER", "BOOL": "INTEGER", "AUTO": "INTEGER"}
        said = {
            field.column_name: (
                names.get(field.field_type, field.field_type),
                not field.null,
            )
            for field in table._meta.sorted_fields
        }
        assert stored == said, table
    database.close()


async def test_a_profile_of_an_older_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written by this version is whole after the next one's step."""
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    await store.log.ingest(ROOM, author(1).texts("from before"), KEYS, NOW_MS)
    await store.close()
    target = len(MIGRATIONS) + 1
    monkeypatch.setattr(migrations.migrate, "__defaults__", ((*MIGRATIONS, first),))
    store = await Store.open(tmp_path, KEY)
    assert [row.text for row, _ in await store.messages.search("before", None, 5)] == [
        "from before"
    ]
    await store.close()
    copy = tmp_path / f"{DATABASE_NAME}{COPY_SUFFIX}{target}"
    assert copy.stat().st_mode & 0o077 == 0
    monkeypatch.undo()
    with pytest.raises(AppError, match="database newer"):
        await Store.open(tmp_path, KEY)
    copy.replace(tmp_path / DATABASE_NAME)
    store = await Store.open(tmp_path, KEY)
    assert await store.log.vector(ROOM) == {author(1).peer: 1}
    await store.close()
