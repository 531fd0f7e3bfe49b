"""A changed version between real programs: what is here already is not sent again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.lasting import lasting, pair, programs
from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Stage
from tests.e2e.sending import MEGABYTE, accept, digest, done, file_of, offer, shown

__all__ = ["lasting", "pair", "programs"]
pytestmark = pytest.mark.e2e
SIZE = 12 * MEGABYTE + 345


def touch(path: Path) -> None:
    os.utime(path, (1_700_000_000, 1_700_000_000))


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(os.urandom(1000))


def overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(SIZE // 2)
        file.write(os.urandom(1000))


def insert(path: Path) -> None:
    path.write_bytes(b"!" + path.read_bytes())


def cut_out(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:3_000_000] + content[4_000_001:])


def sent(programs: Stage, people: list[Cli], room: str, path: Path) -> tuple[Path, int]:
    """Offer and receive; return where it lies and how many bytes had to come."""
    author, *others = people
    transfer = offer(author, room, path)
    for other in others:
        accept(programs, other, transfer)
    came = [done(other, transfer) for other in others]
    assert {digest(one) for one in came} == {digest(path)}
    view = shown(others[-1], transfer)
    return came[-1], view["size"] - view.get("reused", 0)


@pytest.mark.parametrize(
    ("change", "most"), [(touch, 0), (append, 1), (overwrite, 1), (insert, 1), (cut_out, 1)]
)
def test_only_what_changed_in_a_file_comes(
    programs: Stage, pair: list[Cli], change: Callable[[Path], None], most: int
) -> None:
    room = room_of(*pair)
    path = file_of(programs.folder / "from", SIZE)
    assert sent(programs, pair, room, path)[1] == SIZE
    change(path)
    came, fetched = sent(programs, pair, room, path)
    assert came.name == "data (2).bin"
    assert fetched <= most * MEGABYTE


def test_only_what_changed_in_a_folder_comes(programs: Stage, pair: list[Cli]) -> None:
    room = room_of(*pair)
    folder = programs.folder / "from"
    for number in range(100):
        file_of(folder, 40_000, f"small {number:02}")
    file_of(folder, 3 * MEGABYTE, "big")
    sent(programs, pair, room, folder)
    (folder / "small 00").write_bytes(os.urandom(30_000))
    file_of(folder, 40_000, "a new one")
    (folder / "small 99").unlink()
    (folder / "big").rename(folder / "big one")
    _, fetched = sent(programs, pair, room, folder)
    assert 0 < fetched <= 2 * MEGABYTE


def test_whatever_became_of_the_version_before_it_arrives_whole(
    programs: Stage, pair: list[Cli]
) -> None:
    room = room_of(*pair)
    path = file_of(programs.folder / "from", SIZE)
    before, _ = sent(programs, pair, room, path)
    overwrite(before)
    insert(path)
    before, fetched = sent(programs, pair, room, path)
    assert fetched <= 3 * MEGABYTE
    before.rename(before.with_name("renamed by me"))
    insert(path)
    before, fetched = sent(programs, pair, room, path)
    assert fetched <= 3 * MEGABYTE  # of the first, which is changed but there
    for one in before.parent.iterdir():
        one.unlink()
    insert(path)
    before, fetched = sent(programs, pair, room, path)
    assert fetched == path.stat().st_size
    before.unlink()
    shutil.copytree(programs.folder / "from", before)
    insert(path)
    assert sent(programs, pair, room, path)[1] == path.stat().st_size


def test_it_does_not_matter_who_gave_the_version_before(programs: Stage, trio: list[Cli]) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    path = file_of(programs.folder / "from", SIZE)
    came, _ = sent(programs, [ana, bob, eve], room, path)
    insert(came)
    assert sent(programs, [eve, bob, ana], room, came)[1] == MEGABYTE
