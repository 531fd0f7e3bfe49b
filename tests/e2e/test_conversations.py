"""Messages that disappear, are forwarded, rooms that are left and kept, pictures: real programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.people import room_of, shown
from tests.e2e.programs import Cli, Json, Stage

pytestmark = pytest.mark.e2e

PNG = b"\x89PNG\r\n\x1a\n and what follows"


def texts(cli: Cli, room: str) -> list[str]:
    return [one["text"] for one in cli.history(room)]


def gone(cli: Cli, room: str, text: str) -> None:
    """Wait until a text is in no history any more."""

    def so(reply: Json) -> bool:
        return text not in [one["text"] for one in reply["messages"]]

    cli.until(so, "history", room=room, limit=1000)


def test_messages_disappear_on_every_machine_and_stay_away(
    programs: Stage, trio: list[Cli]
) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    ana.say(room, "this stays")
    ana.ask("vanish", room=room, seconds=4)
    for cli in trio:
        cli.until(lambda said: _of(said, room).get("vanish_s") == 4, "rooms")
    message = ana.say(room, "burn this")
    seen = shown(ana, room, message)
    assert (seen["vanish_s"], seen["vanishes"] > seen["time"]) == (4, True)
    for cli in (bob, eve):
        cli.hear("burn this")
    bob.ask("read", room=room, message=message)
    # Eve is gone before she has read it, Ana before its time is over.
    ana.quit()
    eve.quit()
    bob.event("removed", message=message)
    gone(bob, room, "burn this")
    ana, eve = programs.again(ana), programs.again(eve)
    assert "burn this" not in texts(ana, room)
    assert "burn this" in texts(eve, room)
    eve.ask("read", room=room, message=message)
    eve.event("removed", message=message)
    bob.kill()
    bob = programs.again(bob)
    for cli in (ana, bob, eve):
        assert texts(cli, room)[:1] == ["this stays"]
        assert "burn this" not in texts(cli, room)
        assert cli.ask("search", query="burn")["messages"] == []


def _of(reply: Json, room: str) -> Json:
    return next((one for one in reply["rooms"] if one["room"] == room), {})


def test_forwarding_pictures_and_leaving(programs: Stage, trio: list[Cli], tmp_path: Path) -> None:
    ana, bob, eve = trio
    room = room_of(ana, bob, eve)
    path = tmp_path / "face.png"
    path.write_bytes(PNG)
    ana.ask("set_picture", path=str(path))
    picture = ana.ask("whoami")["picture"]
    for cli in (bob, eve):
        cli.event("picture", peer=ana.peer, picture=picture)
        assert cli.ask("picture", picture=picture)["image"]
    message = ana.say(room, "remember")
    bob.hear("remember")
    other = bob.ask("room_create", name="Cellar")["room"]
    bob.ask("forward", messages=[message], rooms=[other])
    assert [one["forwarded_from"] for one in bob.history(other)] == ["Ana"]
    bob.ask("room_leave", room=room, keep=True)
    ana.event("member", peer=bob.peer, state="left")
    bob.quit()
    bob = programs.again(bob)
    assert texts(bob, room) == ["remember"]
    assert _of(bob.ask("rooms"), room)["standing"] == "left"
    assert bob.refused("send", room=room, text="too late") == "room-left"
    bob.ask("delete_history", room=room)
    assert bob.history(room) == []
    bob.ask("room_leave", room=room)
    assert _of(bob.ask("rooms"), room) == {}
