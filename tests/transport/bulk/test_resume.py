"""Whatever happens on the way: what came stays, and the rest comes later."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.protocol import worker_messages as msg
from tests.support.bulk_peers import CRAWL, BulkPeer, connect, tree
from tests.transport.bulk.conftest import People

MIB = 1024 * 1024
pytestmark = pytest.mark.usefixtures("uncounted_workers")
NO_TEXT = b"\x95\x01\xc4\x01r\xc4\x01p\xa1\xff\x00"
"""A state whose fourth field is not UTF-8."""


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "big.bin"
    path.write_bytes(os.urandom(24 * MIB + 3))
    return path


async def begun(sender: BulkPeer, receiver: BulkPeer, offered: msg.Prepared) -> int:
    number = await receiver.fetch(offered)
    await connect(sender, offered.transfer, receiver, number)
    return number


async def part_came(receiver: BulkPeer, number: int, least: int = 1) -> int:
    """Wait until some of it came; return how much."""
    found: list[int] = []

    def is_there() -> bool:
        found[:] = [
            n.done
            for n in receiver.notices
            if isinstance(n, msg.Progress) and n.lane is None and n.transfer == number
        ]
        return bool(found) and found[-1] >= least

    await receiver.until(is_there)
    return found[-1]


async def first_told(receiver: BulkPeer, number: int) -> int:
    """Return how much was there when a transfer went on."""
    await part_came(receiver, number, 0)
    return next(
        n.done
        for n in receiver.notices
        if isinstance(n, msg.Progress) and n.lane is None and n.transfer == number
    )


async def test_a_stop_loses_nothing(people: People, big: Path) -> None:
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(big)
    await sender.send(msg.Cap(CRAWL, 0))
    number = await begun(sender, receiver, offered)
    came = await part_came(receiver, number)
    await receiver.stop(number)
    assert receiver.state.exists()
    number = await receiver.fetch(offered)
    assert await first_told(receiver, number) >= came
    await sender.send(msg.Cap(0, 0))
    await connect(sender, offered.transfer, receiver, number)
    await receiver.heard(msg.Done, number)
    assert tree(receiver.inbox) == given(big)


async def test_a_stop_with_deletion_leaves_nothing(people: People, big: Path) -> None:
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(big)
    await sender.send(msg.Cap(CRAWL, 0))
    number = await begun(sender, receiver, offered)
    await part_came(receiver, number)
    await receiver.stop(number, delete=True)
    assert not tree(receiver.inbox)
    assert not tree(receiver.home / "app")


async def test_what_rests_can_be_discarded(people: People, big: Path) -> None:
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(big)
    await sender.send(msg.Cap(CRAWL, 0))
    number = await begun(sender, receiver, offered)
    files = str(receiver.inbox), str(receiver.manifest), str(receiver.state)
    await receiver.send(msg.Discard(number, offered.root, *files))
    assert (await receiver.heard(msg.Failed, number)).code == "already-running"
    await part_came(receiver, number)
    await receiver.stop(number)
    assert tree(receiver.inbox)
    receiver.notices.clear()
    await receiver.send(msg.Discard(number, offered.root, *files))
    await receiver.heard(msg.Stopped, number)
    assert not tree(receiver.inbox)
    assert not tree(receiver.home / "app")
    shutil.rmtree(receiver.inbox)
    await receiver.send(msg.Discard(10**6, offered.root, *files))
    await receiver.heard(msg.Stopped, 10**6)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["file", "folder"])
async def test_workers_are_killed_at_any_moment(
    people: People, tmp_path: Path, kind: str, seed: int
) -> None:
    """Both are killed, again and again; in the end everything is there once, and nothing else."""
    chance = random.Random(f"{kind}{seed}")
    path = tmp_path / "given"
    if kind == "file":
        path.write_bytes(os.urandom(20 * MIB))
    else:
        make_folder(path)
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(path)
    for _ in range(4):
        await sender.send(msg.Cap(chance.choice((0, 20 * MIB, 60 * MIB)), 0))
        number = await begun(sender, receiver, offered)
        await asyncio.sleep(chance.random() * 0.4)
        for one in chance.choice(((receiver,), (sender,), (sender, receiver))):
            deaths = one.deaths
            one.kill()
            await one.until(lambda one=one, deaths=deaths: one.deaths > deaths)  # type: ignore[misc]
        serve = msg.Serve(offered.transfer, offered.root, str(path), str(sender.manifest))
        await receiver.stop(number)
        if any(isinstance(n, msg.Done) and n.transfer == number for n in receiver.notices):
            break  # it was quicker than the kill: to fetch it again would be to want it twice
        await sender.stop(offered.transfer)
        await sender.send(serve)
    else:
        await sender.send(msg.Cap(0, 0))
        number = await begun(sender, receiver, offered)
    done = await receiver.heard(msg.Done, number)
    assert Path(done.path) == receiver.inbox / "given"
    assert tree(receiver.inbox) == given(path)


def given(path: Path) -> dict[str, bytes | None]:
    """What an inbox holds when it got `path` and nothing else."""
    if path.is_file():
        return {path.name: path.read_bytes()}
    below = {str(Path(path.name) / name): content for name, content in tree(path).items()}
    return {path.name: None, **below}


def make_folder(path: Path) -> None:
    for number in range(300):
        file = path / f"{number % 7}" / f"{number}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.urandom(number * 200))
    (path / "big").write_bytes(os.urandom(4 * MIB))
    (path / "empty").mkdir()


async def test_done_stays_done(people: People, big: Path) -> None:
    """A worker that dies before anybody heard that it is done does not begin again."""
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(big)
    first = await begun(sender, receiver, offered)
    path = (await receiver.heard(msg.Done, first)).path
    receiver.kill()
    await receiver.until(lambda: receiver.deaths == 1)
    again = await receiver.fetch(offered)
    assert (await receiver.heard(msg.Done, again)).path == path
    assert list(tree(receiver.inbox)) == ["big.bin"]
    # Gone from there it is fetched anew.
    await receiver.stop(again)
    await asyncio.to_thread(Path(path).unlink)
    third = await begun(sender, receiver, offered)
    await receiver.heard(msg.Done, third)
    assert tree(receiver.inbox) == given(big)


async def stopped_in_the_middle(people: People, path: Path) -> tuple[BulkPeer, BulkPeer, int]:
    """Return sender, receiver and how much came; the receiver has stopped."""
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(path)
    await sender.send(msg.Cap(CRAWL, 0))
    number = await begun(sender, receiver, offered)
    came = await part_came(receiver, number, 2 * MIB)
    await receiver.stop(number)
    await sender.send(msg.Cap(0, 0))
    return sender, receiver, came


def offer_of(peer: BulkPeer) -> msg.Prepared:
    return next(n for n in peer.notices if isinstance(n, msg.Prepared))


@pytest.mark.parametrize("damage", ["lost", "cut", "other", "text"])
async def test_a_damaged_state_is_made_anew_from_the_part(
    people: People, big: Path, damage: str
) -> None:
    sender, receiver, came = await stopped_in_the_middle(people, big)
    state = receiver.state.read_bytes()
    receiver.state.unlink()
    if damage != "lost":
        damaged = {"cut": state[:-3], "other": bytes(len(state)), "text": state[:32] + NO_TEXT}
        receiver.state.write_bytes(damaged[damage])
    number = await receiver.fetch(offer_of(sender))
    assert await first_told(receiver, number) >= came
    await connect(sender, offer_of(sender).transfer, receiver, number)
    await receiver.heard(msg.Done, number)
    assert tree(receiver.inbox) == given(big)


async def test_a_part_that_was_removed_is_fetched_anew(people: People, big: Path) -> None:
    sender, receiver, _ = await stopped_in_the_middle(people, big)
    for part in receiver.inbox.iterdir():
        part.unlink()
    number = await begun(sender, receiver, offer_of(sender))
    await receiver.heard(msg.Done, number)
    assert tree(receiver.inbox) == given(big)


async def test_a_folder_that_is_gone_is_said_and_mended(people: People, big: Path) -> None:
    sender, receiver, came = await stopped_in_the_middle(people, big)
    away = receiver.inbox.rename(receiver.home / "away")
    number = await fetch_without_folder(receiver, offer_of(sender))
    assert (await receiver.heard(msg.Failed, number)).code == "target-gone"
    away.rename(receiver.home / "inbox")
    number = await receiver.fetch(offer_of(sender))
    assert await first_told(receiver, number) >= came
    await connect(sender, offer_of(sender).transfer, receiver, number)
    await receiver.heard(msg.Done, number)
    assert tree(receiver.inbox) == given(big)


async def fetch_without_folder(receiver: BulkPeer, offered: msg.Prepared) -> int:
    number = await receiver.fetch(offered)
    await receiver.stop(number)
    receiver.notices.clear()
    receiver.inbox.rmdir()
    files = str(receiver.home / "inbox"), str(receiver.manifest), str(receiver.state)
    await receiver.send(msg.Fetch(number + 10**6, offered.root, offered.size, *files))
    return number + 10**6


async def test_a_part_that_vanishes_while_it_comes(people: People, big: Path) -> None:
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(big)
    await sender.send(msg.Cap(CRAWL, 0))
    number = await begun(sender, receiver, offered)
    await part_came(receiver, number)
    for part in receiver.inbox.iterdir():
        part.unlink()
    await sender.send(msg.Cap(0, 0))
    await receiver.until(lambda: any(ended(n, number) for n in receiver.notices))
    if any(isinstance(n, msg.Failed) for n in receiver.notices):
        assert (await receiver.heard(msg.Failed, number)).code == "target-gone"
        number = await begun(sender, receiver, offered)
        await receiver.heard(msg.Done, number)
    assert tree(receiver.inbox) == given(big)


def ended(notice: msg.Notice, number: int) -> bool:
    return isinstance(notice, msg.Done | msg.Failed) and notice.transfer == number


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 MiB, where this user may mount one."""
    disk = tmp_path / "b" / "inbox"
    disk.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=48m", "none", str(disk)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(command, check=False).returncode:
        pytest.skip("needs to mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


async def test_a_full_disk_is_said_before_it_is_filled(
    people: People, small_disk: Path, tmp_path: Path
) -> None:
    big = tmp_path / "too-big"
    big.write_bytes(bytes(50 * MIB))
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(big)
    number = await begun(sender, receiver, offered)
    assert (await receiver.heard(msg.Failed, number)).code == "disk-full"
    assert shutil.disk_usage(small_disk).used == 0


async def test_a_disk_that_fills_up_on_the_way(people: People, small_disk: Path, big: Path) -> None:
    sender, receiver = people("a"), people("b")
    offered = await sender.offer(big)
    await sender.send(msg.Cap(CRAWL, 0))
    number = await begun(sender, receiver, offered)
    came = await part_came(receiver, number)
    with (small_disk / "other").open("wb") as file:
        file.write(bytes(30 * MIB))
    await sender.send(msg.Cap(0, 0))
    failed = await receiver.heard(msg.Failed, number)
    assert failed.code == "disk-full"
    (small_disk / "other").unlink()
    number = await receiver.fetch(offered)
    assert await first_told(receiver, number) >= came
    await connect(sender, offered.transfer, receiver, number)
    await receiver.heard(msg.Done, number)
    assert tree(small_disk) == given(big)
