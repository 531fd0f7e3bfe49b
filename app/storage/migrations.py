"""The steps from each version of the database to the next, and the runner.

A step is history and is never edited once released; `schema` describes the result of all.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.domain.errors import AppError
from app.storage.conversation_tables import CONVERSATION_TABLES
from app.storage.courier_tables import COURIER_TABLES
from app.storage.governing_tables import GOVERNING_TABLES
from app.storage.preparation_tables import PREPARATION_TABLES
from app.storage.step_tables import STEP_TABLES
from app.storage.transfer_tables import REUSED_COLUMN, TRANSFER_TABLES

Migration = Callable[[Any], None]
"""Changes the tables of an open peewee database, inside a transaction."""
COPY_SUFFIX = ".before-v"

_VERSION_1 = (
    """CREATE TABLE "setting" (
        "key" TEXT NOT NULL PRIMARY KEY,
        "value" TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE "peer" (
        "id" INTEGER NOT NULL PRIMARY KEY,
        "peer" BLOB NOT NULL UNIQUE,
        "name" TEXT NOT NULL DEFAULT '',
        "seen_ms" INTEGER NOT NULL DEFAULT 0,
        "own" INTEGER NOT NULL DEFAULT 0)""",
    # Numbers of removed rooms are never used again: their rows are cleared away later.
    """CREATE TABLE "room" (
        "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        "room" BLOB NOT NULL UNIQUE,
        "kind" TEXT NOT NULL,
        "peer" BLOB,
        "joined" INTEGER NOT NULL,
        "state" BLOB NOT NULL,
        "total" INTEGER NOT NULL DEFAULT 0,
        "unread" INTEGER NOT NULL DEFAULT 0,
        "last_hlc" INTEGER NOT NULL DEFAULT 0,
        "sent" INTEGER NOT NULL DEFAULT 0,
        "draft" TEXT NOT NULL DEFAULT '',
        "read_hlc" INTEGER,
        "read_event" BLOB)""",
    """CREATE TABLE "room_epoch" (
        "room" INTEGER NOT NULL REFERENCES "room" ("id") ON DELETE CASCADE,
        "epoch" INTEGER NOT NULL,
        "secret" BLOB NOT NULL,
        PRIMARY KEY ("room", "epoch")) WITHOUT ROWID""",
    """CREATE TABLE "mark" (
        "room" INTEGER NOT NULL REFERENCES "room" ("id") ON DELETE CASCADE,
        "member" INTEGER NOT NULL,
        "author" INTEGER NOT NULL,
        "stored" INTEGER NOT NULL,
        "read" INTEGER NOT NULL,
        PRIMARY KEY ("room", "member", "author")) WITHOUT ROWID""",
    """CREATE TABLE "event" (
        "id" INTEGER NOT NULL PRIMARY KEY,
        "room" INTEGER NOT NULL,
        "author" INTEGER NOT NULL,
        "seq" INTEGER NOT NULL,
        "held" INTEGER NOT NULL,
        "wire" BLOB NOT NULL)""",
    'CREATE UNIQUE INDEX "event_log" ON "event" ("room", "author", "seq")',
    'CREATE INDEX "event_held" ON "event" ("room") WHERE "held" = 1',
    """CREATE TABLE "message" (
        "id" INTEGER NOT NULL PRIMARY KEY,
        "room" INTEGER NOT NULL,
        "hlc" INTEGER NOT NULL,
        "event" BLOB NOT NULL,
        "author" INTEGER NOT NULL,
        "seq" INTEGER NOT NULL,
        "kind" INTEGER NOT NULL,
        "unseen" INTEGER NOT NULL,
        "reply_to" BLOB,
        "text" TEXT NOT NULL)""",
    'CREATE UNIQUE INDEX "message_order" ON "message" ("room", "hlc", "event")',
    'CREATE INDEX "message_event" ON "message" (substr("event", 1, 8))',
    """CREATE INDEX "message_unseen" ON "message"
        ("room", "hlc", "event", "author", "seq", "kind") WHERE "unseen" = 1""",
    """CREATE TABLE "ordinal" (
        "room" INTEGER NOT NULL,
        "hlc" INTEGER NOT NULL,
        "event" BLOB NOT NULL,
        "rows" INTEGER NOT NULL,
        PRIMARY KEY ("room", "hlc", "event")) WITHOUT ROWID""",
    'CREATE TABLE "removed_room" ("room" INTEGER NOT NULL PRIMARY KEY)',
    """CREATE VIEW "message_words" AS SELECT
        "id",
        CASE "kind" WHEN 0 THEN words("text") ELSE '' END AS "text",
        'r' || "room" || ' a' || "author" AS "tags"
        FROM "message\"""",
    """CREATE VIRTUAL TABLE "message_index" USING fts5(
        "text", "tags", content='message_words', content_rowid='id', prefix='2 3 4',
        tokenize="unicode61 remove_diacritics 2")""",
)


_VERSION_2 = (
    'ALTER TABLE "message" ADD COLUMN "original" TEXT',
    'ALTER TABLE "message" ADD COLUMN "overlay" BLOB',
    'ALTER TABLE "message" ADD COLUMN "mentioned" INTEGER NOT NULL DEFAULT 0',
    """CREATE INDEX "message_mentioned" ON "message" ("room", "hlc", "event")
        WHERE "unseen" = 1 AND "mentioned" = 1""",
    """CREATE TABLE "operation" (
        "id" INTEGER NOT NULL PRIMARY KEY,
        "room" INTEGER NOT NULL,
        "target" BLOB NOT NULL,
        "author" INTEGER NOT NULL,
        "register" BLOB NOT NULL,
        "hlc" INTEGER NOT NULL,
        "event" BLOB NOT NULL,
        "body" BLOB NOT NULL,
        "waiting" INTEGER NOT NULL)""",
    """CREATE UNIQUE INDEX "operation_register" ON "operation"
        ("room", "target", "author", "register")""",
    'CREATE INDEX "operation_waiting" ON "operation" ("room", "target") WHERE "waiting" = 1',
    """CREATE TABLE "hidden" (
        "room" INTEGER NOT NULL,
        "event" BLOB NOT NULL,
        PRIMARY KEY ("room", "event")) WITHOUT ROWID""",
    'CREATE TABLE "reader" ("id" INTEGER NOT NULL PRIMARY KEY, "dialect" TEXT NOT NULL)',
    "INSERT INTO reader VALUES (1, '')",
    """CREATE TABLE "reworded" (
        "id" INTEGER NOT NULL PRIMARY KEY,
        "text" TEXT NOT NULL,
        "tags" TEXT NOT NULL)""",
)
_HANDED_ON = (
    """CREATE TABLE "parcel" (
        "id" INTEGER NOT NULL PRIMARY KEY,
        "sender" BLOB NOT NULL,
        "receiver" BLOB NOT NULL,
        "number" BLOB NOT NULL,
        "taken_ms" INTEGER NOT NULL,
        "sealed" BLOB NOT NULL)""",
    'CREATE UNIQUE INDEX "parcel_way" ON "parcel" ("receiver", "sender")',
    'CREATE INDEX "parcel_sender" ON "parcel" ("sender")',
    """CREATE TABLE "receipt" (
        "room" INTEGER NOT NULL REFERENCES "room" ("id") ON DELETE CASCADE,
        "member" BLOB NOT NULL,
        "signed" BLOB NOT NULL,
        PRIMARY KEY ("room", "member"))""",
)


def _first_tables(database: Any) -> None:
    for statement in _VERSION_1:
        database.execute_sql(statement)


def _operations(database: Any) -> None:
    for statement in _VERSION_2:
        database.execute_sql(statement)


def _handing_on(database: Any) -> None:
    for statement in _HANDED_ON:
        database.execute_sql(statement)


def _conversations(database: Any) -> None:
    for statement in CONVERSATION_TABLES:
        database.execute_sql(statement)


def _governing(database: Any) -> None:
    for statement in GOVERNING_TABLES:
        database.execute_sql(statement)


def _steps(database: Any) -> None:
    for statement in STEP_TABLES:
        database.execute_sql(statement)


def _transfers(database: Any) -> None:
    for statement in TRANSFER_TABLES:
        database.execute_sql(statement)


def _preparations(database: Any) -> None:
    for statement in PREPARATION_TABLES:
        database.execute_sql(statement)


def _reused(database: Any) -> None:
    database.execute_sql(REUSED_COLUMN)


def _couriers(database: Any) -> None:
    for statement in COURIER_TABLES:
        database.execute_sql(statement)


MIGRATIONS: Sequence[Migration] = (
    _first_tables,
    _operations,
    _handing_on,
    _conversations,
    _governing,
    _steps,
    _transfers,
    _preparations,
    _reused,
    _couriers,
)
"""`MIGRATIONS[n]` leads from version n to n + 1."""


def version_of(database: Any) -> int:
    """Return the version that the file says it has, 0 for an empty one."""
    return int(database.execute_sql("PRAGMA user_version").fetchone()[0])


def refuse_newer(database: Any, path: Path, known: int = len(MIGRATIONS)) -> int:
    """Return the file's version. Raises AppError("database-newer") if we do not know it."""
    version = version_of(database)
    if version > known:
        told = {"file": str(path), "version": version, "readable": known}
        raise AppError("database-newer", told)
    return version


def migrate(database: Any, path: Path, steps: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring an open database to the version after the last of `steps`, in one transaction.

    An older file is copied first, to `path` + ".before-vN"; copies of earlier updates go when this
    one is done. Raises AppError("database-newer").
    """
    version = refuse_newer(database, path, len(steps))
    if version == len(steps):
        return
    if version:
        _copy(database, path, len(steps))
    database.execute_sql("BEGIN IMMEDIATE")
    try:
        for step in steps[version:]:
            step(database)
        database.execute_sql(f"PRAGMA user_version = {len(steps)}")
        database.execute_sql("COMMIT")
    except Exception:
        if database.connection().in_transaction:
            database.execute_sql("ROLLBACK")
        raise
    _forget_older(path, len(steps))


def _copy(database: Any, path: Path, target: int) -> None:
    """Keep the file as it was. We are alone with it, and the checkpoint empties the log."""
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = path.with_name(f"{path.name}{COPY_SUFFIX}{target}")
    partial = copy.with_name(copy.name + ".partial")
    try:
        with path.open("rb") as source, partial.open("wb") as destination:
            partial.chmod(0o600)
            shutil.copyfileobj(source, destination, 1 << 20)
            destination.flush()
            os.fsync(destination.fileno())
        partial.replace(copy)
    except OSError:
        partial.unlink(missing_ok=True)  # it would keep a full disk full
        raise


def _forget_older(path: Path, target: int) -> None:
    """Take away copies of updates before the last one; what cannot be deleted stays."""
    kept = f"{path.name}{COPY_SUFFIX}{target}"
    for copy in path.parent.glob(f"{path.name}{COPY_SUFFIX}*"):
        if copy.name != kept:
            with suppress(OSError):
                copy.unlink()
