"""People whose machines are hours off the right time, among others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.e2e.people import equal_histories, findings, room_of
from tests.e2e.programs import Cli, Server, Stage

pytestmark = pytest.mark.e2e

HOUR = 3600
NEAR = 600
"""Seconds that a shown time may be off: what the services take for a right clock."""


def age(moment: str) -> float:
    """Return how many seconds ago this was."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def talk_in_turn(people: list[Cli], room: str, rounds: int, first: int = 0) -> list[str]:
    """Let everybody answer the last word; return what was said, in that order."""
    said = []
    for number in range(first, first + rounds):
        author = people[number % len(people)]
        said.append(f"number {number}")
        author.say(room, said[-1])
        for other in people:
            if other is not author:
                other.hear(said[-1])
    return said


@pytest.mark.parametrize("hours", [5, -5])
def test_one_wrong_clock_among_right_ones(
    programs: Stage, common_server: Server, hours: int
) -> None:
    """It is put right by the others: the order is that of the talk, the times are the real ones."""
    ana, bob = programs.people("Ana", "Bob", server=common_server.url)
    eve = programs.start("Eve", common_server.url, clock=hours * HOUR).ready().online()
    people = [ana, bob, eve]
    room = room_of(*people)
    said = talk_in_turn(people, room, 9)
    assert equal_histories(room, people, 9) == said
    for message in eve.history(room):
        assert abs(age(message["time"])) < NEAR
    [clock] = findings(eve, "clock")
    assert clock["ok"] is False
    assert f"{abs(hours)} h {'fast' if hours > 0 else 'slow'}" in clock["text"]
    [theirs] = findings(ana, "peer-clock", peer=eve.peer)
    assert f"{abs(hours)} h {'ahead of' if hours > 0 else 'behind'} yours" in theirs["text"]


def test_everybody_else_is_wrong(programs: Stage, common_server: Server) -> None:
    """One clock before, one after the right time: still nothing goes to the wrong place."""
    ana = programs.start("Ana", common_server.url, clock=-30 * HOUR)
    bob = programs.start("Bob", common_server.url, clock=30 * HOUR)
    eve = programs.start("Eve", common_server.url)
    people = [cli.ready().online() for cli in (ana, bob, eve)]
    room = room_of(*people)
    said = talk_in_turn(people, room, 9)
    assert equal_histories(room, people, 9) == said


def test_written_in_the_future_before_anybody_could_tell(
    programs: Stage, common_server: Server
) -> None:
    """What a wrong clock stamped while alone never pushes what is written now to the top."""
    bob = programs.start("Bob", clock=30 * HOUR).ready()
    made = bob.ask("room_create", name="Lab")
    bob.say(made["room"], "from tomorrow")
    bob.ask("connect", server=common_server.url)
    bob.online()
    [ana] = programs.people("Ana", server=common_server.url)
    ana.ask("room_join", code=made["code"])
    ana.event("link", peer=bob.peer, state="online")
    ana.say(made["room"], "from today")
    bob.hear("from today")
    bob.say(made["room"], "heard you")
    ana.hear("heard you")
    ana.say(made["room"], "fine")
    bob.hear("fine")
    talk = ["from today", "heard you", "fine"]
    assert [text for text in ana.texts(made["room"]) if text != "from tomorrow"] == talk
    assert [text for text in bob.texts(made["room"]) if text != "from tomorrow"] == talk


@pytest.mark.parametrize("days", [400, -400])
def test_a_clock_that_is_more_than_a_year_off(
    programs: Stage, common_server: Server, days: int
) -> None:
    """It keeps nobody from being found in the directory, from linking and from talking."""
    ana = programs.start("Ana", common_server.url)
    bob = programs.start("Bob", common_server.url, clock=days * 24 * HOUR)
    for cli in (ana, bob):
        cli.ready().online()
    room = room_of(ana, bob)
    said = talk_in_turn([ana, bob], room, 4)
    assert equal_histories(room, [ana, bob], 4) == said
    people = ana.ask("directory", query="Bob")["people"]
    assert bob.peer in {person["peer"] for person in people}
