"""Files from one real worker to another."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from app.protocol import worker_messages as msg
from tests.support.bulk_peers import BulkPeer, connect

MIB = 1024 * 1024


@pytest.fixture
async def people(tmp_path: Path) -> AsyncIterator[Callable[[str], BulkPeer]]:
    made: list[BulkPeer] = []

    def make(name: str) -> BulkPeer:
        made.append(BulkPeer(tmp_path / name))
        return made[-1]

    yield make
    for one in made:
        await one.close()


People = Callable[[str], BulkPeer]


async def moved(sender: BulkPeer, receiver: BulkPeer, path: Path) -> Path:
    offered = await sender.offer(path)
    number = await receiver.fetch(offered)
    lanes = await connect(sender, offered.transfer, receiver, number)
    done = await receiver.heard(msg.Done, number)
    for peer, lane in zip((sender, receiver), lanes, strict=True):
        assert (await peer.heard(msg.LaneDown, lane)).code == "done"
    return Path(done.path)


async def test_a_big_file(people: People, tmp_path: Path) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(os.urandom(64 * MIB + 5))
    path.chmod(0o755)
    os.utime(path, ns=(10**18, 10**18))
    receiver = people("b")
    came = await moved(people("a"), receiver, path)
    assert came == receiver.inbox / "big.bin"
    assert came.read_bytes() == path.read_bytes()
    assert came.stat().st_mtime_ns == 10**18
    assert not came.stat().st_mode & 0o111
    assert list(tree(receiver.inbox)) == ["big.bin"]
