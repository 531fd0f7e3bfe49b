"""Two people who are never there together, and a courier that cannot read what it keeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.crypto.authoring import is_opened_by
from app.crypto.room_keys import EpochKeys, epoch_keys
from app.domain.events import decode_event
from app.domain.ids import room_id
from app.storage.schema import TABLES
from tests.e2e.disks import opened
from tests.e2e.people import room_of, shown, status
from tests.e2e.programs import Cli, Json, Server, Stage

pytestmark = pytest.mark.e2e

SECRET = "nobody but the two of us"
BURST = 300
KEPT_SECONDS = 2.0
"""More than the part of a day that one of these couriers keeps what nobody comes for."""


def courier(programs: Stage, server: str, *flags: str) -> Cli:
    """Start a courier."""
    cli = Cli(programs.folder / "Cora", "Cora", "--server", server, "--courier", *flags)
    return programs.keep(cli).ready().online()


def served(room: str, fits: Callable[[Json], bool]) -> Callable[[Json], bool]:
    """Return what tells whether a courier's status of a room is as wanted."""
    return lambda reply: any(one["room"] == room and fits(one) for one in reply["rooms"])


def keeps(cora: Cli, room: str, events: int) -> None:
    """Wait until the courier has so many events of a room."""
    cora.until(served(room, lambda one: one["events"] >= events), "courier_status")


def with_courier(cora: Cli, founder: Cli, *others: Cli) -> str:
    """Return a room whose courier has all that was written."""
    room = room_of(founder, *others)
    founder.ask("room_courier_add", room=room, peer=cora.peer, name="Cora")
    keeps(cora, room, 4 + len(others))
    return room


def cells(folder: Path) -> Iterator[Any]:
    """Yield everything that a profile's database holds."""
    with opened(folder) as orm:
        for model in TABLES:
            for row in model.select().tuples().execute(orm):
                yield from row


def bytes_in(found: Iterable[Any]) -> list[bytes]:
    kept = (cell.encode() if isinstance(cell, str) else cell for cell in found)
    return [bytes(cell) for cell in kept if isinstance(cell, bytes | memoryview)]


def keys_of(folder: Path) -> list[EpochKeys]:
    """Return the keys of all rooms of a member."""
    with opened(folder) as orm:
        found = orm.execute_sql("SELECT epoch, secret FROM room_epoch").fetchall()
    return [epoch_keys(epoch, secret) for epoch, secret in found]


def check_that_it_is_blind(cora: Cli, member: Cli, room: str) -> None:
    """Nothing that an ended courier has says a word, and no key that it has opens an event."""
    kept = bytes_in(cells(cora.folder))
    assert not [cell for cell in kept if SECRET.encode() in cell or b"Lab" in cell]
    for known in keys_of(member.folder):
        ours = (known.body, known.govern, known.proof, known.rendezvous)
        assert not [cell for cell in kept if any(key in cell for key in ours)]
    named = room_id(room)
    wires = [cell for cell in kept if len(cell) > 165 and cell[1:17] == named]
    assert len(wires) >= 5
    pieces = {cell[at : at + 32] for cell in kept if len(cell) < 1024 for at in range(len(cell))}
    keys = [EpochKeys(0, one, one, one, one) for one in pieces if len(one) == 32]
    assert not any(is_opened_by(decode_event(wires[0]), one) for one in keys)


def test_two_who_are_never_there_together(programs: Stage, common_server: Server) -> None:
    ana, bob = programs.people("Ana", "Bob", server=common_server.url)
    cora = courier(programs, common_server.url)
    room = with_courier(cora, ana, bob)
    bob.until(lambda reply: len(reply["members"]) == 3, "members", room=room)
    assert bob.ask("members", room=room)["members"][-1]["role"] == "courier"
    bob.quit()

    said = ana.say(room, SECRET)
    status(ana, said, "sent", by=cora)
    ana.quit()
    cora.kill()
    cora = programs.again(cora)

    bob = programs.again(bob)
    assert bob.hear(SECRET)["author"] == ana.peer
    bob.ask("read", room=room, message=said)
    answer = bob.say(room, "and nobody else")
    status(bob, answer, "sent", by=cora)
    bob.quit()

    ana = programs.again(ana)
    ana.hear("and nobody else")
    status(ana, said, "read", by=bob)
    assert shown(ana, room, answer)["state"] == "delivered"
    assert cora.refused("history", room=room) == "courier-only"
    assert ana.refused("courier_status") == "courier-not-one"

    ana.ask("room_courier_remove", room=room, peer=cora.peer)
    cora.until(lambda reply: reply["rooms"] == [], "courier_status")
    ana.ask("room_courier_add", room=room, peer=cora.peer)
    keeps(cora, room, 7)
    requests = [ana.post("send", room=room, text=f"{SECRET} {n}") for n in range(BURST)]
    messages = [str(ana.reply(request)["message"]) for request in requests]
    status(ana, messages[BURST // 3], "sent", by=cora)
    cora.kill()
    ana.kill()
    told = {one["message"] for one in ana.events("status") if one["by"] == cora.peer}
    acknowledged = [message for message in messages if message in told]
    check_that_it_is_blind(cora, ana, room)
    cora = programs.again(cora)
    (kept,) = cora.ask("courier_status")["rooms"]
    assert kept["events"] >= 7 + len(acknowledged)


def test_what_it_keeps_is_bounded_and_forgotten(programs: Stage, common_server: Server) -> None:
    ana, bob = programs.people("Ana", "Bob", server=common_server.url)
    few = ["--courier-for", ana.peer, "--courier-quota", "0.01", "--courier-keep", "0.00002"]
    cora = courier(programs, common_server.url, *few)
    room = with_courier(cora, ana, bob)
    assert bob.refused("room_courier_add", room=room, peer=bob.peer) == "already-member"
    bob.ask("room_create", name="Mine")
    own = next(one["room"] for one in bob.ask("rooms")["rooms"] if one["name"] == "Mine")
    bob.ask("room_courier_add", room=own, peer=cora.peer)
    bob.event("error", code="courier-not-allowed")
    bob.quit()
    big = ana.say(room, "x" * 12_000)
    ana.event("error", code="courier-full")
    assert shown(ana, room, big)["state"] == "queued"
    (couriers,) = [ana.ask("room_couriers", room=room)["couriers"]]
    assert [(one["state"], one["reason"]) for one in couriers] == [("refused", "courier-full")]
    told = cora.ask("courier_status")
    assert told["used"] <= told["quota"] == 10485
    assert served(room, lambda one: one["full"] and one["events"] == 5)(told)

    ana.quit()
    assert told["link"].startswith("parlor:")
    cora.quit()
    time.sleep(KEPT_SECONDS)
    programs.again(cora).until(lambda told: told["rooms"] == [], "courier_status")
