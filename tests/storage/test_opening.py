"""Files and folders that cannot be opened: a clear code, and not a byte of them changed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from peewee import SqliteDatabase
from playhouse.sqlcipher_ext import SqlCipherDatabase

from app.domain.errors import AppError
from app.storage.connection import DATABASE_NAME
from app.storage.database import LOCK_NAME, Database
from app.storage.migrations import MIGRATIONS
from app.storage.store import Store
from tests.storage.support import KEY, ROOM, Author, author, record

needs_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root may mount"
)


async def filled(folder: Path, texts: int = 300) -> Author:
    store = await Store.open(folder, KEY)
    ana = author(1)
    await store.rooms.add(record())
    await store.log.ingest(ROOM, ana.texts(*(f"text {n} " * 9 for n in range(texts))), {}, 0)
    await store.close()
    return ana


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def refusal(folder: Path, key: bytes = KEY) -> str:
    with pytest.raises(AppError) as caught:
        await Store.open(folder, key)
    return caught.value.code


async def test_a_new_folder_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "profile"
    await (await Store.open(folder, KEY)).close()
    assert names_in(folder) == [DATABASE_NAME, LOCK_NAME]
    if os.name == "posix":
        assert folder.stat().st_mode & 0o777 == 0o700


async def test_nothing_readable_is_on_the_disk(tmp_path: Path) -> None:
    await filled(tmp_path)
    assert b"text 1" not in (tmp_path / DATABASE_NAME).read_bytes()
    assert b"CREATE TABLE" not in (tmp_path / DATABASE_NAME).read_bytes()


async def test_a_wrong_key_is_refused_quietly(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    await filled(tmp_path)
    before = (tmp_path / DATABASE_NAME).read_bytes()
    assert await refusal(tmp_path, bytes(32)) == "database-locked"
    assert (tmp_path / DATABASE_NAME).read_bytes() == before
    assert capfd.readouterr().err == ""
    await (await Store.open(tmp_path, KEY)).close()


def plain_database(path: Path) -> None:
    connection: Any = SqliteDatabase(str(path))
    connection.execute_sql("CREATE TABLE recipe (name TEXT)")
    connection.close()


FOREIGN: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "database-corrupt"),
    "short": (lambda path: path.write_bytes(b"hello"), "database-corrupt"),
    "random": (lambda path: path.write_bytes(os.urandom(8192)), "database-locked"),
    "plain": (plain_database, "database-locked"),
    "folder": (lambda path: path.mkdir(), "disk-failed"),
}


@pytest.mark.parametrize("name", FOREIGN)
async def test_a_foreign_file_is_left_alone(tmp_path: Path, name: str) -> None:
    make, code = FOREIGN[name]
    path = tmp_path / DATABASE_NAME
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    assert await refusal(tmp_path) == code
    assert (path.read_bytes() if path.is_file() else b"") == before


@pytest.mark.parametrize("keep", [100, 4096, 8192, 30_000, 81_920])
async def test_a_truncated_file_is_left_alone(tmp_path: Path, keep: int) -> None:
    await filled(tmp_path)
    path = tmp_path / DATABASE_NAME
    os.truncate(path, keep)
    before = path.read_bytes()
    assert await refusal(tmp_path) == "database-corrupt"
    assert path.read_bytes() == before


async def test_a_damaged_page_is_told_when_it_is_met(tmp_path: Path) -> None:
    ana = await filled(tmp_path)
    path = tmp_path / DATABASE_NAME
    raw = bytearray(path.read_bytes())
    for page in range(12, len(raw) // 4096):
        raw[page * 4096 + 99] ^= 1
    path.write_bytes(raw)
    with pytest.raises(AppError, match="database corrupt"):
        await read_all(tmp_path, ana)


async def read_all(folder: Path, of: Author) -> None:
    store = await Store.open(folder, KEY)
    try:
        await store.log.events_in(ROOM, [(of.peer, 1, 300)], 1 << 30)
    finally:
        await store.close()


async def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    await filled(tmp_path)
    path = tmp_path / DATABASE_NAME
    newer: Any = SqlCipherDatabase(str(path), passphrase=f"x'{KEY.hex()}'")
    newer.execute_sql(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer.close()
    before = path.read_bytes()
    assert await refusal(tmp_path) == "database-newer"
    assert path.read_bytes() == before


def output_of(code: str, argument: str) -> str:
    command = [sys.executable, "-c", code, argument]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


async def test_a_second_instance_is_refused(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, KEY)
    assert await refusal(tmp_path) == "already-running"
    code = (
        "import asyncio, sys, pathlib\n"
        "from app.domain.errors import AppError\n"
        "from app.storage.store import Store\n"
        "try: asyncio.run(Store.open(pathlib.Path(sys.argv[1]), bytes(range(32))))\n"
        "except AppError as error: print(error.code)\n"
    )
    assert output_of(code, str(tmp_path)) == "already-running"
    await store.close()
    await (await Store.open(tmp_path, KEY)).close()


async def test_an_opening_that_was_cancelled_frees_the_folder(tmp_path: Path) -> None:
    opening = asyncio.create_task(Store.open(tmp_path, KEY))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await (await open_when_free(tmp_path)).close()


async def open_when_free(folder: Path) -> Store:
    while True:
        try:
            return await Store.open(folder, KEY)
        except AppError as error:
            assert error.code == "already-running"  # noqa: PT017 - anything else is wrong
            await asyncio.sleep(0.01)


async def test_a_store_that_cannot_be_used_is_closed(tmp_path: Path) -> None:
    database = await Database.open(tmp_path, KEY)
    await database.write(lambda: database.execute("DROP TABLE removed_room"))
    await database.close()
    for _ in range(2):
        with pytest.raises(Exception, match="no such table"):
            await Store.open(tmp_path, KEY)


async def test_a_creation_that_was_cut_short_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "parlor.new").write_bytes(b"half a database")
    (tmp_path / "parlor.new-wal").write_bytes(b"half a log")
    await (await Store.open(tmp_path, KEY)).close()
    assert names_in(tmp_path) == [DATABASE_NAME, LOCK_NAME]


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def remount(folder: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", str(folder)], check=True)


def may_mount(folder: Path) -> None:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    subprocess.run(["umount", str(folder)], check=True)


def fill(path: Path) -> None:
    def write_all() -> None:
        with path.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    with pytest.raises(OSError, match="No space"):
        write_all()


@needs_root
async def test_a_read_only_folder(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    may_mount(folder)
    with mounted(folder, "size=4m"):
        remount(folder, "ro")
        assert await refusal(folder) == "folder-read-only"
        assert await refusal(folder / "new") == "folder-read-only"
        remount(folder, "rw")
        await filled(folder)
        before = (folder / DATABASE_NAME).read_bytes()
        remount(folder, "ro")
        assert await refusal(folder) == "folder-read-only"
        assert (folder / DATABASE_NAME).read_bytes() == before


@needs_root
async def test_a_disk_without_room_for_a_new_database(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    may_mount(folder)
    with mounted(folder, "size=32k"):
        assert await refusal(folder) == "disk-full"
        assert not (folder / DATABASE_NAME).exists()


async def ingest_for_ever(store: Store, of: Author) -> None:
    while len(of.wires) < 1000:
        await store.log.ingest(ROOM, of.texts("x" * 9000), {}, 0)


@needs_root
async def test_a_disk_that_fills_up_and_is_emptied(tmp_path: Path) -> None:
    """What was answered stays, what failed is not there, and it goes on when there is room."""
    folder = tmp_path / "disk"
    may_mount(folder)
    with mounted(folder, "size=2m"):
        store = await Store.open(folder, KEY)
        await store.rooms.add(record())
        ana = author(1)
        with pytest.raises(AppError, match="disk full"):
            await ingest_for_ever(store, ana)
        stored = len(ana.wires) - 1
        assert 10 < stored < 1000
        assert await store.log.vector(ROOM) == {ana.peer: stored}
        with pytest.raises(AppError, match="disk full"):
            await store.log.ingest(ROOM, ana.wires[stored:], {}, 0)
        remount(folder, "size=8m")
        await store.log.ingest(ROOM, ana.wires[stored:], {}, 0)
        assert await store.log.vector(ROOM) == {ana.peer: stored + 1}
        await store.close()
        store = await Store.open(folder, KEY)
        assert await store.log.vector(ROOM) == {ana.peer: stored + 1}
        await store.close()


@needs_root
async def test_a_full_disk_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    may_mount(folder)
    with mounted(folder, "size=2m"):
        ana = await filled(folder)
        fill(folder / "filler")
        before = (folder / DATABASE_NAME).read_bytes()
        assert await refusal(folder) == "disk-full"
        assert (folder / DATABASE_NAME).read_bytes() == before
        (folder / "filler").unlink()
        await read_all(folder, ana)


async def test_a_limit_on_pages_is_a_full_disk_too(tmp_path: Path) -> None:
    database = await Database.open(tmp_path, KEY)
    await database.write(lambda: database.execute("CREATE TABLE big (value BLOB)"))

    def limit() -> int:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages + 4}")
        return int(pages)

    await database.read(limit)
    with pytest.raises(AppError, match="disk full"):
        await database.write(lambda: database.execute("INSERT INTO big VALUES (zeroblob(100000))"))
    await database.write(lambda: database.execute("INSERT INTO big VALUES (x'00')"))
    await database.close()
