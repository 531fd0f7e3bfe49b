"""A new version of what was received before: only what changed comes again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.domain.manifest import PIECE_SIZE, Layout, Manifest
from app.protocol import worker_messages as msg
from app.protocol.piece_map import PieceMap
from app.transport.bulk import earlier
from app.transport.bulk.earlier import pieces_at_hand
from app.transport.bulk.sources import digest_all, survey
from tests.support.bulk_peers import BulkPeer, connect, tree
from tests.transport.bulk.conftest import People


def manifest_of(path: Path) -> Manifest:
    return digest_all(path, survey(path), lambda _done, _size: None)


def pieces(path: Path, old: Manifest, new: Manifest) -> dict[int, bytes]:
    count = Layout([entry.size for entry in new.entries]).count
    found = pieces_at_hand(path, old, new, PieceMap(count))
    return {piece: bytes(content) for piece, content in found}


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Path, Path]:
    """Return a file and its next version: the second of its pieces changed, one more at the end."""
    content = [os.urandom(PIECE_SIZE) for _ in range(5)]
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"".join(content[:4]))
    new.write_bytes(b"".join([content[0], content[4], content[2], content[3], b"more"]))
    return old, new


def test_equal_pieces_are_found(versions: tuple[Path, Path]) -> None:
    old, new = versions
    content = new.read_bytes()
    expected = {n: content[n * PIECE_SIZE :][:PIECE_SIZE] for n in (0, 2, 3)}
    assert pieces(old, manifest_of(old), manifest_of(new)) == expected


def test_what_was_changed_or_removed_is_passed_over(
    versions: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = versions
    was, wanted = manifest_of(old), manifest_of(new)
    found = old.stat()
    with old.open("r+b") as file:
        file.write(b"changed secretly")
    os.utime(old, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert list(pieces(old, was, wanted)) == [2, 3]
    os.utime(old)
    assert not pieces(old, was, wanted)
    old.unlink()
    assert not pieces(old, was, wanted)
    monkeypatch.setattr(earlier, "MAX_LOOKED_FOR", 4)
    assert not pieces(new, wanted, wanted)


async def test_only_what_changed_is_sent(people: People, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "big").write_bytes(os.urandom(6 * PIECE_SIZE))
    (folder / "aux").write_bytes(os.urandom(2 * PIECE_SIZE))
    sender, receiver = people("a"), people("b")
    first = await sender.offer(folder)
    number = await receiver.fetch(first)
    await connect(sender, first.transfer, receiver, number)
    before = (str(receiver.manifest), (await receiver.heard(msg.Done, number)).path, first.root)

    with (folder / "sub" / "big").open("ab") as file:
        file.write(os.urandom(10))
    second = await sender.offer(folder)
    # With the manifest at hand all that is here is in place before there is anybody to ask.
    receiver.manifest.with_name("manifest-2").write_bytes(sender.manifest.read_bytes())
    number = await receiver.fetch(second, ("/nowhere", "/nowhere", b""), before, name="-2")
    await receiver.until(lambda: told(receiver, number) >= second.size - 10)
    await connect(sender, second.transfer, receiver, number)
    await receiver.heard(msg.Done, number)
    came = tree(receiver.inbox / "given (2)")
    assert came["sub/big"] == (folder / "sub" / "big").read_bytes()
    assert came["_aux"] == (folder / "aux").read_bytes()


def told(receiver: BulkPeer, number: int) -> int:
    """Return how much of a transfer was there at the last telling."""
    steps = [n for n in receiver.notices if isinstance(n, msg.Progress) and n.transfer == number]
    return steps[-1].done if steps else 0
