"""What people do to a transfer under way, and what disks do: a clear state, and a way on."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.lasting import lasting, pair, programs
from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Json, Server, Stage
from tests.e2e.sending import (
    MEGABYTE,
    SLOW,
    accept,
    begun,
    digest,
    done,
    file_of,
    held_back,
    in_state,
    inbox,
    moving,
    offer,
    shown,
)
from tests.support.netns import needs_hosts

__all__ = ["lasting", "pair", "programs"]
pytestmark = pytest.mark.e2e
SIZE = 16 * MEGABYTE
AS_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")
"""Root for whom the modes of files hold."""


def failed(cli: Cli, transfer: str, code: str) -> Json:
    """Wait until a transfer has failed for this reason."""
    cli.event("file_failed", transfer=transfer, code=code)
    view = shown(cli, transfer)
    assert (view["state"], view["reason"]) == ("failed", code)
    return view


def nothing_in(folder: Path) -> bool:
    return not list(folder.iterdir())


def arrives(ana: Cli, bob: Cli, transfer: str, path: Path) -> None:
    """Let the rest come as fast as it may: whole, and with nothing beside it."""
    ana.ask("file_settings", cap_up=0)
    there = done(bob, transfer)
    assert digest(there) == digest(path)
    assert [one.name for one in there.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("who", [0, 1])
def test_either_side_pauses_and_goes_on(programs: Stage, pair: list[Cli], who: int) -> None:
    _, transfer, path = begun(programs, pair, SIZE)
    pauses, other = pair[who], pair[1 - who]
    pauses.ask("file_pause", transfer=transfer)
    in_state(pauses, transfer, "paused")
    in_state(other, transfer, "waiting", "paused", "offered")
    had = shown(pair[1], transfer)["done"]
    assert 0 < had < SIZE
    assert not (inbox(programs, pair[1]) / path.name).exists()
    pauses.ask("file_resume", transfer=transfer)
    arrives(pair[0], pair[1], transfer, path)


def test_who_receives_cancels_and_takes_it_after_all(programs: Stage, pair: list[Cli]) -> None:
    _, transfer, path = begun(programs, pair, SIZE)
    ana, bob = pair
    bob.ask("file_cancel", transfer=transfer)
    in_state(bob, transfer, "declined")
    ana.event("file_failed", transfer=transfer, peer=bob.peer, code="declined")
    assert nothing_in(inbox(programs, bob))
    accept(programs, bob, transfer)
    arrives(ana, bob, transfer, path)


def test_who_sends_cancels(programs: Stage, pair: list[Cli]) -> None:
    _, transfer, _ = begun(programs, pair, SIZE)
    ana, bob = pair
    ana.ask("file_cancel", transfer=transfer)
    bob.event("file_failed", transfer=transfer, code="cancelled")
    in_state(bob, transfer, "cancelled")
    bob.until(lambda _: nothing_in(inbox(programs, bob)), "transfers")
    assert bob.refused("file_resume", transfer=transfer) == "transfer-over"


def test_the_target_is_removed(programs: Stage, pair: list[Cli]) -> None:
    _, transfer, path = begun(programs, pair, SIZE)
    ana, bob = pair
    shutil.rmtree(inbox(programs, bob))
    ana.ask("file_settings", cap_up=SLOW)
    failed(bob, transfer, "target-gone")
    assert not (programs.folder / f"inbox of {bob.name}").exists()
    bob.ask("file_accept", transfer=transfer, to=str(inbox(programs, bob)))
    arrives(ana, bob, transfer, path)


def folder_of(path: Path) -> Path:
    for number in range(SIZE // MEGABYTE):
        file_of(path, MEGABYTE, f"{number}.bin")
    return path


@pytest.mark.parametrize("how", ["changed", "removed"])
def test_the_source_does_not_stay_as_it_was(programs: Stage, pair: list[Cli], how: str) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    path = folder_of(programs.folder / "Photos")
    shutil.copytree(path, kept := programs.folder / "kept")
    ana.ask("file_settings", cap_up=SLOW)
    transfer = offer(ana, room, path)
    accept(programs, bob, transfer)
    moving(bob, transfer, MEGABYTE)
    held_back(ana)
    if how == "changed":
        for one in path.iterdir():
            one.write_bytes(b"something else")
    else:
        shutil.rmtree(path)
    ana.ask("file_settings", cap_up=SLOW)
    failed(ana, transfer, "source-changed" if how == "changed" else "file-not-found")
    in_state(bob, transfer, "waiting", "failed")
    assert shown(bob, transfer)["done"] > 0
    shutil.copytree(kept, path, dirs_exist_ok=True)
    ana.ask("file_resume", transfer=transfer)
    arrives(ana, bob, transfer, path)


def test_a_file_that_is_removed_while_it_is_read_arrives(programs: Stage, pair: list[Cli]) -> None:
    _, transfer, path = begun(programs, pair, SIZE)
    was = digest(path)
    path.unlink()
    pair[0].ask("file_settings", cap_up=0)
    assert digest(done(pair[1], transfer)) == was


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a disk of its own that is soon full."""
    disk = tmp_path / "disk"
    disk.mkdir()
    options = f"size={SIZE + 32 * MEGABYTE}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "parlor", disk], check=True, timeout=30)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True, timeout=30)


@needs_hosts
def test_the_disk_becomes_full(programs: Stage, pair: list[Cli], small_disk: Path) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    path = file_of(programs.folder / "from", SIZE)
    ana.ask("file_settings", cap_up=SLOW)
    transfer = offer(ana, room, path)
    bob.event("file_offer", transfer=transfer)
    filling = file_of(small_disk, SIZE + 24 * MEGABYTE, "filling")
    assert bob.refused("file_accept", transfer=transfer, to=str(small_disk)) == "disk-full"
    filling.unlink()
    target = small_disk / "target"
    target.mkdir()
    bob.ask("file_accept", transfer=transfer, to=str(target))
    moving(bob, transfer, MEGABYTE)
    held_back(ana)
    with suppress(OSError):
        file_of(small_disk, SIZE + 32 * MEGABYTE, "filling")
    assert failed(bob, transfer, "disk-full")["done"] >= MEGABYTE
    filling.unlink()
    bob.ask("file_resume", transfer=transfer)
    arrives(ana, bob, transfer, path)


@needs_hosts
def test_the_folder_may_not_be_written_to(programs: Stage, common_server: Server) -> None:
    ana = programs.start("Ana", common_server.url)
    bob = programs.start("Bob", common_server.url, prefix=AS_OTHERS)
    for cli in (ana, bob):
        cli.ready().online()
    room = room_of(ana, bob)
    path = file_of(programs.folder / "from", SIZE)
    ana.ask("file_settings", cap_up=SLOW)
    transfer = offer(ana, room, path)
    bob.event("file_offer", transfer=transfer)
    target = inbox(programs, bob)
    target.chmod(0o555)
    to = str(target)
    assert bob.refused("file_accept", transfer=transfer, to=to) == "folder-unwritable"
    target.chmod(0o755)
    bob.ask("file_accept", transfer=transfer, to=to)
    moving(bob, transfer, MEGABYTE)
    held_back(ana)
    target.chmod(0o555)
    ana.ask("file_settings", cap_up=0)
    failed(bob, transfer, "folder-unwritable")
    target.chmod(0o755)
    bob.ask("file_resume", transfer=transfer)
    arrives(ana, bob, transfer, path)


@needs_hosts
def test_what_may_not_be_read_is_not_offered(programs: Stage, common_server: Server) -> None:
    ana = programs.start("Ana", common_server.url, prefix=AS_OTHERS).ready().online()
    room = str(ana.ask("room_create", name="Lab")["room"])
    path = file_of(programs.folder / "from", 10)
    path.chmod(0)
    assert ana.refused("send_file", room=room, path=str(path)) == "file-unreadable"
