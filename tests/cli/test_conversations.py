"""Requests about conversations as a whole, answered by real services."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.conversation_render import conversation_notices
from app.cli.handlers import Handlers
from app.cli.render import notices
from app.cli.requests import parse_request
from app.cli.times import time_text
from app.domain.changes import HistoryDeleted, MessagesRemoved, PersonPictured
from app.domain.errors import AppError
from app.domain.ids import EventId, RoomId, room_id, to_text
from tests.services.world import Someone, World, until

PNG = b"\x89PNG\r\n\x1a\n and some bytes"


async def ask(someone: Someone, do: str, **fields: object) -> dict[str, Any]:
    request = parse_request(json.dumps({"id": 1, "do": do, **fields}).encode())
    return await Handlers(someone.backend).handle(request)


async def alone(world: World) -> tuple[Someone, str]:
    (ana,) = await world.started("Ana")
    return ana, (await ask(ana, "room_create", name="Attic"))["room"]


async def shown(someone: Someone, room: str) -> dict[str, Any]:
    return next(one for one in (await ask(someone, "rooms"))["rooms"] if one["room"] == room)


async def test_how_a_room_stands_in_the_list_is_told_if_it_is_told_of(world: World) -> None:
    ana, room = await alone(world)
    plain = await shown(ana, room)
    assert not {"muted", "pinned", "archived", "marked_unread", "standing"} & set(plain)
    for do in ("mute", "room_pin", "archive", "mark_unread"):
        assert await ask(ana, do, room=room) == {}
    told = await shown(ana, room)
    assert (told["muted"], told["pinned"], told["archived"]) == ("for ever", True, True)
    assert told["marked_unread"]
    await ask(ana, "mute", room=room, seconds=0)
    for do in ("room_pin", "archive", "mark_unread"):
        await ask(ana, do, room=room, on=False)
    assert await shown(ana, room) == plain
    await ask(ana, "mute", room=room, seconds=600)
    assert (await shown(ana, room))["muted"].endswith("Z")


async def test_pinned_messages_and_a_date(world: World) -> None:
    ana, room = await alone(world)
    first = (await ask(ana, "send", room=room, text="one"))["message"]
    second = (await ask(ana, "send", room=room, text="two"))["message"]
    await ask(ana, "pin", message=second)
    assert [one["message"] for one in (await ask(ana, "pinned", room=room))["messages"]] == [second]
    await ask(ana, "unpin", message=second)
    assert await ask(ana, "pinned", room=room) == {"messages": []}
    entry = (await ask(ana, "history", room=room, limit=5))["messages"][0]
    assert await ask(ana, "at", room=room, time=entry["time"]) == {"message": first}
    assert await ask(ana, "at", room=room, time="2999-01-01") == {"message": second}
    with pytest.raises(AppError, match="bad request"):
        await ask(ana, "at", room=room, time="tomorrow")


async def test_forwarding_and_deleting_history(world: World) -> None:
    ana, room = await alone(world)
    other = (await ask(ana, "room_create", name="Cellar"))["room"]
    message = (await ask(ana, "send", room=room, text="news"))["message"]
    await ask(ana, "forward", messages=[message], rooms=[other])
    await ask(ana, "forward", messages=[message], rooms=[other], named=False)
    found = (await ask(ana, "history", room=other))["messages"]
    assert [one.get("forwarded_from") for one in found] == ["Ana", None]
    await ask(ana, "delete_history", room=other)
    assert await ask(ana, "history", room=other) == {"messages": []}
    assert len((await ask(ana, "history", room=room))["messages"]) == 1


async def test_pictures(world: World, tmp_path: Path) -> None:
    ana, room = await alone(world)
    path = tmp_path / "face.png"
    path.write_bytes(PNG)
    await ask(ana, "set_picture", path=str(path))
    await ask(ana, "set_picture", path=str(path), room=room)
    name = (await ask(ana, "whoami"))["picture"]
    assert (await shown(ana, room))["picture"] == name
    assert (await ask(ana, "members", room=room))["members"][0]["picture"] == name
    image = (await ask(ana, "picture", picture=name))["image"]
    assert base64.b64decode(image) == PNG
    await ask(ana, "set_picture")
    assert "picture" not in await ask(ana, "whoami")
    with pytest.raises(AppError, match="file unreadable"):
        await ask(ana, "set_picture", path=str(tmp_path / "missing"))
    with pytest.raises(AppError, match="unknown picture"):
        await ask(ana, "picture", picture="0" * 64)


async def test_leaving_and_keeping(world: World) -> None:
    ana, room = await alone(world)
    await ask(ana, "send", room=room, text="remember")
    await ask(ana, "room_leave", room=room, keep=True)
    assert (await shown(ana, room))["standing"] == "left"
    with pytest.raises(AppError, match="room left"):
        await ask(ana, "send", room=room, text="too late")
    found = (await ask(ana, "history", room=room))["messages"]
    assert [one["text"] for one in found] == ["remember"]
    await ask(ana, "room_leave", room=room)
    assert (await ask(ana, "rooms"))["rooms"] == []


async def test_the_time_a_message_lives_is_told(world: World) -> None:
    ana, room = await alone(world)
    place = ana.backend._services.opener._book.get(room_id(room))
    assert place.vanish_s == 0
    message = await ana.backend.chats.send(room_id(room), "for good")
    told = (await ask(ana, "history", room=room))["messages"][0]
    assert not {"vanish_s", "vanishes", "forwarded_from"} & set(told)
    assert told["time"] == time_text(message.time_ms)
    with pytest.raises(AppError, match="bad rule"):
        await ask(ana, "vanish", room=room, seconds=-1)


def test_notices() -> None:
    room, event = RoomId(bytes(16)), EventId(bytes(32))
    assert [*notices(HistoryDeleted(room))] == [{"event": "history_deleted", "room": to_text(room)}]
    assert [*conversation_notices(MessagesRemoved(room, (event,)))] == [
        {"event": "removed", "room": to_text(room), "message": to_text(event)}
    ]
    (told,) = notices(PersonPictured(b"p" * 32, "ab"))  # type: ignore[arg-type]
    assert (told["event"], told["picture"]) == ("picture", "ab")


async def test_the_details_of_a_message_are_told_member_by_member(world: World) -> None:
    room, (ana, bob) = await world.together("Ana", "Bob")
    text = to_text(room)
    sent = (await ask(ana, "send", room=text, text="one"))["message"]
    await ask(ana, "edit", message=sent, text="two")
    await bob.has(room, "two")
    await ask(bob, "read", room=text, message=sent)
    tracker = ana.backend._services.opener._book.get(room).tracker
    await until(lambda: tracker.read_by(bob.peer))
    told = await ask(ana, "details", message=sent)
    (member,) = told["members"]
    times = [member.pop(stage) for stage in ("sent", "delivered", "read")]
    assert member == {"peer": to_text(bob.peer), "name": "Bob", "state": "read"}
    assert times == sorted(times)
    assert all(time.endswith("Z") for time in times)
    assert [version["text"] for version in told["versions"]] == ["one", "two"]
    assert (await ask(bob, "details", message=sent))["members"] == []
    await bob.stop()
    later = (await ask(ana, "send", room=text, text="three"))["message"]
    (member,) = (await ask(ana, "details", message=later))["members"]
    assert (member["delivered"], member["read"]) == (None, None)
