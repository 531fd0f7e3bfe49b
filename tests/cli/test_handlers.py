"""Requests carried out on real services."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli import handlers as handlers_module
from app.cli.handlers import Handlers
from app.cli.requests import parse_request
from app.domain.errors import AppError
from app.domain.ids import EventId, PeerId, RoomId, room_id, to_text
from app.domain.views import HistoryPage, MessageKind, MessageState, MessageView, Position
from app.services.api import Backend
from tests.services.world import URL, Someone, World

ROOM = RoomId(bytes(16))


def line(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def handlers(person: Someone) -> Handlers:
    return Handlers(person.backend)


async def ask(handlers: Handlers, do: str, **fields: Any) -> dict[str, Any]:
    return await handlers.handle(parse_request(line(do=do, **fields)))


async def code_of(handlers: Handlers, do: str, **fields: Any) -> str:
    with pytest.raises(AppError) as caught:
        await ask(handlers, do, **fields)
    return caught.value.code


async def test_a_conversation_by_requests(world: World) -> None:
    people = await world.started("Ana", "Bob")
    ana, bob = (handlers(person) for person in people)
    who = await ask(ana, "whoami")
    assert (who["peer"], who["name"]) == (to_text(people[0].peer), "Ana")
    made = await ask(ana, "room_create", name="Lab")
    assert await ask(bob, "room_join", code=made["code"]) == {"room": made["room"]}
    room = made["room"]
    sent = await ask(ana, "send", room=room, text="needle")
    await people[1].has(room_id(room), "needle")
    answer = await ask(bob, "send", room=room, text="yes", reply_to=sent["message"])
    await people[0].has(room_id(room), "yes")
    assert await ask(bob, "read", room=room, message=sent["message"]) == {}
    (first, second) = (await ask(ana, "history", room=room))["messages"]
    assert (first["text"], second["reply_to"]) == ("needle", sent["message"])
    assert second["message"] == answer["message"]
    (hit,) = (await ask(bob, "search", query="need", room=room))["messages"]
    assert (hit["snippet"], hit["author"]) == ("needle", who["peer"])
    by_bob = {"query": "need", "from": (await ask(bob, "whoami"))["peer"]}
    assert (await ask(bob, "search", **by_bob))["messages"] == []
    (summary,) = (await ask(ana, "rooms"))["rooms"]
    assert (summary["name"], summary["kind"], summary["last"]["text"]) == ("Lab", "group", "yes")
    members = (await ask(ana, "members", room=room))["members"]
    assert [(m["name"], m["state"], m["role"]) for m in members] == [
        ("Ana", "online", "owner"),
        ("Bob", "online", "member"),
    ]
    (link,) = (await ask(ana, "links"))["links"]
    assert (link["state"], link["route"]) == ("online", "lan")
    assert (await ask(ana, "directory", query="b"))["people"][0]["name"] == "Bob"
    assert (await ask(ana, "stats"))["counters"]["messages_sent"] >= 1
    assert await ask(bob, "room_leave", room=room) == {}
    assert await ask(ana, "disconnect", server=URL) == {}
    assert await ask(ana, "connect", server=URL) == {}
    assert await ask(ana, "quit") == {}


async def test_refusals(world: World) -> None:
    ana = await world.person("Ana").start()
    here = handlers(ana)
    made, other = [await ask(here, "room_create", name=name) for name in ("Lab", "Den")]
    sent = await ask(here, "send", room=other["room"], text="elsewhere")
    message, room = sent["message"], made["room"]
    assert await code_of(here, "room_join") == "bad-request"
    assert await code_of(here, "room_join", code="a", invite="b") == "bad-request"
    assert await code_of(here, "send", room="?", text="x") == "unknown-room"
    assert await code_of(here, "send", room="A" * 22, text="x") == "unknown-room"
    assert await code_of(here, "send", room=room, text=" ") == "text-empty"
    assert await code_of(here, "history", room=room, before=message) == "unknown-message"
    for nothing in (message, "A" * 43, "?"):
        answer = {"text": "x", "reply_to": nothing}
        assert await code_of(here, "send", room=room, **answer) == "unknown-message"
    assert await code_of(here, "read", room=room, message=message) == "unknown-message"
    both = {"before": message, "after": message}
    assert await code_of(here, "history", room=other["room"], **both) == "bad-request"
    assert await code_of(here, "directory") == "no-server"
    assert await code_of(here, "connect", server="nonsense") == "bad-server-url"


class Book:
    """A conversation's rows in order; `kinds` has True for what is shown as a message."""

    def __init__(self, kinds: list[bool]) -> None:
        self.views = [_view(number, shown=shown) for number, shown in enumerate(kinds)]
        self.shown = [view for view in self.views if view.kind is MessageKind.TEXT]

    async def message(self, event: EventId) -> MessageView:
        return next(view for view in self.views if view.event == event)

    async def page(
        self, room: RoomId, around: Position | None, before: int, after: int
    ) -> HistoryPage:
        assert room == ROOM
        place = len(self.views)
        if around is not None:
            place = sum(view.position < around for view in self.views)
        first, last = max(place - before, 0), min(place + after, len(self.views))
        rows = tuple(self.views[first:last])
        return HistoryPage(rows, first > 0, last < len(self.views), first, len(self.views))


def _view(number: int, *, shown: bool) -> MessageView:
    kind = MessageKind.TEXT if shown else MessageKind.JOINED
    place = Position(number, EventId(number.to_bytes(32, "big")))
    author = PeerId(bytes(32))
    state = MessageState.DELIVERED
    return MessageView(ROOM, place, author, "", False, kind, str(number), 0, state)


class OnlyChats:
    """As much of a backend as history needs."""

    def __init__(self, chats: Book) -> None:
        self.chats = chats
        self.network = None
        self.transfers = None
        self.updates = None
        self.courier = None


def expected(book: Book, way: str, anchor: MessageView | None, limit: int) -> list[MessageView]:
    """Return what `history` should, by going through everything."""
    if anchor is None:
        return book.shown[-limit:]
    older = [view for view in book.shown if view.position < anchor.position]
    newer = [view for view in book.shown if view.position >= anchor.position]
    if way == "before":
        return older[-limit:]
    if way == "after":
        return [view for view in newer if view != anchor][:limit]
    lead = older[-(limit // 2) :] if limit // 2 else []
    return lead + newer[: limit - len(lead)]


@given(
    st.lists(st.booleans(), min_size=1, max_size=30),
    st.sampled_from(["", "before", "after", "around"]),
    st.integers(0, 29),
    st.integers(1, 12),
    st.integers(2, 6),
)
async def test_windows_of_history(
    kinds: list[bool], way: str, index: int, limit: int, page: int
) -> None:
    book = Book(kinds)
    anchor = book.views[index % len(kinds)] if way else None
    fields = {way: to_text(anchor.event)} if anchor else {}
    request = parse_request(line(do="history", room=to_text(ROOM), limit=limit, **fields))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handlers_module, "PAGE", page)
        here = Handlers(cast("Backend", OnlyChats(book)))
        answer = await here.handle(request)
    wanted = [view.text for view in expected(book, way, anchor, limit)]
    assert [message["text"] for message in answer["messages"]] == wanted
