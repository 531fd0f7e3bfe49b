"""Opening the encrypted file: what is refused, how it is created, how it is tuned."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from peewee import DatabaseError
from playhouse.sqlcipher_ext import SqlCipherDatabase

from app.domain.errors import AppError
from app.storage.failures import translated
from app.storage.migrations import migrate, refuse_newer
from app.storage.words import split_words

DATABASE_NAME = "parlor.db"
PAGE_SIZE = 4096
_PLAIN_MAGIC = b"SQLite format 3\x00"
_PRAGMAS = (
    ("cipher_log_level", "none"),
    ("foreign_keys", 1),
    ("busy_timeout", 2000),
    ("cache_size", -16_000),
    ("temp_store", 2),
    ("secure_delete", "fast"),
    ("locking_mode", "exclusive"),  # nobody else may have it open: no shared-memory file needed
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("wal_autocheckpoint", 2000),
    ("journal_size_limit", 16_000_000),
)


def open_connection(folder: Path, key: bytes) -> Any:
    """Return the peewee database of `folder`, created or migrated if need be, for this thread only.

    `key` is the raw 32-byte key. Raises AppError ("disk-full" | "disk-failed" |
    "folder-read-only" | "database-corrupt" | "database-newer" | "database-locked").
    """
    path = folder / DATABASE_NAME
    with translated(folder):
        if not path.exists():
            _create(path, key)
        _refuse_damaged(path)
        _refuse_newer(path, key)
        return _open(path, key)


def _create(path: Path, key: bytes) -> None:
    """Build the empty database under another name, so that a crash leaves none or a whole one."""
    fresh = path.with_suffix(".new")
    for suffix in ("", "-wal", "-shm"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
    _open(fresh, key).close()
    sync_file(fresh)
    fresh.rename(path)
    sync_folder(path.parent)


def _refuse_damaged(path: Path) -> None:
    with path.open("rb") as file:
        magic = file.read(len(_PLAIN_MAGIC))
    if magic == _PLAIN_MAGIC:
        raise AppError("database-locked", {"file": str(path)})
    size = path.stat().st_size
    if size == 0 or size % PAGE_SIZE:
        raise AppError("database-corrupt", {"file": str(path)})


def _refuse_newer(path: Path, key: bytes) -> None:
    """Look before a log that a crash has left is moved into the file: it may not be ours to move.

    Without a log opening changes nothing, and `migrate` refuses.
    """
    log, index = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    if not log.exists() or not log.stat().st_size:
        return
    ours = not index.exists()
    database: Any = SqlCipherDatabase(
        f"{path.absolute().as_uri()}?mode=ro",
        passphrase=f"x'{key.hex()}'",
        pragmas=(("cipher_log_level", "none"),),
        uri=True,
    )
    try:
        _first_read(database, path)
        refuse_newer(database, path)
    finally:
        database.close()
        if ours:
            index.unlink(missing_ok=True)


def _open(path: Path, key: bytes) -> Any:
    database: Any = SqlCipherDatabase(
        str(path), passphrase=f"x'{key.hex()}'", pragmas=_PRAGMAS, thread_safe=False
    )
    database.register_function(split_words, "words", 1)
    try:
        _first_read(database, path)
        migrate(database, path)
    except Exception:
        database.close()
        raise
    return database


def _first_read(database: Any, path: Path) -> None:
    """Only the first page tells a wrong key, by an authentication code that does not match."""
    try:
        database.connect()
        database.execute_sql("SELECT count(*) FROM sqlite_master")
    except DatabaseError as error:
        if "not a database" in str(error):
            raise AppError("database-locked", {"file": str(path)}) from error
        raise


def sync_file(path: Path) -> None:
    """Wait until the content of `path` is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
