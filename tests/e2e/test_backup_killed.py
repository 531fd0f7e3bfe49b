"""`kill -9` in the middle of an export or an import leaves the one profile or the other, whole."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.crypto.identity import Identity
from app.services.archive_service import export_profile
from app.services.me import Me
from app.storage.store import Store
from tests.storage.support import KEY, KEYS, ROOM, SECRET, Author, now_ms, record

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals"),
]
ANA = Identity(b"a" * 32)
TEXTS = 3000


async def make(folder: Path, archive: Path) -> None:
    """Write an archive with a long history."""
    store = await Store.open(folder, KEY, ANA.peer)
    await store.rooms.add(record())
    wires = Author(ANA, ROOM, SECRET, last_ms=-(10**11)).texts(*map(str, range(TEXTS)))
    await store.log.ingest(ROOM, wires, KEYS, now_ms())
    await export_profile(store, Me(ANA, "Ana"), archive, "words")
    await store.close()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    asyncio.run(make(folder / "old", folder / "backup"))
    return folder / "backup"


@contextmanager
def start(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start the program; it is gone at the end, whatever became of the test."""
    command = [sys.executable, "-m", "app.cli", "--no-lan", "--data-dir", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as child:
        try:
            yield child
        finally:
            child.kill()


def tell(child: subprocess.Popen[bytes], **request: object) -> None:
    assert child.stdin is not None
    child.stdin.write(json.dumps({"id": 1, **request}).encode() + b"\n")
    child.stdin.flush()


def ask(folder: Path, *requests: dict[str, object]) -> list[dict[str, Any]]:
    """Start the program, ask, end it; return all it said."""
    with start(folder) as child:
        lines = b"".join(json.dumps({"id": 1, **each}).encode() + b"\n" for each in requests)
        said, _ = child.communicate(lines, timeout=150)
    assert child.returncode == 0
    return [json.loads(line) for line in said.splitlines()]


def interrupted(folder: Path, seconds: float, **request: object) -> None:
    with start(folder) as child:
        assert child.stdout is not None
        child.stdout.readline()
        tell(child, **request)
        time.sleep(seconds)
        child.kill()


def test_an_import_is_whole_or_has_not_been(archive: Path, tmp_path: Path) -> None:
    chance = random.Random(7)
    (ready,) = ask(tmp_path / "new")
    for number in range(4):
        folder = Path(shutil.copytree(tmp_path / "new", tmp_path / str(number)))
        path = str(archive)
        interrupted(folder, chance.uniform(0.1, 1.6), do="import", path=path, passphrase="words")
        now, rooms = ask(folder, {"do": "rooms"})
        if now["peer"] == ready["peer"]:
            assert rooms["rooms"] == []
        else:
            (listed,) = rooms["rooms"]
            assert listed["last"]["text"] == str(TEXTS - 1)
        left = {path.name for path in folder.iterdir()}
        assert left <= {"vault", "parlor.db", "parlor.lock", "parlor.db-wal", "parlor.db-shm"}


def test_an_export_is_whole_or_is_not_there(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ana"
    ask(folder, {"do": "import", "path": str(archive), "passphrase": "words"})
    chance = random.Random(8)
    for number in range(3):
        target = tmp_path / "backups" / str(number)
        target.parent.mkdir(exist_ok=True)
        interrupted(
            folder, chance.uniform(0.0, 0.6), do="export", path=str(target), passphrase="other"
        )
        if target.exists():
            new = tmp_path / f"new {number}"
            said = ask(new, {"do": "import", "path": str(target), "passphrase": "other"})
            assert said[-1] == {"id": 1, "ok": True}
    ask(folder, {"do": "export", "path": str(tmp_path / "backups" / "last"), "passphrase": "x"})
    assert (tmp_path / "backups" / "last").exists()
