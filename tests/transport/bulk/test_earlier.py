"""A new version of what was received before: only what changed comes again."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import AppError
from app.domain.manifest import PIECE_SIZE, Layout, Manifest
from app.protocol import worker_messages as msg
from app.protocol.piece_map import PieceMap
from app.transport.bulk import earlier, fetching
from app.transport.bulk.earlier import files_of, likely_files, pieces_at_hand
from app.transport.bulk.fetching import FetchJob
from app.transport.bulk.manifest_files import save_manifest
from app.transport.bulk.resume import load_state
from app.transport.bulk.surveying import digest_all, survey
from tests.support.bulk_peers import BulkPeer, connect, tree
from tests.transport.bulk.conftest import People

Change = Callable[[bytes], bytes]


def manifest_of(path: Path) -> Manifest:
    return digest_all(path, survey(path), lambda _done, _size: None)


def pieces(path: Path, old: Manifest, new: Manifest, *, received: bool = True) -> dict[int, bytes]:
    done = PieceMap(Layout([entry.size for entry in new.entries]).count)
    found = {}
    with closing(likely_files(path, old, received=received)) as files:
        for piece, content in pieces_at_hand(files, old, new, done):
            assert done.add(piece)
            found[piece] = bytes(content)
    return found


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


def test_equal_pieces_are_each_found(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(bytes(PIECE_SIZE))
    new.write_bytes(bytes(3 * PIECE_SIZE))
    assert list(pieces(old, manifest_of(old), manifest_of(new))) == [0, 1, 2]


def test_whatever_became_of_it_only_what_is_right_is_taken(
    versions: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = versions
    was, wanted = manifest_of(old), manifest_of(new)
    with old.open("r+b") as file:
        file.write(b"changed")
    assert list(pieces(old, was, wanted)) == [2, 3]
    os.truncate(old, 3 * PIECE_SIZE + 5)
    assert list(pieces(old, was, wanted)) == [2]
    old.write_bytes(b"0123456" + new.read_bytes())
    assert list(pieces(old, was, wanted)) == [0, 1, 2, 3, 4]
    old.unlink()
    assert not pieces(old, was, wanted)
    old.mkdir()
    assert not pieces(old, was, wanted)
    monkeypatch.setattr(earlier, "MAX_LOOKED_FOR", 4)
    assert not pieces(new, wanted, wanted)


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes there")
def test_a_pipe_in_its_place_makes_nobody_wait(versions: tuple[Path, Path]) -> None:
    old, new = versions
    was, wanted = manifest_of(old), manifest_of(new)
    old.unlink()
    os.mkfifo(old)
    assert not pieces(old, was, wanted)


def inserted(content: bytes) -> bytes:
    return b"!" + content


def moved_about(content: bytes) -> bytes:
    cut = 3 * PIECE_SIZE + 12_345
    return content[cut:] + content[:cut]


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        (inserted, {0}),
        (lambda content: os.urandom(2 * PIECE_SIZE + 7) + content, {0, 1, 2}),
        (lambda content: content[4_000_001:], set()),
        (lambda content: content[: 5 * PIECE_SIZE + 9] + b"word" + content[5_500_000:], {5}),
        (moved_about, {7}),
        (lambda content: content + b"at the end", {11}),
    ],
)
def test_what_moved_within_a_file_is_found(
    tmp_path: Path, change: Change, lacking: set[int]
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(random.Random(7).randbytes(11 * PIECE_SIZE + 321))
    new.write_bytes(change(old.read_bytes()))
    wanted = manifest_of(new)
    found = pieces(old, manifest_of(old), wanted)
    count = len(wanted.digests) // 32
    assert set(range(count)) - set(found) == lacking
    content = new.read_bytes()
    assert all(b == content[n * PIECE_SIZE :][:PIECE_SIZE] for n, b in found.items())


def folder_of(path: Path, *names: str) -> Path:
    """Make a folder with small files, each the same at each call, and a big one."""
    for name in names:
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        big = name.endswith("big")
        size = 3 * PIECE_SIZE + 5 if big else 100_000
        file.write_bytes(random.Random(name.rpartition("/")[2]).randbytes(size))
        os.utime(file, (1_700_000_000, 1_700_000_000))
    return path


def names_of(wanted: Manifest, found: dict[int, bytes]) -> set[str]:
    """Return the files that were found whole."""
    layout = Layout([entry.size for entry in wanted.entries])
    lacking = set(range(layout.count)) - set(found)
    gone = {part.entry for piece in lacking for part in layout.slices(piece)}
    return {one.path for number, one in enumerate(wanted.entries) if number not in gone}


def test_a_small_file_more_costs_the_piece_that_it_is_in(tmp_path: Path) -> None:
    many = [f"sub/{number:03}" for number in range(60)]
    old = folder_of(tmp_path / "old", *many, "sub/big")
    new = folder_of(tmp_path / "new", *many, "sub/big", "sub/000a")
    wanted = manifest_of(new)
    found = names_of(wanted, pieces(old, manifest_of(old), wanted))
    assert {f"sub/{number:03}" for number in range(15, 60)} | {"sub/big"} <= found
    assert "sub/000a" not in found


def test_what_has_another_name_or_lies_elsewhere_is_found(tmp_path: Path) -> None:
    many = [f"sub/{number:03}" for number in range(30)]
    old = folder_of(tmp_path / "old", *many, "sub/big")
    new = folder_of(tmp_path / "new", *(f"other/{name}" for name in many), "renamed/big")
    wanted = manifest_of(new)
    assert len(names_of(wanted, pieces(old, manifest_of(old), wanted))) == 31
    alone = old / "sub" / "big"
    content = b"!" + alone.read_bytes()
    alone.rename(tmp_path / "alone")
    was = manifest_of(tmp_path / "alone")
    (new / "renamed" / "big").unlink()
    (new / "alone").write_bytes(content)
    wanted = manifest_of(new)
    assert names_of(wanted, pieces(tmp_path / "alone", was, wanted)) == {"alone"} - {"alone"}
    assert len(pieces(tmp_path / "alone", was, wanted)) == 3


def test_of_names_that_are_one_the_first_is_found(tmp_path: Path) -> None:
    """What was received has them as `a` and `A (2)`, which is not looked up."""
    given = folder_of(tmp_path / "given", "A/1big", "a/2big")
    was = manifest_of(given)
    came = tmp_path / "came"
    given.rename(came)
    (came / "a").rename(came / "a (2)")
    assert names_of(was, pieces(came, was, was)) == {"A/1big"}
    with closing(files_of(came, was, received=True)) as files:
        assert {files.path_of(number) for number in range(2)} == {
            f"{came}/A/1big",
            f"{came}/a (2)/2big",
        }


def test_an_own_folder_is_read_by_its_own_names(tmp_path: Path) -> None:
    old = folder_of(tmp_path / "old", "aux", "nul/big")
    was = manifest_of(old)
    assert len(pieces(old, was, was, received=False)) == 5
    assert not pieces(old, was, was, received=True)


def test_it_may_be_stopped_at_any_time(versions: tuple[Path, Path]) -> None:
    old, new = versions
    was, wanted = manifest_of(old), manifest_of(new)

    def stop() -> None:
        raise AppError("stopped")

    with closing(likely_files(old, was, received=True)) as files:
        found = pieces_at_hand(files, was, wanted, PieceMap(5), stop)
        with pytest.raises(AppError, match="stopped"):
            next(found)


def test_what_was_copied_before_it_was_paused_is_noted(
    versions: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = versions
    app = tmp_path / "app"
    before = msg.Earlier(str(app / "old"), str(old), save_manifest(app / "old", manifest_of(old)))
    root = save_manifest(app / "new", manifest_of(new))
    command = msg.Fetch(
        1, root, new.stat().st_size, str(tmp_path), str(app / "new"), str(app / "state"), (before,)
    )
    told: list[msg.Notice] = []
    job = FetchJob(command, told.append)

    def two(*args: Any) -> Iterator[tuple[int, memoryview]]:
        yield from islice(pieces_at_hand(*args), 2)
        job.stop(delete=False)
        yield from pieces_at_hand(*args)

    monkeypatch.setattr(fetching, "pieces_at_hand", two)
    job.start()
    job.join(60)
    assert told[-1] == msg.Stopped(1)
    state = load_state(app / "state", root)
    assert state is not None
    assert list(PieceMap.decode(state.pieces, 5).present()) == [0, 2]


async def test_only_what_changed_is_sent(people: People, tmp_path: Path) -> None:
    folder = tmp_path / "given"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "big").write_bytes(os.urandom(6 * PIECE_SIZE))
    (folder / "aux").write_bytes(os.urandom(2 * PIECE_SIZE))
    sender, receiver = people("a"), people("b")
    first = await sender.offer(folder)
    number = await receiver.fetch(first)
    await connect(sender, first.transfer, receiver, number)
    path = (await receiver.heard(msg.Done, number)).path
    before = msg.Earlier(str(receiver.manifest), path, first.root)

    with (folder / "sub" / "big").open("ab") as file:
        file.write(os.urandom(10))
    second = await sender.offer(folder)
    # With the manifest at hand all that is here is in place before there is anybody to ask.
    receiver.manifest.with_name("manifest-2").write_bytes(sender.manifest.read_bytes())
    nothing = msg.Earlier("/nowhere", "/nowhere", b"")
    number = await receiver.fetch(second, nothing, before, name="-2")
    await receiver.until(lambda: told(receiver, number) >= second.size - 10)
    await connect(sender, second.transfer, receiver, number)
    await receiver.heard(msg.Done, number)
    came = tree(receiver.inbox / "given (2)")
    assert came["sub/big"] == (folder / "sub" / "big").read_bytes()
    assert came["_aux"] == (folder / "aux").read_bytes()
    last = (await receiver.heard(msg.Progress, number)).reused
    assert last == second.size - 10


def told(receiver: BulkPeer, number: int) -> int:
    """Return how much of a transfer was there at the last telling."""
    steps = [n for n in receiver.notices if isinstance(n, msg.Progress) and n.transfer == number]
    return steps[-1].done if steps else 0
