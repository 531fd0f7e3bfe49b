"""What lies in the way of a file, disks that fail, and what is left after a crash."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.domain.manifest import PIECE_SIZE, Entry, Layout, Manifest
from app.protocol.piece_map import PieceMap
from app.transport.bulk import folders, part_files, targets
from app.transport.bulk.failures import target_error
from app.transport.bulk.folders import Folder
from app.transport.bulk.part_files import PartFiles
from app.transport.bulk.resume import VERSION, ResumeState, load_state, save_state
from app.transport.bulk.targets import Target, discard, part_name
from tests.support.bulk_peers import tree
from tests.transport.bulk.contents import PART, ROOT, manifest_of, piece_of


@pytest.fixture
def one_file(tmp_path: Path) -> Target:
    target = Target(tmp_path, PART, manifest_of([b"hello"], is_folder=False))
    target.begin()
    return target


def write(target: Target, piece: int, content: bytes) -> None:
    with closing(PartFiles(target.part)) as files:
        files.write(piece, memoryview(content))


def no_name(_name: str, _inode: int) -> None:
    """Nothing is remembered."""


def test_disks_without_links_overwrite_nothing_either(
    one_file: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    write(one_file, 0, b"hello")
    (tmp_path / "given").write_bytes(b"mine")
    assert one_file.complete(no_name).name == "given (2)"
    assert tree(tmp_path) == {"given": b"mine", "given (2)": b"hello"}
    one_file.close()


def test_a_name_that_is_taken_at_the_last_moment(one_file: Target, tmp_path: Path) -> None:
    write(one_file, 0, b"hello")
    tried: list[str] = []

    def take(name: str, _inode: int) -> None:
        tried.append(name)
        if len(tried) == 1:
            (tmp_path / name).write_bytes(b"mine")

    assert one_file.complete(take).name == "given (2)"
    assert tree(tmp_path) == {"given": b"mine", "given (2)": b"hello"}
    one_file.close()


def test_a_folder_whose_name_is_taken_at_the_last_moment(tmp_path: Path) -> None:
    target = Target(tmp_path, PART, manifest_of([]))
    target.begin()

    def take(name: str, _inode: int) -> None:
        (tmp_path / name).mkdir(exist_ok=True)

    with pytest.raises(AppError, match="target changed"):
        target.complete(take)
    assert not any((tmp_path / "given").iterdir())
    assert (tmp_path / PART / "bare").is_dir()
    target.close()


def test_a_crash_between_the_two_names_of_a_file(one_file: Target, tmp_path: Path) -> None:
    """It was linked to its final name, but the part was not yet unlinked."""
    write(one_file, 0, b"hello")
    one_file.close()
    os.link(tmp_path / PART, tmp_path / "given")
    inode = (tmp_path / PART).stat().st_ino
    again = Target(tmp_path, PART, manifest_of([b"hello"], is_folder=False))
    assert again.placed_before("other", inode) is None
    assert again.placed_before("given", inode + 1) is None
    assert again.placed_before("given", inode) == tmp_path / "given"
    assert tree(tmp_path) == {"given": b"hello"}
    again.close()


@pytest.mark.parametrize("plant", ["link", "hard link", "pipe", "folder"])
def test_nothing_but_a_file_of_our_own_is_written_to(
    one_file: Target, tmp_path: Path, plant: str
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    part = tmp_path / PART
    plants: dict[str, Callable[[], None]] = {
        "link": lambda: part.symlink_to(victim),
        "hard link": lambda: part.hardlink_to(victim),
        "pipe": lambda: os.mkfifo(part),
        "folder": part.mkdir,
    }
    plants[plant]()
    with pytest.raises(AppError, match="target changed"):
        write(one_file, 0, b"hello")
    assert victim.read_bytes() == b"precious"
    one_file.close()


def test_a_part_that_is_replaced_is_not_taken_for_ours(tmp_path: Path) -> None:
    contents = [os.urandom(PIECE_SIZE + 1)]
    target = Target(tmp_path, PART, manifest_of(contents, is_folder=False))
    target.begin()
    write(target, 0, contents[0][:PIECE_SIZE])
    other = tmp_path / "other"
    other.write_bytes(bytes(PIECE_SIZE + 1))
    other.replace(tmp_path / PART)
    for action in (
        target.sync,
        lambda: write(target, 1, contents[0][PIECE_SIZE:]),
        lambda: target.lost(PieceMap.full(2)),
    ):
        with pytest.raises(AppError, match="target gone"):
            action()
    target.close()


def test_pieces_of_files_that_are_gone_are_lost(tmp_path: Path) -> None:
    contents = [b"small", os.urandom(PIECE_SIZE + 1), b"other"]
    manifest = manifest_of(contents)
    target = Target(tmp_path, PART, manifest)
    target.begin()
    layout = Layout([len(content) for content in contents])
    for piece in range(layout.count):
        write(target, piece, piece_of(contents, layout, piece))
    target.close()
    (tmp_path / PART / "2" / "2").unlink()
    again = Target(tmp_path, PART, manifest)
    again.begin()
    assert not again.is_new
    small = next(p for p in range(layout.count) if layout.slices(p)[-1].entry == 2)
    assert again.lost(PieceMap.full(layout.count)) == [small]
    right = [piece for piece, is_right in again.found(PieceMap(layout.count)) if is_right]
    assert right == [piece for piece in range(layout.count) if piece != small]
    assert again.part.take_written() == {1}
    shutil.rmtree(tmp_path / PART / "1")
    again.close()
    third = Target(tmp_path, PART, manifest)
    third.begin()
    assert len(third.lost(PieceMap.full(layout.count))) == layout.count
    third.close()


def test_few_files_and_folders_are_open_at_once(tmp_path: Path) -> None:
    contents = [os.urandom(PIECE_SIZE) for _ in range(part_files.MAX_OPEN + 3)]
    entries = tuple(Entry(f"f{n}/g/{n}", PIECE_SIZE, 0) for n in range(len(contents)))
    target = Target(tmp_path, PART, Manifest("given", True, entries))
    target.begin()
    with closing(PartFiles(target.part)) as files:
        for piece, content in enumerate(contents):
            files.write(piece, memoryview(content))
        assert len(files._open) == part_files.MAX_OPEN
        assert len(files._folders) == part_files.MAX_FOLDERS
        buffer = memoryview(bytearray(PIECE_SIZE))
        assert [bytes(files.read_into(n, buffer)) for n in range(len(contents))] == contents
    target.close()


def test_a_small_file_that_was_longer_is_cut(one_file: Target, tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(b"hello there")
    write(one_file, 0, b"hello")
    assert (tmp_path / PART).read_bytes() == b"hello"
    os.truncate(tmp_path / PART, 2)
    with closing(PartFiles(one_file.part)) as files, pytest.raises(AppError, match="target gone"):
        files.read_into(0, memoryview(bytearray(10)))
    one_file.close()


def test_each_is_synced_where_a_disk_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "elsewhere")
    target = Target(tmp_path, PART, manifest_of([b"x"] * 40))
    target.begin()
    write(target, 0, b"x" * 40)
    target.sync()
    assert target.complete(no_name) == tmp_path / "given"
    target.close()


def test_other_platforms_name_whole_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_RELATIVE", False)
    monkeypatch.setattr(part_files, "_HAS_PWRITE", False)
    monkeypatch.setattr(part_files, "_TIMES_OPEN_FILES", False)
    contents = [b"small", os.urandom(PIECE_SIZE + 1), b""]
    manifest = manifest_of(contents)
    layout = Layout([len(content) for content in contents])
    target = Target(tmp_path, PART, manifest)
    target.begin()
    for piece in range(layout.count):
        write(target, piece, piece_of(contents, layout, piece))
    assert not target.lost(PieceMap.full(layout.count))
    path = target.complete(no_name)
    found = tree(path)
    assert [found[entry.path] for entry in manifest.entries] == contents
    target.close()
    (tmp_path / "link").symlink_to(path, target_is_directory=True)
    home = Folder.open(tmp_path)
    for name in ("link", "given/0/0"):
        with pytest.raises(NotADirectoryError):
            home.child(name, make=False)
    with pytest.raises(NotADirectoryError):
        Folder.open(path / "0" / "0")


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(AppError, match="target gone"):
        Target(tmp_path / "nowhere", PART, manifest_of([]))
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(AppError, match="target changed"):
        Target(file, PART, manifest_of([]))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EDQUOT, "disk-full"),
        (errno.EFBIG, "file-too-large"),
        (errno.EACCES, "folder-unwritable"),
        (errno.EROFS, "folder-unwritable"),
        (errno.ENOENT, "target-gone"),
        (errno.EIO, "disk-failed"),
    ],
)
def test_what_a_disk_says_has_a_code(number: int, code: str, tmp_path: Path) -> None:
    assert target_error(OSError(number, "why"), tmp_path).code == code


def test_room_is_left_on_the_disk(one_file: Target) -> None:
    one_file.ensure_room(5)
    one_file.ensure_room(0)
    with pytest.raises(AppError, match="disk full"):
        one_file.ensure_room(1 << 60)
    one_file.close()


def test_a_part_is_discarded_with_all_in_it(tmp_path: Path) -> None:
    (tmp_path / PART / "sub").mkdir(parents=True)
    (tmp_path / PART / "sub" / "x").touch()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    (tmp_path / PART / "link").symlink_to(outside)
    discard(tmp_path, PART)
    discard(tmp_path, PART)
    discard(tmp_path / "gone", PART)
    assert tree(tmp_path) == {"outside": None, "outside/kept": b""}


def test_parts_have_names_of_their_own() -> None:
    names = {
        part_name(ROOT, Path("/a/1")),
        part_name(ROOT, Path("/b/1")),
        part_name(ROOT, Path("2")),
    }
    assert len(names) == 2
    assert all(name.startswith(".") and name.endswith(".part") for name in names)


def test_what_is_remembered_is_whole_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state"
    state = ResumeState(VERSION, ROOT, b"\x80", "given", 7)
    assert load_state(path, ROOT) is None
    save_state(path, state)
    assert load_state(path, ROOT) == state
    assert load_state(path, b"o" * 32) is None
    raw = path.read_bytes()
    for bad in (raw[:-1], raw[:40], b"", raw[:32] + b"\xc1", bytes([raw[0] ^ 1]) + raw[1:]):
        path.write_bytes(bad)
        assert load_state(path, ROOT) is None
    save_state(path, ResumeState(VERSION + 1, ROOT, b""))
    assert load_state(path, ROOT) is None

    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        save_state(path, state)
    assert [one.name for one in tmp_path.iterdir()] == ["state"]


def test_too_many_of_the_same_name(
    one_file: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "MAX_NUMBER", 3)
    write(one_file, 0, b"hello")
    (tmp_path / "given").touch()
    (tmp_path / "given (2)").touch()
    with pytest.raises(AppError, match="target changed"):
        one_file.complete(no_name)
    one_file.close()


def test_a_part_that_vanishes_at_the_end(one_file: Target, tmp_path: Path) -> None:
    write(one_file, 0, b"hello")
    one_file.sync()
    (tmp_path / PART).unlink()
    with pytest.raises(AppError, match="target gone"):
        one_file.complete(no_name)
    home = Folder.open(tmp_path)
    with pytest.raises(FileNotFoundError):
        home.place(PART, "given")
    home.close()
    one_file.close()


def test_what_was_written_but_not_noted_is_found(tmp_path: Path) -> None:
    contents = [os.urandom(4 * PIECE_SIZE)]
    manifest = manifest_of(contents, is_folder=False)
    target = Target(tmp_path, PART, manifest)
    target.begin()
    write(target, 2, contents[0][2 * PIECE_SIZE :][:PIECE_SIZE])
    write(target, 1, bytes(PIECE_SIZE))
    target.close()
    again = Target(tmp_path, PART, manifest)
    again.begin()
    assert list(again.found(PieceMap(4))) == [(1, False), (2, True)]
    again.close()
