"""Two people who are never online together reach each other through a member of a common room."""

from __future__ import annotations

import pytest

from tests.e2e.people import shown, status
from tests.e2e.programs import Cli, Server, Stage
from tests.e2e.test_people import state_of

pytestmark = pytest.mark.e2e


def never_together(programs: Stage, server: str) -> tuple[Cli, Cli, Cli]:
    """Return Ana, who is offline, Bob, who is offline, and Cem; all know that they share a room."""
    ana, cem = programs.people("Ana", "Cem", server=server)
    made = ana.ask("room_create", name="Lab")
    cem.ask("room_join", invite=made["invite"])
    cem.until(lambda reply: len(reply["members"]) == 2, "members", room=made["room"])
    ana.until(lambda reply: len(reply["members"]) == 2, "members", room=made["room"])
    ana.quit()
    (bob,) = programs.people("Bob", server=server)
    bob.ask("room_join", invite=made["invite"])
    for cli in (cem, bob):
        cli.until(lambda reply: len(reply["members"]) == 3, "members", room=made["room"])
    bob.quit()
    ana = programs.again(ana)
    ana.until(lambda reply: len(reply["members"]) == 3, "members", room=made["room"])
    return ana, bob, cem


def test_a_request_and_its_answer_go_through_a_common_member(
    programs: Stage, common_server: Server
) -> None:
    ana, bob, cem = never_together(programs, common_server.url)
    sent = ana.ask("contact_request", peer=bob.peer, text="May I?")
    room = sent["room"]
    (asked,) = ana.history(room)
    status(ana, asked["message"], "sent", by=cem)
    ana.quit()
    cem.kill()
    cem = programs.again(cem)

    bob = programs.again(bob)
    incoming = bob.event("contact", peer=ana.peer, state="incoming", text="May I?")
    assert incoming["name"] == "Ana"
    assert bob.ask("rooms")["rooms"][0]["name"] == "Lab"
    assert bob.ask("contact_accept", peer=ana.peer)["room"] == room
    bob.hear("May I?")
    bob.ask("read", room=room, message=asked["message"])
    answer = bob.say(room, "You may")
    status(bob, answer, "sent", by=cem)  # with what was read, in one parcel
    bob.quit()
    cem.kill()
    cem = programs.again(cem)

    ana = programs.again(ana)
    assert ana.hear("You may")["author"] == bob.peer
    status(ana, asked["message"], "read", by=bob)
    ana.event("contact", peer=bob.peer, state="friend")
    more = ana.say(room, "Thank you")
    status(ana, more, "sent", by=cem)
    ana.quit()

    bob = programs.again(bob)
    bob.hear("Thank you")
    bob.until(lambda _: shown(bob, room, answer)["state"] == "delivered", "rooms")
    assert bob.texts(room) == ["May I?", "You may", "Thank you"]
    assert state_of(bob, ana) == "friend"
    bob.quit()

    ana = programs.again(ana)
    status(ana, more, "delivered", by=bob)
    assert ana.texts(room) == ["May I?", "You may", "Thank you"]


def test_nobody_carries_for_the_blocked_and_the_rejected_are_told_nothing(
    programs: Stage, common_server: Server
) -> None:
    ana, bob, cem = never_together(programs, common_server.url)
    cem.ask("contact_block", peer=bob.peer)
    room = ana.ask("contact_request", peer=bob.peer, text="May I?")["room"]
    message = ana.history(room)[0]["message"]
    common = next(r["room"] for r in ana.ask("rooms")["rooms"] if r["room"] != room)
    ana.say(common, "Cem does not carry this")
    cem.hear("Cem does not carry this")
    assert shown(ana, room, message)["state"] == "queued"
    cem.ask("contact_unblock", peer=bob.peer)
    ana.quit()
    ana = programs.again(ana)
    status(ana, message, "sent", by=cem)
    ana.quit()

    bob = programs.again(bob)
    bob.event("contact", peer=ana.peer, state="incoming")
    bob.ask("contact_reject", peer=ana.peer)
    bob.quit()
    ana = programs.again(ana)
    status(ana, message, "delivered", by=bob)
    ana.say(room, "Are you there?")
    ana.quit()
    bob = programs.again(bob)
    bob.until(lambda reply: len(reply["rooms"]) == 1, "rooms")
    assert state_of(bob, ana) == ""
