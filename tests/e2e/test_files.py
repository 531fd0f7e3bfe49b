"""Files between real programs: offered, taken or not, paused, and there in the end."""

from __future__ import annotations

import os

import pytest

from tests.e2e.lasting import lasting, pair, programs
from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Stage
from tests.e2e.sending import (
    MEGABYTE,
    begun,
    digest,
    done,
    file_of,
    inbox,
    offer,
    offered,
    shown,
)

__all__ = ["lasting", "pair", "programs"]
pytestmark = pytest.mark.e2e
SIZE = 16 * MEGABYTE


@pytest.mark.parametrize(
    ("name", "size"), [("data.bin", 24 * MEGABYTE), ("empty", 0), ("Приве́т 🎉 مرحبا.txt", 100)]
)
def test_a_file_arrives(programs: Stage, pair: list[Cli], name: str, size: int) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    path = file_of(programs.folder / "from", size, name)
    transfer = offer(ana, room, path, text="Here you are")
    said = offered(bob, transfer)
    assert (said["name"], said["size"], said["peer"]) == (name, size, ana.peer)
    assert bob.event("message", message=transfer)["file"]["digest"] == said["digest"]
    bob.ask("file_accept", transfer=transfer, to=str(inbox(programs, bob)))
    there = done(bob, transfer)
    assert there == inbox(programs, bob) / name
    assert digest(there) == digest(path)
    assert ana.event("file_done", transfer=transfer)["peer"] == bob.peer
    assert shown(ana, transfer)["state"] == "done"


def test_a_folder_arrives(programs: Stage, pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    path = programs.folder / "Photos"
    for number in range(300):
        (path / f"day {number % 7}").mkdir(parents=True, exist_ok=True)
        (path / f"day {number % 7}" / f"{number}.jpg").write_bytes(os.urandom(number))
    transfer = offer(ana, room, path)
    assert offered(bob, transfer)["files"] == 300
    bob.ask("file_accept", transfer=transfer, to=str(inbox(programs, bob)))
    assert digest(done(bob, transfer)) == digest(path)


def test_declined_cancelled_and_refused(programs: Stage, pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    first = offer(ana, room, file_of(programs.folder / "from", 10))
    second = offer(ana, room, file_of(programs.folder / "from", 10))
    offered(bob, second)
    bob.ask("file_decline", transfer=first)
    ana.event("file_failed", transfer=first, peer=bob.peer, code="declined")
    ana.ask("file_cancel", transfer=second)
    bob.event("file_failed", transfer=second, code="cancelled")
    assert bob.refused("file_accept", transfer=second) == "transfer-over"
    assert bob.refused("file_decline", transfer=first) == "transfer-over"
    assert ana.refused("file_accept", transfer=first) == "own-transfer"
    assert ana.refused("send_file", room=room, path="/does/not/exist") == "file-not-found"
    assert bob.refused("file_pause", transfer=ana.peer) == "unknown-transfer"
    views = bob.ask("transfers")["transfers"]
    states = [view["state"] for view in views if view["transfer"] in (first, second)]
    assert states == ["cancelled", "declined"]


def test_paused_and_resumed(programs: Stage, pair: list[Cli]) -> None:
    ana, bob = pair
    _, transfer, path = begun(programs, pair, SIZE)
    bob.ask("file_pause", transfer=transfer)
    rested = shown(bob, transfer)
    assert rested["state"] == "paused"
    ana.ask("file_settings", cap_up=0)
    bob.ask("file_resume", transfer=transfer)
    assert digest(done(bob, transfer)) == digest(path)
    assert rested["done"] < path.stat().st_size


def test_what_a_trusted_person_offers_comes_by_itself(programs: Stage, pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    folder = str(inbox(programs, bob))
    chosen = bob.ask(
        "file_settings", folder=folder, auto_folder=folder, trusted=[ana.peer], auto_limit=1000
    )
    assert (chosen["trusted"], chosen["auto_limit"], chosen["cap_up"]) == ([ana.peer], 1000, 0)
    path = file_of(programs.folder / "from", 1000)
    assert digest(done(bob, offer(ana, room, path))) == digest(path)
