"""Three people talk over a real server."""

from __future__ import annotations

import pytest

from tests.e2e.people import equal_histories, room_of, same_history, shown, status
from tests.e2e.programs import Cli

pytestmark = pytest.mark.e2e


def test_three_talk_and_agree_on_the_order(trio: list[Cli]) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    for number, author in enumerate(trio * 2):
        author.say(room, f"number {number}")
    for listener in trio:
        for number, author in enumerate(trio * 2):
            if author is not listener:
                heard = listener.hear(f"number {number}")
                assert (heard["author"], heard["name"]) == (author.peer, author.name)
                assert (heard["room"], heard["kind"]) == (room, "text")
    assert len(equal_histories(room, trio, 6)) == 6
    assert all(cli.ask("rooms")["rooms"][0]["members"] == 3 for cli in trio)
    assert all(cli.ask("rooms")["rooms"][0]["name"] == "Lab" for cli in trio)


def test_ticks_mean_what_they_say(trio: list[Cli]) -> None:
    """Queued, sent, delivered to each, read by each; in history the least of all members."""
    ana, bob, eve = trio
    room = ana.ask("room_create", name="Lab")["room"]
    early = ana.say(room, "nobody is here")
    assert shown(ana, room, early)["state"] == "queued"

    ana.ask("room_leave", room=room)
    room = room_of(ana, bob, eve)
    message = ana.say(room, "hello")
    status(ana, message, "sent")
    for cli in (bob, eve):
        status(ana, message, "delivered", by=cli)
    view = shown(ana, room, message)
    assert view["state"] == "delivered"
    assert set(view["delivered_to"]) == {bob.peer, eve.peer}
    assert view["read_by"] == []

    for cli in (bob, eve):
        cli.hear("hello")
        cli.ask("read", room=room, message=message)
        status(ana, message, "read", by=cli)
        state = "delivered" if cli is bob else "read"
        assert shown(ana, room, message)["state"] == state
    assert set(shown(ana, room, message)["read_by"]) == {bob.peer, eve.peer}
    states = [one["state"] for one in ana.events("status") if one["message"] == message]
    assert states == ["sent", "delivered", "delivered", "read", "read"]


def test_a_tick_waits_for_the_member_who_is_away(trio: list[Cli]) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    eve.quit()
    message = ana.say(room, "hello")
    status(ana, message, "delivered", by=bob)
    view = shown(ana, room, message)
    assert (view["state"], view["delivered_to"]) == ("sent", [bob.peer])


def test_unread_counts(pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    messages = [ana.say(room, f"number {number}") for number in range(5)]
    bob.hear("number 4")
    bob.event("room", room=room, unread=5)
    bob.ask("read", room=room, message=messages[2])
    assert bob.ask("rooms")["rooms"][0]["unread"] == 2
    status(ana, messages[2], "read", by=bob)
    bob.say(room, "an own word is never unread")
    assert bob.ask("rooms")["rooms"][0]["unread"] == 2
    bob.ask("read", room=room, message=messages[4])
    assert bob.ask("rooms")["rooms"][0]["unread"] == 0
    ana.hear("an own word is never unread")
    assert ana.ask("rooms")["rooms"][0]["unread"] == 1


def test_the_longest_text_arrives_whole(pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    longest = "😀" * (16 * 1024)
    assert len(longest.encode()) == 64 * 1024
    message = ana.say(room, longest)
    assert bob.hear(longest)["message"] == message
    assert ana.refused("send", room=room, text=longest + "x") == "text-too-long"


def test_much_from_one_side_leaves_the_other_its_voice(pair: list[Cli]) -> None:
    """Several times what may be under way at once, while the other one has something to say."""
    ana, bob = pair
    room = room_of(ana, bob)
    sent = [ana.post("send", room=room, text=f"{number}" + "x" * 60_000) for number in range(60)]
    for number in range(3):
        bob.say(room, f"may I, {number}")
    for number in sent:
        assert ana.reply(number)["ok"]
    same_history(room, pair, 63)
    bob.say(room, "thank you")
    ana.hear("thank you")


def test_conversations_do_not_mix(trio: list[Cli]) -> None:
    ana, bob, eve = trio
    with_bob, with_eve = room_of(ana, bob), room_of(ana, eve)
    ana.say(with_bob, "for Bob")
    ana.say(with_eve, "for Eve")
    assert bob.hear("for Bob")["room"] == with_bob
    assert eve.hear("for Eve")["room"] == with_eve
    assert bob.texts(with_bob) == ["for Bob"]
    assert eve.texts(with_eve) == ["for Eve"]
    assert bob.refused("history", room=with_eve) == "unknown-room"
    assert bob.refused("send", room=with_eve, text="let me in") == "unknown-room"


def test_search_directory_and_links(pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    found = ana.ask("directory", query="bo")["people"]
    assert {"peer": bob.peer, "name": "Bob", "online": True} in found
    message = bob.say(room, "the quick brown fox")
    ana.hear("the quick brown fox")
    [hit] = ana.ask("search", query="brow", **{"from": bob.peer})["messages"]
    assert (hit["message"], hit["room"]) == (message, room)
    assert "brown" in hit["snippet"]
    assert ana.ask("search", query="brow", **{"from": ana.peer})["messages"] == []
    [link] = ana.ask("links")["links"]
    assert (link["peer"], link["state"], link["route"]) == (bob.peer, "online", "lan")
    assert ana.ask("stats")["counters"]["messages_received"] >= 1


def test_leaving(trio: list[Cli]) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    ana.say(room, "still here")
    bob.hear("still here")
    bob.ask("room_leave", room=room)
    ana.event("member", room=room, peer=bob.peer, state="left")
    message = ana.say(room, "Bob is gone")
    status(ana, message, "delivered", by=eve)
    assert shown(ana, room, message)["state"] == "delivered"
    assert bob.ask("rooms")["rooms"] == []
    assert bob.refused("history", room=room) == "unknown-room"
    assert all(said["text"] != "Bob is gone" for said in bob.events("message"))
