"""Files over WebRTC lanes, from one real worker to another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.protocol import worker_messages as msg
from tests.support.bulk_peers import connect
from tests.transport.bulk.conftest import People

MIB = 1024 * 1024


def same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("recovery", [False, True])
async def test_a_file_arrives(people: People, tmp_path: Path, *, recovery: bool) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(os.urandom(40 * MIB + 5))
    sender, receiver = people("a"), people("b")
    for one in (sender, receiver):
        await one.send(msg.Tune(recovery))
    offered = await sender.offer(path)
    number = await receiver.fetch(offered)
    lanes = await connect(sender, offered.transfer, receiver, number, "webrtc")
    done = await receiver.heard(msg.Done, number)
    assert same(Path(done.path), path)
    for peer, lane in zip((sender, receiver), lanes, strict=True):
        assert (await peer.heard(msg.LaneDown, lane)).code == "done"
