"""Two people who are never there together, and a courier that cannot read what it keeps."""

from __future__ import annotations

import pytest

from tests.e2e.people import room_of, shown, status
from tests.e2e.programs import Cli, Server, Stage

pytestmark = pytest.mark.e2e

SECRET = "nobody but the two of us"


def courier(programs: Stage, server: str, *flags: str) -> Cli:
    """Start a courier."""
    folder = programs.folder / "Cora"
    cli = Cli(folder, "Cora", "--server", server, "--courier", *flags)
    return programs.keep(cli).ready().online()


def serves(cora: Cli, room: str, events: int) -> None:
    """Wait until the courier has so many events of a room."""

    def done(reply: dict[str, object]) -> bool:
        rooms = reply["rooms"]
        assert isinstance(rooms, list)
        return any(one["room"] == room and one["events"] >= events for one in rooms)

    cora.until(done, "courier_status")


def test_two_who_are_never_there_together(programs: Stage, common_server: Server) -> None:
    ana, bob = programs.people("Ana", "Bob", server=common_server.url)
    cora = courier(programs, common_server.url)
    room = room_of(ana, bob)
    ana.ask("room_courier_add", room=room, peer=cora.peer, name="Cora")
    serves(cora, room, 5)
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
