"""A signaling server that cheats: nothing leaks, each cheat is named, honest people meet."""

from __future__ import annotations

import re

import pytest

from tests.e2e.people import linked, online, status
from tests.e2e.programs import CheatingServer, Cli, Stage

pytestmark = pytest.mark.e2e

ROOM_NAME = "Laboratory"
LEAKS = rb"fingerprint|candidate|offer|answer|Laboratory|hello from| udp |ice-|127\.0"
"""Each of them long enough: of three letters a sealed payload has any by chance now and then."""


@pytest.fixture
def server(programs: Stage) -> CheatingServer:
    return programs.cheating_server()


def warned_of(programs: Stage, code: str) -> None:
    """Expect that programs write this code, and nothing else, to their logs."""
    programs.expect(rf"WARNING app\.services\.connection_manager: {code} ")


def meet(ana: Cli, bob: Cli) -> str:
    """Let Bob into a room of Ana's, without waiting for a link."""
    made = ana.ask("room_create", name=ROOM_NAME)
    bob.ask("room_join", code=made["code"])
    return str(made["room"])


def named(ana: Cli, bob: Cli, code: str) -> None:
    """Wait until one of them names the cheat; the text says who and where."""
    for cli, other in ((ana, bob), (bob, ana)):
        for notice in cli.events("error"):
            assert notice["code"] == code
            assert other.peer in notice["message"]
    assert ana.events("error") or bob.events("error")


def talk(ana: Cli, bob: Cli, room: str) -> None:
    """Both must hear each other, and nobody else is there."""
    linked(room, ana, bob)
    for one, other in ((ana, bob), (bob, ana)):
        message = one.say(room, f"hello from {one.name}")
        other.hear(f"hello from {one.name}")
        status(one, message, "delivered", by=other)


@pytest.mark.parametrize("how", ["modify", "swap"])
def test_changed_payloads(programs: Stage, server: CheatingServer, how: str) -> None:
    """Neither a bit nor a whole description with another certificate passes."""
    code = "signal-tampered"
    warned_of(programs, code)
    ana, bob = programs.people("Ana", "Bob", server=server.url)
    mark = server.cheat(how)
    room = meet(ana, bob)
    message = ana.say(room, "in spite of them")
    for _ in range(2):
        server.event("meddled", mark)
    victim = bob if ana.peer < bob.peer else ana
    victim.event("error", code=code)
    named(ana, bob, code)
    assert online(ana.ask("members", room=room)) == {ana.peer}
    assert not bob.events("message")

    server.cheat("honest")
    bob.hear("in spite of them")
    status(ana, message, "delivered", by=bob)
    talk(ana, bob, room)


def test_payloads_delivered_twice(programs: Stage, server: CheatingServer) -> None:
    warned_of(programs, "signal-replayed")
    ana, bob = programs.people("Ana", "Bob", server=server.url)
    server.cheat("double")
    room = meet(ana, bob)
    victim = bob if ana.peer < bob.peer else ana
    victim.event("error", code="signal-replayed")
    named(ana, bob, "signal-replayed")
    talk(ana, bob, room)


def test_old_payloads(programs: Stage, server: CheatingServer) -> None:
    """Played back to the same run and to a later one, they neither break nor make a link."""
    warned_of(programs, "signal-replayed")
    ana, bob = programs.people("Ana", "Bob", server=server.url)
    room = meet(ana, bob)
    talk(ana, bob, room)
    mark_a, mark_b = ana.mark(), bob.mark()
    server.cheat("repeat")
    ana.event("error", mark_a, code="signal-replayed")
    bob.event("error", mark_b, code="signal-replayed")
    talk(ana, bob, room)
    assert not [*ana.events("link", mark_a), *bob.events("link", mark_b)]

    mark_a = ana.mark()
    bob.quit()
    ana.event("link", mark_a, peer=bob.peer, state="offline")
    bob = programs.again(bob)
    server.cheat("repeat")  # what was on the way to Bob's earlier run may honestly come now, once
    server.cheat("repeat")
    bob.event("error", code="signal-replayed")
    talk(ana, bob, room)


def test_strangers_who_are_not_there(programs: Stage, server: CheatingServer) -> None:
    ana, bob = programs.people("Ana", "Bob", server=server.url)
    room = meet(ana, bob)
    server.cheat("ghosts")
    talk(ana, bob, room)
    server.cheat("ghosts")
    talk(ana, bob, room)
    assert len(ana.ask("members", room=room)["members"]) == 2
    bob.until(lambda reply: len(reply["links"]) > 1, "links")  # a stranger was looked for


def test_a_stranger_who_is_brought_in(programs: Stage, server: CheatingServer) -> None:
    """The server tells the rendezvous of a room to somebody who does not know its key."""
    ana, bob, mallory = programs.people("Ana", "Bob", "Mallory", server=server.url)
    room = meet(ana, bob)
    elsewhere = mallory.ask("room_create", name="Trap")["room"]
    server.cheat("introduce")
    for cli in (ana, bob):
        mallory.event("link", peer=cli.peer, state="online")
        cli.event("link", peer=mallory.peer, state="online")
    talk(ana, bob, room)
    mallory.say(elsewhere, "anybody here?")
    assert mallory.refused("history", room=room) == "unknown-room"
    assert not mallory.events("message")
    assert len(ana.ask("members", room=room)["members"]) == 2
    assert len(mallory.ask("members", room=elsewhere)["members"]) == 1
    assert not [n for n in ana.events("member") if n["peer"] == mallory.peer]


def test_a_lie_about_a_restart_breaks_no_link(programs: Stage, server: CheatingServer) -> None:
    ana, bob = programs.people("Ana", "Bob", server=server.url)
    room = meet(ana, bob)
    talk(ana, bob, room)
    marks = ana.mark(), bob.mark()
    server.cheat("reborn")
    talk(ana, bob, room)
    assert not [*ana.events("link", marks[0]), *bob.events("link", marks[1])]


def test_a_server_that_swallows_everything(programs: Stage, server: CheatingServer) -> None:
    ana, bob = programs.people("Ana", "Bob", server=server.url)
    mark = server.cheat("drop")
    room = meet(ana, bob)
    server.event("meddled", mark)
    ana.say(room, "are you there?")
    server.cheat("honest")
    bob.hear("are you there?")
    talk(ana, bob, room)


def test_the_server_reads_nothing(programs: Stage, server: CheatingServer) -> None:
    """What it relays names no address, no certificate and no word of the conversation."""
    ana, bob = programs.people("Ana", "Bob", server=server.url)
    talk(ana, bob, meet(ana, bob))
    server.cheat("tell")
    payloads = [bytes.fromhex(said["payload"]) for said in server.events("payload")]
    assert len(payloads) >= 2
    for payload in payloads:
        assert not re.search(LEAKS, payload)
