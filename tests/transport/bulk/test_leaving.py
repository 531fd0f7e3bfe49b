"""A lane that another one replaces: nothing that is under way on it is lost or sent twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.protocol import worker_messages as msg
from tests.support.bulk_peers import CRAWL, connect
from tests.transport.bulk.conftest import People
from tests.transport.bulk.test_resume import part_came
from tests.transport.bulk.test_rtc import bytes_read, same

MIB = 1024 * 1024
pytestmark = pytest.mark.usefixtures("uncounted_workers")


@pytest.mark.parametrize(("first", "second"), [("direct", "direct"), ("webrtc", "direct")])
async def test_pieces_under_way_come_once(
    people: People, tmp_path: Path, first: msg.Way, second: msg.Way
) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(os.urandom(48 * MIB))
    sender, receiver = people("a"), people("b")
    await sender.send(msg.Cap(CRAWL, 0))
    offered = await sender.offer(path)
    number = await receiver.fetch(offered)
    old = await connect(sender, offered.transfer, receiver, number, first)
    read = bytes_read(sender)
    await part_came(receiver, number)
    new = await connect(sender, offered.transfer, receiver, number, second)
    await receiver.heard(msg.LaneUp, new[1])
    # Enough for what is under way, and not for the rest before the old lane has to be left.
    await sender.send(msg.Cap(8 * MIB, 0))
    for peer, lane in zip((sender, receiver), old, strict=True):
        await peer.send(msg.CloseLane(lane, gently=True))
    ended = {
        (await peer.heard(msg.LaneDown, lane)).code
        for peer, lane in zip((sender, receiver), old, strict=True)
    }
    assert ended == {"replaced"}
    await sender.send(msg.Cap(0, 0))
    done = await receiver.heard(msg.Done, number)
    assert same(Path(done.path), path)
    assert bytes_read(sender) - read <= 48 * MIB + MIB


async def test_a_lane_that_is_alone_ends_gently_too(people: People, tmp_path: Path) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(os.urandom(24 * MIB))
    sender, receiver = people("a"), people("b")
    await sender.send(msg.Cap(CRAWL, 0))
    offered = await sender.offer(path)
    number = await receiver.fetch(offered)
    mine, theirs = await connect(sender, offered.transfer, receiver, number)
    await part_came(receiver, number)
    await receiver.send(msg.CloseLane(theirs, gently=True))
    assert (await receiver.heard(msg.LaneDown, theirs)).code == "replaced"
    assert (await sender.heard(msg.LaneDown, mine)).code == "replaced"
    await connect(sender, offered.transfer, receiver, number)
    await sender.send(msg.Cap(0, 0))
    assert same(Path((await receiver.heard(msg.Done, number)).path), path)
