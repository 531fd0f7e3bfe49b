"""Contacts in a dictionary, for the gallery and for tests of the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.crypto.identity import safety_number
from app.domain.contacts import ContactChanged, ContactView, FoundPerson, Presence, SafetyView
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.services.feed import Feed

if TYPE_CHECKING:
    from tests.ui.fake_backend import FakeChats


class FakeContacts:
    """Implements `Contacts`; rooms are made by `chats`, once there are any."""

    def __init__(self, me: PeerId, feed: Feed) -> None:
        self.me = me
        self._rooms: dict[PeerId, RoomId] = {}
        self.book: dict[PeerId, ContactView] = {}
        self.presence = Presence.ONLINE
        self._feed = feed
        self.chats: FakeChats | None = None

    def room_with(self, peer: PeerId) -> RoomId | None:
        """Return the last room that a request led to."""
        return self._rooms.get(peer)

    def _chats(self) -> FakeChats:
        assert self.chats is not None
        return self.chats

    async def _open(self, peer: PeerId) -> RoomId:
        self._rooms[peer] = await self._chats().open_direct(peer, self._get(peer).name)
        return self._rooms[peer]

    def add(self, peer: PeerId, name: str, state: str, text: str = "") -> ContactView:
        """Put somebody into the book and tell of it."""
        return self._put(ContactView(peer, name, "", "", state, text, online=False, verified=False))

    def _put(self, view: ContactView) -> ContactView:
        self.book[view.peer] = view
        self._feed.publish(ContactChanged(view))
        return view

    def _get(self, peer: PeerId) -> ContactView:
        rooms = () if self.chats is None else self.chats.book.values()
        members = (member for room in rooms for member in room.members)
        name = next((member.name for member in members if member.peer == peer), "")
        empty = ContactView(peer, name, "", "", "none", "", online=False, verified=False)
        return self.book.get(peer, empty)

    def all(self) -> Sequence[ContactView]:
        return [view for view in self.book.values() if view.state != "none"]

    def of(self, peer: PeerId) -> ContactView:
        return self._get(peer)

    async def request(self, peer: PeerId, text: str) -> RoomId:
        self._put(replace(self._get(peer), state="requested", text=text))
        room = await self._open(peer)
        await self._chats().send(room, text)
        return room

    async def accept(self, peer: PeerId) -> RoomId:
        if self._get(peer).state != "incoming":
            raise AppError("no-request")
        self._put(replace(self._get(peer), state="friend"))
        return await self._open(peer)

    async def reject(self, peer: PeerId) -> None:
        if self._get(peer).state != "incoming":
            raise AppError("no-request")
        self._put(replace(self._get(peer), state="none"))

    async def withdraw(self, peer: PeerId) -> None:
        self._put(replace(self._get(peer), state="none"))

    async def block(self, peer: PeerId) -> None:
        self._put(replace(self._get(peer), state="blocked"))

    async def unblock(self, peer: PeerId) -> None:
        self._put(replace(self._get(peer), state="friend"))

    def safety(self, peer: PeerId) -> SafetyView:
        return SafetyView(safety_number(self.me, peer), self._get(peer).verified)

    async def verify(self, peer: PeerId, *, verified: bool = True) -> SafetyView:
        self._put(replace(self._get(peer), verified=verified))
        return self.safety(peer)

    async def describe(
        self, peer: PeerId, alias: str | None = None, note: str | None = None
    ) -> ContactView:
        known = self._get(peer)
        called = known.alias if alias is None else alias
        return self._put(replace(known, alias=called, note=known.note if note is None else note))

    async def find(self, query: str) -> Sequence[FoundPerson]:
        return [
            FoundPerson(view.peer, view.name, view.alias, "contacts", view.state, view.online)
            for view in self.all()
            if query.casefold() in f"{view.name} {view.alias}".casefold()
        ]

    async def set_presence(self, state: Presence) -> None:
        self.presence = state
