"""Programs that die without a word, in the middle of a burst of messages."""

from __future__ import annotations

import pytest

from tests.e2e.people import equal_histories, linked, room_of, same_history, status
from tests.e2e.programs import Cli, Stage

pytestmark = pytest.mark.e2e

BURST = 2000


def burst(cli: Cli, room: str, size: int = BURST) -> list[int]:
    """Write that many sends without waiting for replies."""
    return [cli.post("send", room=room, text=f"number {number}") for number in range(size)]


def replied(cli: Cli, requests: list[int]) -> list[str]:
    """Return the ids of the messages that were answered `ok` so far."""
    wanted = set(requests)
    good = [said for said in cli.said if said.get("id") in wanted and said["ok"]]
    return [str(said["message"]) for said in good]


def all_replied(cli: Cli, requests: list[int]) -> None:
    for request in requests:
        assert cli.reply(request)["ok"]


@pytest.mark.parametrize("after", [1, 700, 1990])
def test_the_sender_is_killed_in_a_burst(programs: Stage, pair: list[Cli], after: int) -> None:
    """What was answered is kept, in order and without holes; the other side gets the same."""
    ana, bob = pair
    room = room_of(ana, bob)
    requests = burst(ana, room)
    ana.reply(requests[after])
    ana.kill()
    answered = replied(ana, requests)
    assert len(answered) > after

    ana = programs.again(ana)
    kept = ana.history(room)
    assert [message["message"] for message in kept][: len(answered)] == answered
    assert [message["text"] for message in kept] == [f"number {n}" for n in range(len(kept))]
    linked(room, ana, bob)
    last = ana.say(room, "alive again")
    assert bob.hear("alive again")["message"] == last
    equal_histories(room, [ana, bob], len(kept) + 1)


def test_the_receiver_is_killed_in_a_burst(programs: Stage, pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    requests = burst(ana, room)
    bob.hear("number 300")
    bob.kill()
    all_replied(ana, requests)

    bob = programs.again(bob)
    linked(room, ana, bob)
    assert same_history(room, [ana, bob], BURST) == [f"number {n}" for n in range(BURST)]
    status(ana, ana.reply(requests[-1])["message"], "delivered", by=bob)
    states = {message["state"] for message in ana.history(room)}
    assert states == {"delivered"}


def test_everybody_is_killed_again_and_again(programs: Stage, trio: list[Cli]) -> None:
    """Each round another one dies while two write; in the end all have the same."""
    people = trio
    room = room_of(*people)
    answered: set[str] = set()
    for number in range(4):
        requests = {cli: burst(cli, room, 200) for cli in people}
        victim = people[number % 3]
        victim.reply(requests[victim][50])
        victim.kill()
        for cli in people:
            if cli is not victim:
                all_replied(cli, requests[cli])
            answered.update(replied(cli, requests[cli]))
        people[number % 3] = programs.again(victim)
    linked(room, *people)
    for cli in people:
        cli.say(room, f"last of {cli.name}")
    for cli in people:
        for other in people:
            if other is not cli:
                cli.hear(f"last of {other.name}")
    size = len(people[0].history(room))
    equal_histories(room, people, size)
    assert answered <= {message["message"] for message in people[0].history(room)}


def test_a_link_is_back_soon_after_a_kill(programs: Stage, pair: list[Cli]) -> None:
    """The new run shows in the presence, so nobody waits for the old link to be found dead."""
    room = room_of(*pair)
    for who in (0, 1, 0, 1):
        other = pair[1 - who]
        mark = other.mark()
        pair[who].kill()
        pair[who] = programs.again(pair[who])
        other.event("link", mark, peer=pair[who].peer, state="online")
        linked(room, *pair)
        text = f"back {mark} {pair[who].name}"
        pair[who].say(room, text)
        other.hear(text)
