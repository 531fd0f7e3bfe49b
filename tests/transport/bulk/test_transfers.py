"""Files from one real worker to another."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from app.protocol import worker_messages as msg
from tests.support.bulk_peers import CRAWL, BulkPeer, connect, tree
from tests.transport.bulk.conftest import People

MIB = 1024 * 1024


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
    path.write_bytes(os.urandom(32 * MIB + 5))
    path.chmod(0o755)
    os.utime(path, ns=(10**18, 10**18))
    receiver = people("b")
    came = await moved(people("a"), receiver, path)
    assert came == receiver.inbox / "big.bin"
    assert came.read_bytes() == path.read_bytes()
    assert came.stat().st_mtime_ns == 10**18
    assert not came.stat().st_mode & 0o111
    assert list(tree(receiver.inbox)) == ["big.bin"]
    steps = [n for n in receiver.notices if isinstance(n, msg.Progress) and n.lane is None]
    assert steps[-1].done == steps[-1].size == 32 * MIB + 5
    assert [step.done for step in steps] == sorted(step.done for step in steps)


async def test_a_folder_of_many_small_files(people: People, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    for number in range(2000):
        path = folder / f"{number % 40:02}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(number))
        os.utime(path, ns=(number * 10**12, number * 10**12))
    (folder / "middle").write_bytes(os.urandom(3 * MIB))
    (folder / "nothing" / "within").mkdir(parents=True)
    came = await moved(people("a"), people("b"), folder)
    assert tree(came) == tree(folder)
    times = [(came / f"{n % 40:02}" / f"{n}.txt").stat().st_mtime_ns for n in range(0, 2000, 7)]
    assert times == [n * 10**12 for n in range(0, 2000, 7)]


@pytest.mark.parametrize("name", ["empty.txt", "..hidden", "über \u202egnp.exe", "日本語.文"])
async def test_an_empty_file_of_any_name(people: People, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    receiver = people("b")
    came = await moved(people("a"), receiver, path)
    assert came.read_bytes() == b""
    assert came.parent == receiver.inbox
    assert not came.name.startswith(".")
    assert "\u202e" not in came.name


async def test_an_empty_folder(people: People, tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    came = await moved(people("a"), people("b"), folder)
    assert came.is_dir()
    assert not tree(came)


@pytest.mark.skipif(sys.platform != "linux", reason="such names are possible there only")
async def test_names_that_are_awkward_here_or_elsewhere(people: People, tmp_path: Path) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    names = ["con", "a:b", "Case", "case", "back\\slash", "line\nbreak", "x" * 240, "end.", " lead"]
    for name in names:
        (folder / name).write_bytes(name.encode())
    came = await moved(people("a"), people("b"), folder)
    assert sorted(one.read_bytes().decode() for one in came.iterdir()) == sorted(names)
    assert {one.name for one in came.iterdir()} >= {"_con", "a_b", "Case", "case (2)"}


async def test_nothing_that_is_there_is_overwritten(people: People, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"theirs")
    receiver = people("b")
    (receiver.inbox / "a.txt").write_bytes(b"ours")
    (receiver.inbox / "a (2).txt").symlink_to(tmp_path / "victim")
    came = await moved(people("a"), receiver, path)
    assert came.name == "a (3).txt"
    assert tree(receiver.inbox)["a.txt"] == b"ours"
    assert not (tmp_path / "victim").exists()


async def test_three_fetch_from_each_other(people: People, tmp_path: Path) -> None:
    """None of them gets everything from the one who offers it."""
    path = tmp_path / "shared.bin"
    path.write_bytes(os.urandom(12 * MIB))
    sender = people("a")
    offered = await sender.offer(path)
    await sender.send(msg.Cap(6 * MIB, 0))
    receivers = [people(name) for name in "bcd"]
    numbers = [await one.fetch(offered) for one in receivers]
    lanes = []
    for one, number in zip(receivers, numbers, strict=True):
        lanes.append(await connect(sender, offered.transfer, one, number))
    for n, m in ((0, 1), (1, 2), (2, 0)):
        await connect(receivers[n], numbers[n], receivers[m], numbers[m])
    for one, number in zip(receivers, numbers, strict=True):
        await one.heard(msg.Done, number)
        assert tree(one.inbox) == {"shared.bin": path.read_bytes()}
    # Everybody's lanes end by themselves once nobody lacks anything.
    for lane, _ in lanes:
        assert (await sender.heard(msg.LaneDown, lane)).code == "done"


async def test_who_has_fetched_gives_to_others(people: People, tmp_path: Path) -> None:
    """The one who offered is not there any more; names were mended on the way."""
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "nul").write_bytes(os.urandom(5000))
    (folder / "big").write_bytes(os.urandom(2 * MIB))
    first, second, third = people("a"), people("b"), people("c")
    offered = await first.offer(folder)
    number = await second.fetch(offered)
    await connect(first, offered.transfer, second, number)
    came = Path((await second.heard(msg.Done, number)).path)
    await first.close()
    others = await third.fetch(offered)
    await connect(second, number, third, others)
    assert tree(Path((await third.heard(msg.Done, others)).path)) == tree(came)
    await second.stop(number)
    await second.send(
        msg.Serve(number, offered.root, str(came), str(second.manifest), received=True)
    )
    fourth = people("d")
    again = await fourth.fetch(offered)
    await connect(second, number, fourth, again)
    assert tree(Path((await fourth.heard(msg.Done, again)).path)) == tree(came)


async def test_a_source_that_changes_is_said_on_both_sides(people: People, tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(os.urandom(24 * MIB))
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(path)
    await sender.send(msg.Cap(CRAWL, 0))
    number = await receiver.fetch(offered)
    _, lane = await connect(sender, offered.transfer, receiver, number)
    await receiver.until(lambda: any(_is_step(n) for n in receiver.notices))
    with path.open("ab") as file:
        file.write(b"more")
    assert (await sender.heard(msg.Failed, offered.transfer)).code == "source-changed"
    assert (await receiver.heard(msg.LaneDown, lane)).code == "source-changed"


def _is_step(notice: msg.Notice) -> bool:
    return isinstance(notice, msg.Progress) and notice.lane is None and notice.done > 0


async def test_a_source_that_is_gone_is_said(people: People, tmp_path: Path) -> None:
    path = tmp_path / "gone"
    path.write_bytes(b"x")
    sender = people("a")
    offered = await sender.offer(path)
    await sender.stop(offered.transfer)
    path.unlink()
    serve = msg.Serve(offered.transfer, offered.root, str(path), str(sender.manifest))
    await sender.send(serve)
    assert (await sender.heard(msg.Failed, offered.transfer)).code == "file-not-found"
    sender.manifest.write_bytes(b"damaged")
    await sender.send(msg.Serve(10**6, offered.root, str(path), str(sender.manifest)))
    assert (await sender.heard(msg.Failed, 10**6)).code == "manifest-lost"
    await sender.send(msg.Prepare(10**6 + 1, str(path), str(sender.manifest)))
    assert (await sender.heard(msg.Failed, 10**6 + 1)).code == "file-not-found"


async def test_caps_hold(people: People, tmp_path: Path) -> None:
    """At 1 MiB a second nobody is anywhere near the end after the first progress."""
    path = tmp_path / "capped"
    path.write_bytes(os.urandom(30 * MIB))
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(path)
    await receiver.send(msg.Cap(0, MIB))
    number = await receiver.fetch(offered)
    await connect(sender, offered.transfer, receiver, number)
    await receiver.until(lambda: any(_is_step(n) for n in receiver.notices))
    await asyncio.sleep(0.5)
    steps = [n for n in receiver.notices if isinstance(n, msg.Progress)]
    assert max(step.done for step in steps if step.lane is None) < 20 * MIB
    await receiver.send(msg.Cap(0, 0))
    await receiver.heard(msg.Done, number)
    assert tree(receiver.inbox) == {"capped": path.read_bytes()}


async def test_an_offer_that_was_smaller_is_refused(people: People, tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(bytes(2 * MIB))
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(path)
    small = msg.Prepared(offered.transfer, offered.root, "big", MIB, 1, False)
    number = await receiver.fetch(small)
    _, lane = await connect(sender, offered.transfer, receiver, number)
    assert (await receiver.heard(msg.Failed, number)).code == "offer-mismatch"
    assert (await receiver.heard(msg.LaneDown, lane)).code == "offer-mismatch"
    assert not tree(receiver.inbox)
