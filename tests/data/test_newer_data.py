"""Data of a newer version: refused with a code, and not a byte of them changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playhouse.sqlcipher_ext import SqlCipherDatabase

from app.crypto.archive import MAGIC as ARCHIVE_MAGIC
from app.crypto.vault import MAGIC as VAULT_MAGIC
from app.domain.errors import AppError
from app.storage.connection import DATABASE_NAME
from app.storage.database import LOCK_NAME
from app.storage.migrations import MIGRATIONS
from app.storage.vault_file import VAULT_NAME, VaultFile
from tests.data.kept import HERE, content, unpack
from tests.data.script import EXPORT_PASSPHRASE
from tests.data.test_older_profiles import missing, said_of
from tests.data.today import opened
from tests.services.test_account import Machine
from tests.services.world import World

Make = Callable[[Path], None]


def newer_database(folder: Path) -> None:
    """Give the file the next version, with a table that only that one knows."""
    database = open_plainly(folder)
    database.execute_sql("CREATE TABLE from_the_future (what TEXT)")
    database.execute_sql(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    database.close()


def newer_database_of_a_crash(folder: Path) -> None:
    """The same as a crash leaves it: all of it still in the log beside the file."""
    database = open_plainly(folder, journal_mode="wal", locking_mode="exclusive")
    database.execute_sql("CREATE TABLE from_the_future (what TEXT)")
    database.execute_sql(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    names = (DATABASE_NAME, f"{DATABASE_NAME}-wal")
    left = {name: (folder / name).read_bytes() for name in names}
    database.close()
    for name, raw in left.items():
        (folder / name).write_bytes(raw)


def newer_vault(folder: Path) -> None:
    raw = bytearray((folder / VAULT_NAME).read_bytes())
    raw[len(VAULT_MAGIC)] += 1
    (folder / VAULT_NAME).write_bytes(raw + b"and more")


def open_plainly(folder: Path, **pragmas: object) -> Any:
    """Open the database of a profile without a passphrase, whatever its version."""
    key = VaultFile(folder, None).load().database_key
    database: Any = SqlCipherDatabase(
        str(folder / DATABASE_NAME), passphrase=f"x'{key.hex()}'", pragmas=pragmas
    )
    return database


NEWER: dict[str, tuple[Make, str]] = {
    "database": (newer_database, "database-newer"),
    "database of a crash": (newer_database_of_a_crash, "database-newer"),
    "vault": (newer_vault, "vault-newer"),
}


def kept(folder: Path) -> dict[str, bytes]:
    """Return all files but the lock, which says nothing and stays."""
    return {name: raw for name, raw in content(folder).items() if name != LOCK_NAME}


@pytest.mark.parametrize("what", NEWER)
async def test_it_is_refused_and_left_alone(tmp_path: Path, what: str) -> None:
    make, code = NEWER[what]
    folder = unpack("schema-9", "ana", tmp_path)
    make(folder)
    before = kept(folder)
    for _ in range(2):
        with pytest.raises(AppError) as caught:
            async with opened(folder):
                pass
        assert caught.value.code == code
        assert kept(folder) == before


def test_the_headless_front_end_says_so(tmp_path: Path) -> None:
    folder = unpack("schema-9", "ana", tmp_path)
    newer_database(folder)
    before = kept(folder)
    command = [sys.executable, "-m", "app.cli", "--data-dir", str(folder), "--no-lan"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, input="")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("parlor-cli: database newer (file: ")
    assert f"version: {len(MIGRATIONS) + 1}, readable: {len(MIGRATIONS)})" in done.stderr
    assert kept(folder) == before


async def test_a_newer_backup(world: World) -> None:
    machine = Machine(world, "Somebody")
    raw = bytearray((HERE / "schema-9" / "ana.parlor").read_bytes())
    raw[len(ARCHIVE_MAGIC)] += 1
    path = world.folder / "newer.parlor"
    path.write_bytes(raw)
    await machine.account.open()
    try:
        me = (await machine.account.open()).profile
        before = set(content(machine.folder))
        with pytest.raises(AppError, match="archive newer"):
            await machine.account.import_from(path, EXPORT_PASSPHRASE)
        assert (await machine.account.open()).profile == me
        assert set(content(machine.folder)) == before
        assert path.read_bytes() == raw
    finally:
        await machine.account.close()


async def test_an_older_copy_can_be_put_back(tmp_path: Path) -> None:
    """Whoever goes back to an older version finds the file as that version left it."""
    folder = unpack("0.1.0", "ana", tmp_path)
    before = content(folder)[DATABASE_NAME]
    async with opened(folder):
        pass
    copy = folder / f"{DATABASE_NAME}.before-v{len(MIGRATIONS)}"
    shutil.move(copy, folder / DATABASE_NAME)
    assert content(folder)[DATABASE_NAME] == before
    async with opened(folder) as today:
        assert missing(said_of("0.1.0", "ana"), await today.tell()) == []
