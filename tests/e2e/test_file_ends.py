"""Whatever ends in the middle of a file, or before it began: it arrives, whole."""

from __future__ import annotations

import os
import signal

import pytest

from tests.e2e.people import linked, room_of
from tests.e2e.programs import Cli, Server, Stage
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
    workers_of,
)

pytestmark = pytest.mark.e2e
SIZE = 16 * MEGABYTE


@pytest.mark.parametrize("how", ["quit", "kill"])
@pytest.mark.parametrize("who", ["sender", "receiver"])
def test_a_program_ends_in_the_middle(programs: Stage, pair: list[Cli], who: str, how: str) -> None:
    _, transfer, path = begun(programs, pair, SIZE)
    ana, bob = pair
    gone = ana if who == "sender" else bob
    gone.quit() if how == "quit" else gone.kill()
    again = programs.again(gone)
    ana, bob = (again, bob) if who == "sender" else (ana, again)
    ana.ask("file_settings", cap_up=0)
    assert digest(done(bob, transfer)) == digest(path)
    assert {one.name for one in inbox(programs, bob).iterdir()} == {"data.bin"}


@pytest.mark.parametrize("who", [0, 1])
def test_a_worker_is_killed_in_the_middle(programs: Stage, pair: list[Cli], who: int) -> None:
    programs.expect("the worker for files has ended")
    _, transfer, path = begun(programs, pair, SIZE)
    ana, bob = pair
    (worker,) = workers_of(pair[who])
    os.kill(worker, signal.SIGKILL)
    ana.ask("file_settings", cap_up=0)
    assert digest(done(bob, transfer)) == digest(path)
    assert shown(bob, transfer)["state"] == "done"


def test_who_was_away_gets_it_later_and_a_third_from_the_second(
    programs: Stage, common_server: Server
) -> None:
    ana, bob, cem = programs.people("Ana", "Bob", "Cem", server=common_server.url)
    room = room_of(ana, bob, cem)
    cem.quit()
    path = file_of(programs.folder / "from", 5 * MEGABYTE)
    transfer = offer(ana, room, path)
    offered(bob, transfer)
    bob.ask("file_accept", transfer=transfer, to=str(inbox(programs, bob)))
    done(bob, transfer)
    ana.event("file_done", transfer=transfer, peer=bob.peer)
    ana.quit()
    cem = programs.again(cem)
    linked(room, bob, cem)
    offered(cem, transfer)
    cem.ask("file_accept", transfer=transfer, to=str(inbox(programs, cem)))
    assert digest(done(cem, transfer)) == digest(path)
    ana = programs.again(ana)
    ana.event("file_done", transfer=transfer, peer=cem.peer)
    assert shown(ana, transfer)["state"] == "done"
