"""What lies elsewhere, or was touched since, is given again if it is what was offered."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.protocol import worker_messages as msg
from app.transport.bulk.manifest_files import load_manifest, load_seen
from tests.support.bulk_peers import BulkPeer, connect

_numbers = itertools.count(1_000_000)


@pytest.fixture
async def ana(tmp_path: Path) -> AsyncIterator[BulkPeer]:
    peer = BulkPeer(tmp_path / "ana")
    yield peer
    await peer.close()


@pytest.fixture
async def bo(tmp_path: Path) -> AsyncIterator[BulkPeer]:
    peer = BulkPeer(tmp_path / "bo")
    yield peer
    await peer.close()


def folder_at(path: Path) -> Path:
    (path / "sub").mkdir(parents=True)
    (path / "sub" / "a").write_bytes(os.urandom(1_500_000))
    (path / "empty").write_bytes(b"")
    (path / "b").write_bytes(b"b" * 10)
    return path


def seen(peer: BulkPeer) -> Path:
    return peer.home / "app" / "seen"


async def verify(
    peer: BulkPeer, offered: msg.Prepared, path: Path, *, received: bool = False
) -> msg.Prepared | msg.Failed:
    number = next(_numbers)
    name, manifest = offered.name, str(peer.manifest)
    await peer.send(
        msg.Verify(number, offered.root, name, str(path), manifest, str(seen(peer)), received)
    )
    found: list[msg.Prepared | msg.Failed] = []

    def is_over() -> bool:
        found[:] = [
            notice
            for notice in peer.notices
            if isinstance(notice, msg.Prepared | msg.Failed) and notice.transfer == number
        ]
        return bool(found)

    await peer.until(is_over)
    return found[0]


async def prepare(peer: BulkPeer, path: Path) -> msg.Prepared:
    number = next(_numbers)
    await peer.send(msg.Prepare(number, str(path), str(peer.manifest)))
    return await peer.heard(msg.Prepared, number)


async def fetched(ana: BulkPeer, bo: BulkPeer, offered: msg.Prepared, path: Path) -> Path:
    """Return where Bo has put what Ana gives from `path`."""
    number = next(_numbers)
    manifest, looks = str(ana.manifest), str(seen(ana))
    await ana.send(msg.Serve(number, offered.root, str(path), manifest, seen=looks))
    fetching = await bo.fetch(offered)
    await connect(ana, number, bo, fetching)
    return Path((await bo.heard(msg.Done, fetching)).path)


async def test_what_was_moved_renamed_and_touched_is_given(
    ana: BulkPeer, bo: BulkPeer, tmp_path: Path
) -> None:
    folder = folder_at(tmp_path / "Photos")
    offered = await prepare(ana, folder)
    moved = tmp_path / "Old photos"
    shutil.move(folder, moved)
    os.utime(moved / "b", (1, 1))
    (moved / "more").write_bytes(b"not offered")
    assert await verify(ana, offered, moved) == msg.Prepared(
        next(_numbers) - 1, offered.root, "Photos", offered.size, 3, is_folder=True
    )
    assert seen(ana).exists()
    got = await fetched(ana, bo, offered, moved)
    assert got.name == "Photos"
    assert (got / "sub" / "a").read_bytes() == (moved / "sub" / "a").read_bytes()
    assert sorted(path.name for path in got.iterdir()) == ["b", "empty", "sub"]


async def test_what_is_as_it_was_needs_no_note(ana: BulkPeer, tmp_path: Path) -> None:
    folder = folder_at(tmp_path / "Photos")
    offered = await prepare(ana, folder)
    os.utime(folder / "b", (1, 1))
    assert isinstance(await verify(ana, offered, folder), msg.Prepared)
    manifest = load_manifest(ana.manifest, offered.root)
    assert manifest is not None
    times = {entry.path: entry.mtime_ms for entry in load_seen(seen(ana), manifest).entries}
    assert times["b"] == 1000
    before = {entry.path: entry.mtime_ms for entry in manifest.entries}["b"]
    os.utime(folder / "b", ns=(0, before * 1_000_000))
    assert isinstance(await verify(ana, offered, folder), msg.Prepared)
    assert not seen(ana).exists()
    assert load_seen(seen(ana), manifest) is manifest
    seen(ana).write_bytes(b"broken")
    assert load_seen(seen(ana), manifest) is manifest


@pytest.mark.parametrize("change", ["content", "size", "missing", "link", "file"])
async def test_what_is_something_else_is_refused(
    ana: BulkPeer, tmp_path: Path, change: str
) -> None:
    folder = folder_at(tmp_path / "Photos")
    offered = await prepare(ana, folder)
    match change:
        case "content":
            (folder / "b").write_bytes(b"c" * 10)
        case "size":
            (folder / "b").write_bytes(b"b" * 11)
        case "missing":
            (folder / "empty").unlink()
        case "link":
            (folder / "b").rename(folder / "c")
            (folder / "b").symlink_to(folder / "c")
        case _:
            shutil.rmtree(folder)
            folder.write_bytes(b"b" * 10)
    failed = await verify(ana, offered, folder)
    assert isinstance(failed, msg.Failed)
    assert failed.code in {"file-differs", "file-unreadable"}
    assert not seen(ana).exists()


async def test_a_lost_manifest_is_made_again(ana: BulkPeer, tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(os.urandom(2_000_000))
    offered = await prepare(ana, path)
    ana.manifest.unlink()
    renamed = path.rename(tmp_path / "other name.pdf")
    assert isinstance(await verify(ana, offered, renamed), msg.Prepared)
    assert load_manifest(ana.manifest, offered.root) is not None
    ana.manifest.unlink()
    os.utime(renamed, (1, 1))
    failed = await verify(ana, offered, renamed)
    assert isinstance(failed, msg.Failed)
    assert failed.code == "file-differs"
    assert not ana.manifest.exists()
    failed = await verify(ana, offered, path)
    assert isinstance(failed, msg.Failed)
    assert failed.code == "file-not-found"


async def test_what_was_received_is_found_again_elsewhere(
    ana: BulkPeer, bo: BulkPeer, tmp_path: Path
) -> None:
    folder = tmp_path / "Photos"
    folder.mkdir()
    (folder / "con").write_bytes(b"a reserved name")
    offered = await prepare(ana, folder)
    got = await fetched(ana, bo, offered, folder)
    moved = got.rename(tmp_path / "elsewhere")
    assert not (moved / "con").exists()
    assert isinstance(await verify(bo, offered, moved, received=True), msg.Prepared)
    failed = await verify(bo, offered, folder, received=True)
    assert isinstance(failed, msg.Failed)
