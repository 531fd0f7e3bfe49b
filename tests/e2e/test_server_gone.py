"""The signaling server goes away: whoever is linked goes on talking, and it is found again."""

from __future__ import annotations

import pytest

from tests.e2e.people import linked, room_of, same_history, status
from tests.e2e.programs import Cli, Server, Stage

pytestmark = pytest.mark.e2e


@pytest.fixture
def server(programs: Stage) -> Server:
    return programs.server()


def exchange(people: list[Cli], room: str, when: str) -> None:
    for author in people:
        message = author.say(room, f"{author.name} {when}")
        for other in people:
            if other is not author:
                other.hear(f"{author.name} {when}")
                status(author, message, "delivered", by=other)


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_the_conversation_goes_on(programs: Stage, server: Server, how: str) -> None:
    people = programs.people("Ana", "Bob", "Eve", server=server.url)
    ana, bob, eve = people
    room = room_of(*people)
    marks = [cli.mark() for cli in people]
    if how == "stopped":
        server.terminate()
        assert server.end() == 0
    else:
        server.kill()
    for cli, mark in zip(people, marks, strict=True):
        lost = cli.event("server", mark, state="offline")
        assert lost["server"] == server.url
        assert lost["reason"]
    exchange(people, room, "without a server")
    for cli, mark in zip(people, marks, strict=True):
        cli.event("server", mark, state="connecting")
        assert not cli.events("link", mark)
        assert {link["state"] for link in cli.ask("links")["links"]} == {"online"}
    assert ana.refused("directory", query="") == "no-server"
    made = ana.ask("room_create", name="Made without a server")
    bob.ask("room_join", code=made["code"])
    bob.event("member", room=made["room"], peer=ana.peer, state="joined")
    linked(made["room"], ana, bob)

    programs.server(server.port)
    for cli, mark in zip(people, marks, strict=True):
        cli.ask("connect", server=server.url)
        cli.event("server", mark, state="online")
    eve.ask("room_join", invite=made["invite"])
    linked(made["room"], *people)
    exchange(people, room, "with the next one")
    assert not [
        link for cli, mark in zip(people, marks, strict=True) for link in cli.events("link", mark)
    ]
    same_history(room, people, 6)


def test_waits_grow_until_it_is_back(programs: Stage, server: Server) -> None:
    ana = programs.people("Ana", server=server.url)[0]
    mark = ana.mark()
    server.kill()
    for _ in range(3):
        ana.event("server", mark, state="offline")
        ana.event("server", mark, state="connecting")
        mark = ana.mark()
    programs.server(server.port)
    ana.ask("connect", server=server.url)
    ana.event("server", mark, state="online")


def test_a_server_that_was_never_there(programs: Stage) -> None:
    server = programs.server()
    server.kill()
    ana = programs.start("Ana", server.url).ready()
    ana.event("server", state="offline", reason="server-unreachable")
    room = ana.ask("room_create", name="Alone")["room"]
    ana.say(room, "still works")
    programs.server(server.port)
    ana.event("server", state="online")
    assert ana.texts(room) == ["still works"]


def test_two_servers_and_one_dies(programs: Stage, server: Server) -> None:
    """People who share any server meet; losing the other one changes nothing for them."""
    second = programs.server()
    ana, bob = (programs.start(name, server.url, second.url).ready() for name in ("Ana", "Bob"))
    for cli in (ana, bob):
        for url in (server.url, second.url):
            cli.event("server", server=url, state="online")
    room = room_of(ana, bob)
    assert len(ana.ask("directory", query="Bo")["people"]) == 1
    server.kill()
    ana.event("server", server=server.url, state="offline")
    exchange([ana, bob], room, "on the second")
    bob.kill()
    bob = programs.again(bob)
    linked(room, ana, bob)
    ana.ask("disconnect", server=server.url)
    assert ana.refused("disconnect", server=server.url) == "unknown-server"
