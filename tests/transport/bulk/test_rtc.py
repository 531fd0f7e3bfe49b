"""Files over WebRTC lanes, from one real worker to another."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.protocol import worker_messages as msg
from tests.support.bulk_peers import CRAWL, HELD, BulkPeer, connect, connect_rtc
from tests.support.coturn import running_turn
from tests.transport.bulk.conftest import People
from tests.transport.bulk.test_resume import part_came

MIB = 1024 * 1024
pytestmark = pytest.mark.usefixtures("uncounted_workers")


def progress(peer: BulkPeer, transfer: int, lane: int | None = None) -> list[int]:
    """How much was there, each time that was told."""
    return [
        n.done
        for n in peer.notices
        if isinstance(n, msg.Progress) and (n.transfer, n.lane) == (transfer, lane)
    ]


def bytes_read(peer: BulkPeer) -> int:
    """How much a worker has read of files so far."""
    if sys.platform != "linux":
        pytest.skip("it is told on Linux only")
    told = Path(f"/proc/{peer.client.pid}/io").read_text()
    return int(told.split("rchar:")[1].split()[0])


def same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("recovery", [False, True])
async def test_a_file_arrives(people: People, tmp_path: Path, *, recovery: bool) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(os.urandom(16 * MIB + 5))
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


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[msg.IceServer]:
    with running_turn(tmp_path_factory.mktemp("turn")) as server:
        yield msg.IceServer(server.url, server.username, server.credential)


@pytest.mark.parametrize("has_server", [(True, True), (True, False), (False, True)])
async def test_a_relay_on_either_side_suffices(
    people: People, tmp_path: Path, turn: msg.IceServer, has_server: tuple[bool, bool]
) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(os.urandom(3 * MIB + 5))
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(path)
    number = await receiver.fetch(offered)
    servers = [(turn,) if has else () for has in has_server]
    await connect_rtc(
        sender, offered.transfer, receiver, number, way="relay", servers=(servers[0], servers[1])
    )
    done = await receiver.heard(msg.Done, number)
    assert same(Path(done.path), path)


async def test_what_came_over_a_lane_that_died_is_not_fetched_again(
    people: People, tmp_path: Path
) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(os.urandom(24 * MIB + 3))
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(path)
    number = await receiver.fetch(offered)
    await sender.send(msg.Cap(CRAWL, 0))
    await connect(sender, offered.transfer, receiver, number, "webrtc")
    await part_came(receiver, number, 2 * MIB)
    sender.kill()
    await sender.until(lambda: sender.deaths == 1)
    came = progress(receiver, number)[-1]
    await sender.send(msg.Serve(offered.transfer, offered.root, str(path), str(sender.manifest)))
    await connect(sender, offered.transfer, receiver, number, "webrtc")
    before = bytes_read(sender)
    done = await receiver.heard(msg.Done, number)
    assert same(Path(done.path), path)
    steps = progress(receiver, number)
    assert steps == sorted(steps)
    assert steps[-1] == 24 * MIB + 3
    assert bytes_read(sender) - before <= steps[-1] - came + 2 * MIB


async def test_two_ways_at_once_of_which_one_dies(people: People, tmp_path: Path) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(os.urandom(24 * MIB + 3))
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(path)
    number = await receiver.fetch(offered)
    await sender.send(msg.Cap(HELD, 0))
    both = [
        await connect(sender, offered.transfer, receiver, number, way)
        for way in ("direct", "webrtc")
    ]
    for _, lane in both:
        await receiver.heard(msg.LaneUp, lane)
    before = bytes_read(sender)
    await sender.send(msg.Cap(CRAWL, 0))
    await part_came(receiver, number, 2 * MIB)
    direct = both[0]
    await sender.send(msg.CloseLane(direct[0]))
    await receiver.heard(msg.LaneDown, direct[1])
    await sender.send(msg.Cap(0, 0))
    done = await receiver.heard(msg.Done, number)
    assert same(Path(done.path), path)
    steps = progress(receiver, number)
    assert steps == sorted(steps)
    assert steps[-1] == 24 * MIB + 3
    assert bytes_read(sender) - before <= steps[-1] + 8 * MIB, "but what was under way"
    assert (await receiver.heard(msg.LaneDown, both[1][1])).code == "done"


async def test_a_lane_is_replaced_by_a_better_one_without_loss(
    people: People, tmp_path: Path
) -> None:
    path = tmp_path / "big.bin"
    path.write_bytes(os.urandom(48 * MIB + 3))
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(path)
    number = await receiver.fetch(offered)
    await sender.send(msg.Cap(CRAWL, 0))
    slow = await connect(sender, offered.transfer, receiver, number, "webrtc")
    before = bytes_read(sender)
    await part_came(receiver, number)
    await sender.send(msg.Cap(HELD, 0))
    better = await connect(sender, offered.transfer, receiver, number, "direct")
    await receiver.heard(msg.LaneUp, better[1])
    # Enough for what is under way, and not for the rest before the slow lane has to be left.
    await sender.send(msg.Cap(8 * MIB, 0))
    await receiver.send(msg.CloseLane(slow[1], gently=True))
    assert (await receiver.heard(msg.LaneDown, slow[1])).code == "replaced"
    assert (await sender.heard(msg.LaneDown, slow[0])).code == "replaced"
    await sender.send(msg.Cap(0, 0))
    done = await receiver.heard(msg.Done, number)
    assert same(Path(done.path), path)
    assert bytes_read(sender) - before <= 52 * MIB, "only of the last few both are asked"
    assert (await receiver.heard(msg.LaneDown, better[1])).code == "done"


async def test_what_leads_nowhere_is_told(people: People, tmp_path: Path) -> None:
    path = tmp_path / "some.bin"
    path.write_bytes(bytes(10))
    one = people("a")
    transfer = (await one.offer(path)).transfer
    await one.send(msg.OpenLane(transfer, 1, "webrtc", b"no description"))
    assert (await one.heard(msg.LaneDown, 1)).code == "bad-description"
    await one.send(msg.OpenLane(transfer, 2, "relay"))
    assert (await one.heard(msg.LaneDown, 2)).code == "no-relay"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        relay = msg.IceServer(f"turn:127.0.0.1:{silent.getsockname()[1]}", "me", "mine")
        await one.send(msg.OpenLane(transfer, 6, "relay", b"", (relay,)))
        await one.send(msg.ConnectLane(6, b"", bytes(32), (), b"early"))
        assert (await one.heard(msg.LaneDown, 6)).code == "unknown-lane"
    await one.send(msg.OpenLane(transfer, 3, "webrtc"))
    await one.heard(msg.LaneReady, 3)
    await one.send(msg.ConnectLane(3, b"", bytes(32), (), b"no description"))
    assert (await one.heard(msg.LaneDown, 3)).code == "bad-description"
    await one.send(msg.OpenLane(transfer, 4, "webrtc"))
    await one.heard(msg.LaneReady, 4)
    await one.send(msg.CloseLane(4))
    assert (await one.heard(msg.LaneDown, 4)).code == "closed"
    await one.send(msg.OpenLane(transfer, 5, "webrtc"))
    await one.heard(msg.LaneReady, 5)
    await one.stop(transfer)
    assert (await one.heard(msg.LaneDown, 5)).code == "stopped"
