"""Somebody whose program keeps to no rule about files, seen from outside.

Mallory is a real program on real links and lanes, with a worker that lies (`hostile_worker`).
"""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

import pytest

from tests.e2e.hostile_cli import NAMES
from tests.e2e.hostile_lies import ODD_NAMES
from tests.e2e.people import room_of
from tests.e2e.programs import Cli, Program, Server, Stage
from tests.e2e.sending import (
    MEGABYTE,
    accept,
    digest,
    done,
    file_of,
    inbox,
    offer,
    offered,
    workers_of,
)

pytestmark = pytest.mark.e2e

BOUND = 64 * MEGABYTE
"""Bytes that a worker may take more than when it has done nothing yet."""


class HostileCli(Cli):
    """`parlor-cli` with a worker for files that lies."""

    def __init__(self, folder: Path, name: str, *arguments: str) -> None:
        self.folder, self.name, self.arguments, self.clock = folder, name, arguments, 0.0
        self._ids = count(1)
        own = ["--data-dir", str(folder), "--name", name, "--no-lan", *arguments]
        errors = folder.with_name(f"{folder.name}.stderr")
        Program.__init__(self, "tests.e2e.hostile_cli", own, errors)


@pytest.fixture
def people(programs: Stage, common_server: Server) -> tuple[Cli, Cli, Cli]:
    """Ana and Bob, who are honest, and Mallory."""
    ana, bob = (programs.start(name, common_server.url) for name in ("Ana", "Bob"))
    folder = programs.folder / "Mallory"
    mallory = programs.keep(HostileCli(folder, "Mallory", "--server", common_server.url))
    for cli in (ana, bob, mallory):
        cli.ready().online()
    return ana, bob, mallory


def peak(worker: int) -> int:
    """Return the most memory that a process has ever had resident, in bytes."""
    status = Path(f"/proc/{worker}/status").read_text("ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found, status
    return int(found[1]) * 1024


def warm(programs: Stage, room: str, giver: Cli, taker: Cli) -> int:
    """Move something small, so that there is a worker; return what that takes."""
    path = file_of(programs.folder / "from", 10, f"warm for {taker.name}")
    transfer = offer(giver, room, path)
    accept(programs, taker, transfer)
    done(taker, transfer)
    return peak(workers_of(taker)[0])


def lie(programs: Stage, mallory: Cli, room: str, name: str) -> str:
    return offer(mallory, room, file_of(programs.folder / "lies", 1, name))


def trees(folder: Path) -> dict[str, int]:
    """Everything below a folder, hidden things too, with sizes."""
    return {str(one.relative_to(folder)): one.lstat().st_size for one in folder.rglob("*")}


REFUSED = {
    "bigger": ("failed", "offer-mismatch"),
    "smaller": ("failed", "offer-mismatch"),
    "tiny-files": ("failed", "offer-mismatch"),
    "no-manifest": ("failed", "manifest-malformed"),
    "outside-0": ("failed", "bad-path"),
    "outside-1": ("failed", "bad-path"),
    "outside-2": ("failed", "bad-path"),
    "outside-3": ("failed", "bad-path"),
    "outside-4": ("failed", "bad-path"),
    "outside-5": ("failed", "bad-path"),
    "wrong-digest": ("waiting", "wrong-digest"),
    "short-piece": ("waiting", "bad-piece-size"),
    "unasked": ("waiting", "unasked-piece"),
    "news": ("waiting", "flood"),
    "nonsense": ("waiting", "bad-bulk-frame"),
    "other-manifest": ("waiting", "manifest-mismatch"),
    "endless-manifest": ("waiting", "manifest-too-large"),
    "ten-million": ("waiting", "manifest-too-large"),
}
"""What becomes of each lie: over, or tried again now and then, for the lane may be to blame."""


def refused(cli: Cli, transfer: str, state: str, code: str) -> None:
    """Wait until a transfer is told to have failed, or to wait, for this reason."""
    cli.until(
        lambda reply: any(
            (view["transfer"], view["state"], view.get("reason")) == (transfer, state, code)
            for view in reply["transfers"]
        ),
        "transfers",
    )
    if state == "failed":
        cli.event("file_failed", transfer=transfer, code=code)


def test_what_is_not_as_it_was_offered_is_refused_and_named(
    programs: Stage, people: tuple[Cli, Cli, Cli]
) -> None:
    """Whatever is offered falsely, others' files come, and nothing else is touched."""
    ana, bob, mallory = people
    room = room_of(ana, bob, mallory)
    base = warm(programs, room, ana, bob)
    ana.ask("file_settings", cap_up=MEGABYTE)
    slow = offer(ana, room, file_of(programs.folder / "from", 12 * MEGABYTE, "slow.bin"))
    accept(programs, bob, slow)
    before = trees(programs.folder)
    for name, (state, code) in REFUSED.items():
        transfer = lie(programs, mallory, room, name)
        accept(programs, bob, transfer)
        refused(bob, transfer, state, code)
        bob.ask("file_cancel", transfer=transfer)
    assert peak(workers_of(bob)[0]) - base < BOUND
    ana.ask("file_settings", cap_up=0)
    assert done(bob, slow).name == "slow.bin"
    names = {path.name for path in inbox(programs, bob).iterdir()}
    assert names == {"slow.bin", "warm for Bob"}
    assert not strange(before, trees(programs.folder))


def strange(before: dict[str, int], after: dict[str, int]) -> set[str]:
    """What is new that is not ours."""
    own = re.compile(r"^(Ana|Bob|Mallory)(-\d+)?(/|\.stderr)|^(lies|from|inbox of Bob)(/|$)")
    return {path for path in after.keys() - before.keys() if not own.search(path)}


CUT_OFF = {
    "beyond": "bad-bulk-frame",
    "floods": "flood",
    "asks-for-ever": "flood",
    "sends-pieces": "unasked-piece",
    "nonsense": "bad-bulk-frame",
}
"""By what somebody is cut off who takes files in this way."""


def test_who_takes_without_keeping_to_the_rules_is_cut_off_and_named(
    programs: Stage, people: tuple[Cli, Cli, Cli]
) -> None:
    """One who never reads and one who says nothing are there all the time, and cost little."""
    ana, bob, mallory = people
    room = room_of(ana, bob, mallory)
    warm(programs, room, bob, ana)
    base = peak(workers_of(ana)[0])
    for greed in ("never-reads", "says-nothing", *CUT_OFF):
        path = file_of(programs.folder / "from", 16 * MEGABYTE, f"{greed}.bin")
        transfer = offer(ana, room, path)
        folder = programs.folder / greed
        folder.mkdir()
        offered(mallory, transfer)
        mallory.ask("file_accept", transfer=transfer, to=str(folder))
        if greed in CUT_OFF:
            said = ana.event("file_failed", transfer=transfer, peer=mallory.peer)
            assert said["code"] == CUT_OFF[greed], greed
    accept(programs, bob, transfer)
    assert digest(done(bob, transfer)) == digest(path)
    assert peak(workers_of(ana)[0]) - base < BOUND


def test_odd_names_are_mended_and_links_lead_nowhere(
    programs: Stage, people: tuple[Cli, Cli, Cli]
) -> None:
    _ana, bob, mallory = people
    room = room_of(mallory, bob)
    outside = programs.folder / "outside"
    outside.mkdir()
    (outside / "kept").write_text("mine", "ascii")
    target = inbox(programs, bob)
    (target / "lie").symlink_to(outside, target_is_directory=True)
    (target / "lie (2)").symlink_to(outside / "kept")
    transfer = lie(programs, mallory, room, "odd-names")
    accept(programs, bob, transfer)
    there = done(bob, transfer)
    assert there == target / "lie (3)"
    names = sorted(path.name for path in there.iterdir())
    assert len(names) == len(ODD_NAMES)
    assert not any(re.search(r"[\u202a-\u202e\u2066-\u2069\n\t?*<>|]", name) for name in names)
    assert len({name.casefold() for name in names}) == len(names)
    assert [path.name for path in outside.iterdir()] == ["kept"]
    assert (outside / "kept").read_text("ascii") == "mine"


def test_offers_that_no_program_makes_are_not_shown(
    programs: Stage, people: tuple[Cli, Cli, Cli]
) -> None:
    """Nothing is offered by them, and what is said later is heard."""
    ana, bob, mallory = people
    room = room_of(ana, bob, mallory)
    for name in NAMES:
        lie(programs, mallory, room, name)
    mallory.say(room, "did you get it?")
    for cli in (ana, bob):
        cli.hear("did you get it?")
        assert not cli.events("file_offer")
        assert not cli.ask("transfers")["transfers"]
    honest = offer(ana, room, file_of(programs.folder / "from", 1000))
    accept(programs, bob, honest)
    done(bob, honest)
