"""What people do with messages that offer files, between real programs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.people import linked, room_of
from tests.e2e.people import shown as message_of
from tests.e2e.programs import Cli, Json, Server, Stage
from tests.e2e.sending import (
    accept,
    digest,
    done,
    file_of,
    in_state,
    inbox,
    offer,
    offered,
    shown,
)

pytestmark = pytest.mark.e2e
WORDS = "a long walk home"
LIFE = 15
"""Seconds that a message is there for its author: enough for two workers to start, and a file."""


def test_a_file_is_answered_marked_captioned_found_and_forwarded(
    programs: Stage, pair: list[Cli]
) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    question = bob.say(room, "Which plan?")
    ana.event("message", text="Which plan?")
    path = file_of(programs.folder / "from", 300_000, "plan.pdf")
    transfer = offer(ana, room, path, text="This one", reply_to=question)
    offered(bob, transfer)
    assert message_of(bob, room, transfer)["reply_to"] == question
    bob.ask("react", message=transfer, emoji="👍")
    bob.ask("pin", message=transfer)
    answer = bob.ask("send", room=room, text="Thanks", reply_to=transfer)["message"]
    ana.event("message", message=answer, reply_to=transfer)
    ana.ask("edit", message=transfer, text="This one, final")
    bob.event("changed", message=transfer, text="This one, final")
    details = ana.ask("details", message=transfer)
    assert [version["text"] for version in details["versions"]] == ["This one", "This one, final"]
    assert details["members"][0]["peer"] == bob.peer
    assert ana.ask("pinned", room=room)["messages"][0]["message"] == transfer
    for query in ("has:file", "plan", "final"):
        found = bob.ask("search", query=f"{query} in:Lab")["messages"]
        assert transfer in [one["message"] for one in found], query

    other = bob.ask("room_create", name="Cellar")
    assert bob.refused("forward", messages=[transfer], rooms=[other["room"]]) == "not-here"
    accept(programs, bob, transfer)
    done(bob, transfer)
    bob.ask("forward", messages=[transfer], rooms=[other["room"]])
    (again,) = [one for one in bob.history(other["room"]) if one["kind"] == "file"]
    assert (again["text"], again["forwarded_from"]) == ("This one, final", "Ana")
    ana.ask("delete", message=transfer)
    bob.event("changed", message=transfer, deleted=True)
    ana.ask("room_join", invite=other["invite"])
    linked(other["room"], ana, bob)
    accept(programs, ana, again["message"])
    assert digest(done(ana, again["message"])) == digest(path)


def test_what_is_read_is_listed_and_called_off(programs: Stage, pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    large = programs.folder / "large.img"
    large.touch()
    os.truncate(large, 200 << 30)
    number = ana.post("send_file", room=room, path=str(large))
    view: Json = {}
    while not view.get("done"):
        view = next(iter(ana.ask("transfers")["transfers"]), {})
    assert (view["state"], view["size"], view["digest"]) == ("preparing", 200 << 30, "")
    ana.ask("file_cancel", transfer=view["transfer"])
    assert ana.reply(number)["error"]["code"] == "offer-stopped"
    assert ana.ask("transfers")["transfers"] == []
    assert [one for one in ana.history(room) if one["kind"] == "file"] == []


def test_files_go_on_from_another_machine(
    programs: Stage, pair: list[Cli], common_server: Server
) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    stays = file_of(programs.folder / "from", 200_000, "stays.bin")
    moves = file_of(programs.folder / "from", 200_000, "moves.bin")
    first, second = offer(ana, room, stays), offer(ana, room, moves)
    given = offer(bob, room, file_of(programs.folder / "from", 1000, "given.bin"))
    accept(programs, ana, given)
    received = done(ana, given)
    path = programs.folder / "ana.parlor"
    ana.ask("export", path=str(path), passphrase=WORDS)
    ana.quit()
    lies = programs.folder / "elsewhere.bin"
    shutil.move(moves, lies)
    os.utime(lies, (1, 1))

    new = programs.start("Somebody", common_server.url).ready()
    new.ask("import", path=str(path), passphrase=WORDS)
    new.event("ready", peer=ana.peer)
    new.peer = ana.peer
    linked(room, new, bob)
    assert shown(new, given)["state"] == "done"
    assert shown(new, given)["path"] == str(received)
    assert (shown(new, second)["state"], shown(new, second)["reason"]) == ("failed", "source-gone")
    assert new.refused("file_resume", transfer=second) == "file-not-found"
    assert new.refused("file_locate", transfer=second, path=str(stays)) == "file-differs"
    new.ask("file_locate", transfer=second, path=str(lies))
    for transfer, source in ((first, stays), (second, lies)):
        accept(programs, bob, transfer)
        assert digest(done(bob, transfer)) == digest(source)


def test_a_file_outlives_a_message_that_disappears(programs: Stage, pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    ana.ask("vanish", room=room, seconds=LIFE)
    bob.event("room", room=room)
    path = file_of(programs.folder / "from", 1000, "short.bin")
    transfer = offer(ana, room, path)
    accept(programs, bob, transfer)
    there = done(bob, transfer)
    in_state(ana, transfer, "done")
    for cli in (ana, bob):
        cli.ask("read", room=room, message=transfer)
        cli.until(lambda reply: reply["transfers"] == [], "transfers")
        assert kept(cli) == []
    assert digest(there) == digest(path)
    assert there.parent == inbox(programs, bob)


def kept(cli: Cli) -> list[Path]:
    """Return what a program keeps of files beside its database."""
    return [path for path in cli.folder.rglob("*.manifest") if path.is_file()]
