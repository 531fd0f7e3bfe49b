"""Editing, deleting and reacting between programs: at once, while away, at the same time."""

from __future__ import annotations

import pytest

from tests.e2e.people import equal_histories, room_of, shown
from tests.e2e.programs import Cli, Json, Stage

pytestmark = pytest.mark.e2e

THUMB, HEART, PARTY = "\U0001f44d", "\u2764\ufe0f", "\U0001f389"


def looks(cli: Cli, room: str, message: str, **fields: object) -> Json:
    """Wait until a message looks so in history."""

    def so(reply: Json) -> bool:
        found = [one for one in reply["messages"] if one["message"] == message]
        return bool(found) and found[0].items() >= fields.items()

    cli.until(so, "history", room=room, limit=1000)
    return shown(cli, room, message)


def reactions(view: Json) -> dict[str, set[str]]:
    return {one["emoji"]: set(one["by"]) for one in view["reactions"]}


def test_everybody_is_told_and_sees_the_same(trio: list[Cli]) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    message = ana.say(room, "frist")
    bob.hear("frist")
    eve.hear("frist")
    ana.ask("edit", message=message, text="first")
    for cli in trio:
        changed = cli.event("changed", message=message, text="first", edited=True)
        assert changed["room"] == room
        assert (changed["deleted"], changed["reactions"]) == (False, [])
    for cli in trio:
        cli.ask("react", message=message, emoji=THUMB)
    bob.ask("react", message=message, emoji=HEART)
    everybody = {cli.peer for cli in trio}
    wanted = {THUMB: everybody, HEART: {bob.peer}}
    for cli in trio:
        cli.wait(lambda said: said.get("event") == "changed" and reactions(said) == wanted)
        assert reactions(shown(cli, room, message)) == wanted
    bob.ask("unreact", message=message, emoji=THUMB)
    wanted = {THUMB: everybody - {bob.peer}, HEART: {bob.peer}}
    for cli in trio:
        cli.wait(lambda said: said.get("event") == "changed" and reactions(said) == wanted)
    [hit] = eve.ask("search", query="first")["messages"]
    assert (hit["message"], hit["edited"]) == (message, True)
    assert eve.ask("search", query="frist")["messages"] == []
    ana.ask("delete", message=message)
    for cli in trio:
        gone = cli.event("changed", message=message, deleted=True)
        assert (gone["text"], gone["reactions"], gone["kind"]) == ("", [], "text")
        assert cli.ask("search", query="first")["messages"] == []
    assert equal_histories(room, trio, 1) == [""]


def test_what_is_refused(pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    message = ana.say(room, "mine")
    bob.hear("mine")
    assert bob.refused("edit", message=message, text="yours") == "not-yours"
    assert bob.refused("delete", message=message) == "not-yours"
    assert bob.refused("react", message=message, emoji="no emoji") == "bad-reaction"
    assert bob.refused("unreact", message=message, emoji="") == "bad-reaction"
    assert bob.refused("react", message="A" * 43, emoji=THUMB) == "unknown-message"
    assert ana.refused("edit", message=message, text=" ") == "text-empty"
    assert ana.refused("edit", message="nonsense", text="x") == "unknown-message"
    ana.ask("delete", message=message)
    assert ana.refused("edit", message=message, text="x") == "message-deleted"
    assert ana.refused("delete", message=message) == "message-deleted"
    bob.event("changed", message=message, deleted=True)
    assert bob.refused("react", message=message, emoji=THUMB) == "message-deleted"


def test_what_was_done_offline_takes_effect_later(programs: Stage, trio: list[Cli]) -> None:
    """Ana edits alone, Bob reacts alone, Eve was away: all agree after all have restarted."""
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    kept, gone = ana.say(room, "kept"), ana.say(room, "gone")
    for cli in (bob, eve):
        cli.hear("gone")
    for cli in trio:
        cli.quit()
    alone = programs.again_offline(bob)
    alone.ask("react", message=kept, emoji=HEART)
    alone.ask("react", message=gone, emoji=PARTY)
    alone.quit()
    alone = programs.again_offline(ana)
    alone.ask("edit", message=kept, text="kept and changed")
    alone.ask("delete", message=gone)
    alone.quit()
    again = [programs.again(cli) for cli in (eve, bob, ana)]
    for cli in again:
        looks(cli, room, kept, text="kept and changed", edited=True)
        looks(cli, room, kept, reactions=[{"emoji": HEART, "by": [bob.peer]}])
        looks(cli, room, gone, text="", deleted=True, reactions=[])
        assert cli.ask("search", query="gone")["messages"] == []
    assert equal_histories(room, again, 2) == ["kept and changed", ""]


def test_an_edit_races_a_deletion(programs: Stage, trio: list[Cli]) -> None:
    """Bob reacts while Ana, out of sight, edits and then deletes: it is deleted for all."""
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    message = ana.say(room, "raced")
    for cli in (bob, eve):
        cli.hear("raced")
    ana.quit()
    bob.ask("react", message=message, emoji=THUMB)
    eve.event("changed", message=message)
    alone = programs.again_offline(ana)
    alone.ask("edit", message=message, text="raced again")
    alone.ask("delete", message=message)
    alone.quit()
    bob.ask("react", message=message, emoji=PARTY)
    back = programs.again(ana)
    for cli in (back, bob, eve):
        view = looks(cli, room, message, deleted=True)
        assert (view["text"], view["reactions"], view["edited"]) == ("", [], False)


def test_rooms_have_names_and_topics(pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    assert ana.ask("rooms")["rooms"][0]["topic"] == ""
    ana.ask("room_rename", room=room, text="Kitchen")
    ana.ask("room_topic", room=room, text="Who cooks what")
    told = bob.event("room", room=room, topic="Who cooks what")
    assert told["name"] == "Kitchen"
    assert bob.refused("room_topic", room=room, text="x" * 501) == "topic-too-long"
    assert bob.refused("room_rename", room=room, text=" ") == "name-empty"


def test_mentions_are_counted(pair: list[Cli]) -> None:
    ana, bob = pair
    room = room_of(ana, bob)
    message = ana.say(room, "@Bob, come here")
    bob.event("room", room=room, unread=1, mentions=1)
    bob.ask("read", room=room, message=message)
    assert bob.ask("rooms")["rooms"][0]["mentions"] == 0
