"""Carries out requests on the services."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, get_args

from app.cli import render
from app.cli import requests as ask
from app.cli.conversation_handlers import ConversationHandlers
from app.cli.courier_handlers import CourierHandlers
from app.cli.courier_requests import CourierDrop, CourierStatus
from app.cli.given import message_id, peer_id, room_id
from app.cli.insight_handlers import InsightHandlers
from app.cli.network_handlers import NetworkHandlers
from app.cli.network_requests import NetworkRequest
from app.cli.people_handlers import PeopleHandlers
from app.cli.people_requests import ContactBlock, ContactUnblock
from app.cli.room_handlers import RoomHandlers
from app.cli.transfer_handlers import TransferHandlers
from app.cli.update_handlers import UpdateHandlers
from app.cli.update_requests import UpdateRequest
from app.domain.errors import AppError
from app.domain.ids import to_text
from app.domain.views import HistoryPage, MessageView, Position
from app.services.api import Backend

PAGE = 200

Answer = dict[str, Any]


FOR_COURIERS = (
    ask.WhoAmI,
    ask.Connect,
    ask.Disconnect,
    ask.Directory,
    ask.Links,
    ask.Quit,
    *get_args(NetworkRequest),
    *get_args(UpdateRequest),
    ContactBlock,
    ContactUnblock,
    CourierStatus,
    CourierDrop,
)
"""What a courier answers. Everything else is about rooms, whose keys it does not have."""


class Handlers:
    """One method for each request; `handle` finds it."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._chats = backend.chats
        self._network = backend.network
        self._table: dict[type[ask.Request], Callable[[Any], Awaitable[Answer]]] = {
            ask.WhoAmI: self._whoami,
            ask.Connect: self._connect,
            ask.Disconnect: self._disconnect,
            ask.Rooms: self._rooms,
            ask.RoomCreate: self._room_create,
            ask.RoomJoin: self._room_join,
            ask.RoomLeave: self._room_leave,
            ask.RoomRename: self._room_rename,
            ask.RoomTopic: self._room_topic,
            ask.Members: self._members,
            ask.Send: self._send,
            ask.Edit: self._edit,
            ask.Delete: self._delete,
            ask.React: self._react,
            ask.Unreact: self._unreact,
            ask.Read: self._read,
            ask.History: self._history,
            ask.Search: self._search,
            ask.Directory: self._directory,
            ask.Links: self._links,
            ask.Quit: self._quit,
            **CourierHandlers(backend).table,
            **NetworkHandlers(backend.network).table,
            **InsightHandlers(backend).table,
            **PeopleHandlers(backend).table,
            **ConversationHandlers(backend).table,
            **RoomHandlers(backend).table,
            **TransferHandlers(backend.transfers).table,
            **UpdateHandlers(backend.updates).table,
        }

    async def handle(self, request: ask.Request) -> Answer:
        """Return what the reply adds. Raises AppError."""
        if self._backend.courier is not None and not isinstance(request, FOR_COURIERS):
            raise AppError("courier-only")
        return await self._table[type(request)](request)

    async def _whoami(self, _: ask.WhoAmI) -> Answer:
        me = self._backend.profile
        known = {"peer": to_text(me.peer), "name": me.name, "fingerprint": me.fingerprint}
        return {**known, **render.given(picture=me.picture)}

    async def _connect(self, request: ask.Connect) -> Answer:
        await self._network.connect(request.server)
        return {}

    async def _disconnect(self, request: ask.Disconnect) -> Answer:
        await self._network.disconnect(request.server)
        return {}

    async def _rooms(self, _: ask.Rooms) -> Answer:
        return {"rooms": [render.room(summary) for summary in await self._chats.rooms()]}

    async def _room_create(self, request: ask.RoomCreate) -> Answer:
        made = await self._chats.create_room(request.name)
        return {"room": to_text(made.room), "invite": made.link, "code": made.code}

    async def _room_join(self, request: ask.RoomJoin) -> Answer:
        given = [text for text in (request.invite, request.code) if text is not None]
        if len(given) != 1:
            raise AppError("bad-request", {"detail": "one of `invite` and `code`"})
        return {"room": to_text(await self._chats.join(given[0]))}

    async def _room_leave(self, request: ask.RoomLeave) -> Answer:
        await self._backend.conversations.leave(room_id(request.room), keep=request.keep)
        return {}

    async def _room_rename(self, request: ask.RoomRename) -> Answer:
        await self._chats.rename(room_id(request.room), request.text)
        return {}

    async def _room_topic(self, request: ask.RoomTopic) -> Answer:
        await self._chats.set_topic(room_id(request.room), request.text)
        return {}

    async def _members(self, request: ask.Members) -> Answer:
        members = await self._chats.members(room_id(request.room))
        return {"members": [render.member(view) for view in members]}

    async def _send(self, request: ask.Send) -> Answer:
        room = room_id(request.room)
        answered = message_id(request.reply_to) if request.reply_to is not None else None
        if answered is not None:
            await self._place(request.room, request.reply_to or "")
        view = await self._chats.send(room, request.text, answered)
        return {"message": to_text(view.event)}

    async def _edit(self, request: ask.Edit) -> Answer:
        await self._chats.edit(message_id(request.message), request.text)
        return {}

    async def _delete(self, request: ask.Delete) -> Answer:
        await self._chats.delete(message_id(request.message))
        return {}

    async def _react(self, request: ask.React) -> Answer:
        await self._chats.react(message_id(request.message), request.emoji)
        return {}

    async def _unreact(self, request: ask.Unreact) -> Answer:
        await self._chats.unreact(message_id(request.message), request.emoji)
        return {}

    async def _read(self, request: ask.Read) -> Answer:
        await self._chats.mark_read(room_id(request.room), message_id(request.message))
        return {}

    async def _history(self, request: ask.History) -> Answer:
        anchors = [a for a in (request.before, request.after, request.around) if a is not None]
        if len(anchors) > 1:
            raise AppError("bad-request", {"detail": "one of `before`, `after`, `around`"})
        around = await self._place(request.room, anchors[0]) if anchors else None
        if request.after is not None:
            found = await self._forward(request, around, skip=True)
        elif request.around is not None:
            half = request.limit // 2
            older = await self._backward(request, around, half)
            found = older + await self._forward(request, around, skip=False, less=len(older))
        else:
            found = await self._backward(request, around, request.limit)
        return {"messages": [render.message(view) for view in found]}

    async def _place(self, room: str, message: str) -> Position:
        view = await self._chats.message(message_id(message))
        if view.room != room_id(room):
            raise AppError("unknown-message")
        return view.position

    async def _backward(
        self, request: ask.History, around: Position | None, wanted: int
    ) -> list[MessageView]:
        found: list[MessageView] = []
        more = wanted > 0
        while more and len(found) < wanted:
            page = await self._page(request, around, PAGE, 0)
            found = [view for view in page.messages if view.kind in render.SHOWN] + found
            more = page.more_before and bool(page.messages)
            around = page.messages[0].position if page.messages else around
        return found[-wanted:] if wanted else []

    async def _forward(
        self, request: ask.History, around: Position | None, *, skip: bool, less: int = 0
    ) -> list[MessageView]:
        found: list[MessageView] = []
        start, more, wanted = around, True, request.limit - less
        while more and len(found) < wanted:
            page = await self._page(request, around, 0, PAGE)
            rows = [view for view in page.messages if view.kind in render.SHOWN]
            if skip or around != start:
                rows = [view for view in rows if view.position != around]
            found += rows
            more = page.more_after and len(page.messages) > 1
            around = page.messages[-1].position if page.messages else around
        return found[:wanted]

    async def _page(
        self, request: ask.History, around: Position | None, before: int, after: int
    ) -> HistoryPage:
        return await self._chats.page(room_id(request.room), around, before, after)

    async def _search(self, request: ask.Search) -> Answer:
        room = room_id(request.room) if request.room is not None else None
        author = f"from:{to_text(peer_id(request.author))} " if request.author is not None else ""
        hits = await self._chats.search(author + request.query, room, request.limit)
        return {"messages": [render.hit(found) for found in hits]}

    async def _directory(self, request: ask.Directory) -> Answer:
        people = await self._network.directory(request.query)
        return {"people": [render.person(view) for view in people]}

    async def _links(self, _: ask.Links) -> Answer:
        return {"links": [render.link(view) for view in self._network.links()]}

    async def _quit(self, _: ask.Quit) -> Answer:
        return {}
