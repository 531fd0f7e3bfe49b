"""An update that a kill or a full disk cuts off is taken up again, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.storage.connection import DATABASE_NAME
from app.storage.migrations import MIGRATIONS
from app.storage.vault_file import VAULT_NAME, VaultFile
from tests.data.kept import content, unpack
from tests.data.test_newer_data import open_plainly
from tests.data.test_older_profiles import COPY, missing, said_of
from tests.data.today import opened
from tests.storage.test_opening import may_mount, mounted, needs_root, remount

POINTS = ["copying", "copied", "1", "4", str(len(MIGRATIONS) - 1), "committed", "reread"]

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")


async def is_whole(folder: Path, before: dict[str, bytes]) -> None:
    """Open the profile; everything of 0.1.0 has to be there, and the copy of how it was."""
    async with opened(folder) as today:
        assert missing(said_of("0.1.0", "ana"), await today.tell()) == []
    after = content(folder)
    assert after[COPY] == before[DATABASE_NAME]
    assert not [name for name in after if name.endswith(".partial")]


@needs_fork
async def test_killed_on_the_way(tmp_path: Path) -> None:
    folders = [unpack("0.1.0", "ana", tmp_path / point) for point in POINTS]
    before = content(folders[0])
    key = VaultFile(folders[0], None).load().database_key.hex()
    arguments = [str(one) for pair in zip(folders, POINTS, strict=True) for one in pair]
    for at in range(1, 3 * len(POINTS), 3):
        arguments.insert(at, key)
    command = [sys.executable, "-m", "tests.data.killed", *arguments]
    await asyncio.to_thread(subprocess.run, command, check=True)
    for folder in folders:
        await is_whole(folder, before)


@needs_root
@pytest.mark.parametrize("room", [120, 160, 300, 400])
async def test_a_disk_that_is_full_on_the_way(tmp_path: Path, room: int) -> None:
    """`room` is the whole disk in KiB; the profile takes 108."""
    folder = tmp_path / "disk"
    may_mount(folder)
    with mounted(folder, "size=8m"):
        profile = unpack("0.1.0", "ana", folder)
        before = content(profile)
        remount(folder, f"size={room}k")
        with pytest.raises(AppError, match="disk full"):
            async with opened(profile):
                pass
        left = content(profile)
        assert left[VAULT_NAME] == before[VAULT_NAME]
        assert before[DATABASE_NAME] in (left[DATABASE_NAME], left.get(COPY))
        assert not [name for name in left if name.endswith(".partial")]
        remount(folder, "size=8m")
        await is_whole(profile, before)


async def test_what_an_older_version_had_in_its_log_when_it_crashed(tmp_path: Path) -> None:
    """The log beside the file is moved into it before it is copied and brought up."""
    folder = unpack("0.1.0", "ana", tmp_path)
    database = open_plainly(folder, journal_mode="wal", locking_mode="exclusive")
    database.execute_sql("INSERT INTO setting VALUES ('last', 'words')")
    names = (DATABASE_NAME, f"{DATABASE_NAME}-wal")
    left = {name: (folder / name).read_bytes() for name in names}
    database.close()
    for name, raw in left.items():
        (folder / name).write_bytes(raw)
    async with opened(folder) as today:
        assert missing(said_of("0.1.0", "ana"), await today.tell()) == []
        assert await today.backend.setting("last", "") == "words"
    (folder / COPY).replace(folder / DATABASE_NAME)
    async with opened(folder) as today:
        assert await today.backend.setting("last", "") == "words"
