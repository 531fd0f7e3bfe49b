"""Not everybody is there all the time; everything arrives all the same."""

from __future__ import annotations

import pytest

from tests.e2e.disks import readers
from tests.e2e.people import linked, room_of, same_history, shown, status
from tests.e2e.programs import Cli, Server, Stage

pytestmark = pytest.mark.e2e


def test_written_before_anybody_came_even_in_an_earlier_run(
    programs: Stage, common_server: Server
) -> None:
    ana, bob = programs.people("Ana", "Bob", server=common_server.url)
    made = ana.ask("room_create", name="Lab")
    first = ana.say(made["room"], "one")
    ana.quit()
    ana = programs.again(ana)
    second = ana.say(made["room"], "two")
    bob.ask("room_join", code=made["code"])
    bob.hear("two")
    for message in (first, second):
        status(ana, message, "delivered", by=bob)
    assert same_history(made["room"], [ana, bob], 2) == ["one", "two"]


def test_written_without_a_server(programs: Stage, common_server: Server) -> None:
    ana, bob = programs.people("Ana", "Bob", server=common_server.url)
    room = room_of(ana, bob)
    mark = ana.mark()
    bob.quit()
    ana.event("link", mark, peer=bob.peer, state="offline")
    ana.ask("disconnect", server=common_server.url)
    queued = ana.say(room, "when you are back")
    assert shown(ana, room, queued)["state"] == "queued"
    bob = programs.again(bob)
    assert ana.refused("directory", query="Bob") == "no-server"
    ana.ask("connect", server=common_server.url)
    bob.hear("when you are back")
    status(ana, queued, "delivered", by=bob)


def test_everything_restarts(programs: Stage) -> None:
    server = programs.server()
    people = programs.people("Ana", "Bob", "Eve", server=server.url)
    room = room_of(*people)
    for number, cli in enumerate(people):
        cli.say(room, f"before {number}")
    before = same_history(room, people, 3)
    for cli in people:
        cli.quit()
    server.terminate()
    assert server.end() == 0
    programs.server(server.port)
    people = [programs.again(cli) for cli in people]
    linked(room, *people)
    for number, cli in enumerate(people):
        cli.say(room, f"after {number}")
    after = same_history(room, people, 6)
    assert after[:3] == before
    assert all(cli.ask("rooms")["rooms"][0]["name"] == "Lab" for cli in people)


def test_delivery_through_a_third_member(programs: Stage, trio: list[Cli]) -> None:
    """Ana writes while only Eve is there and goes; Bob hears it from Eve, and Ana of that."""
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    mark = ana.mark()
    bob.quit()
    ana.event("link", mark, peer=bob.peer, state="offline")
    message = ana.say(room, "tell Bob")
    status(ana, message, "delivered", by=eve)
    assert shown(ana, room, message)["state"] == "sent"
    ana.quit()

    bob = programs.again(bob)
    heard = bob.hear("tell Bob")
    assert (heard["author"], heard["name"], heard["message"]) == (ana.peer, "Ana", message)
    bob.ask("read", room=room, message=message)
    eve.ask("read", room=room, message=message)
    both = {bob.peer, eve.peer}
    eve.until(lambda _: readers(eve, ana) == both, "whoami")  # receipts are signed rarely
    bob.quit()
    eve.kill()
    eve = programs.again(eve)

    ana = programs.again(ana)
    for reader in (bob, eve):
        status(ana, message, "read", by=reader)
    assert shown(ana, room, message)["state"] == "read"
    bob = programs.again(bob)
    same_history(room, [ana, bob, eve], 1)


def test_a_newcomer_gets_the_whole_history_from_anybody(trio: list[Cli]) -> None:
    ana, bob, eve = trio
    made = ana.ask("room_create", name="Lab")
    room = made["room"]
    bob.ask("room_join", code=made["code"])
    sent = [ana.post("send", room=room, text=f"number {number}") for number in range(300)]
    for number in sent:
        assert ana.reply(number)["ok"]
    bob.hear("number 299")
    ana.quit()
    eve.ask("room_join", invite=made["invite"])
    eve.hear("number 299")
    assert same_history(room, [bob, eve], 300) == [f"number {number}" for number in range(300)]
    assert eve.ask("rooms")["rooms"][0]["name"] == "Lab"
