"""`kill -9` in a burst of writes: what was answered is there, and the database is whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.storage.connection import DATABASE_NAME
from app.storage.store import Store
from tests.storage.support import KEY, ROOM, author

ROUNDS = 4


def burst(folder: Path, seconds: float) -> int:
    """Let a child write until it is killed; return the last seq that it was promised."""
    command = [sys.executable, "-m", "tests.storage.burst", str(folder), "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(seconds)
        os.kill(child.pid, signal.SIGKILL)
        answered = [first, *child.stdout.readlines()]
    whole = [int(line) for line in answered if line.endswith(b"\n")]
    return max(whole)


async def check(store: Store, promised: int) -> int:
    peer = author(1).peer
    (stored,) = (await store.log.vector(ROOM)).values()
    assert stored >= promised
    assert len(await store.log.events_in(ROOM, [(peer, 1, stored)], 1 << 30)) == stored
    page = await store.messages.page(ROOM, None, 5, 0)
    assert (page.total, page.rows[-1].seq) == (stored, stored)
    assert await store.messages.position_at(ROOM, stored - 1) == page.rows[-1].position
    assert await store.messages.position_at(ROOM, stored) is None
    assert len(await store.messages.search("burst", ROOM, 500)) == min(stored, 500)
    execute = store._database.execute

    def whole() -> list[tuple[object, ...]]:
        execute("INSERT INTO message_index (message_index, rank) VALUES ('integrity-check', 1)")
        return [*execute("PRAGMA cipher_integrity_check"), *execute("PRAGMA integrity_check")]

    assert await store._database.read(whole) == [("ok",)]
    return stored


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
async def test_nothing_answered_is_lost(tmp_path: Path) -> None:
    chance, stored = random.Random(4), 0
    for _ in range(ROUNDS):
        promised = burst(tmp_path, chance.uniform(0.0, 0.3))
        assert promised > stored
        store = await Store.open(tmp_path, KEY)
        stored = await check(store, promised)
        await store.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_kill_during_the_first_start_leaves_none_or_a_whole_database(tmp_path: Path) -> None:
    for number in range(3):
        folder = tmp_path / str(number)
        command = [sys.executable, "-m", "tests.storage.burst", str(folder), "1"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
            while not any((folder / name).exists() for name in ("parlor.new", DATABASE_NAME)):
                assert child.poll() is None
                time.sleep(0.001)
            time.sleep(number / 500)
            child.kill()
        assert burst(folder, 0.0) > 0
