"""Files over WebRTC lanes, from one real worker to another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.protocol import worker_messages as msg
from tests.support.bulk_peers import connect, connect_rtc
from tests.support.coturn import running_turn
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
