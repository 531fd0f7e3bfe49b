"""Contacts as front ends ask for them: requests, blocking, verifying, aliases, presence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.crypto.identity import agreement_key, safety_number
from app.domain.contacts import (
    MOST_SHUT,
    Contact,
    ContactState,
    ContactView,
    FoundPerson,
    Presence,
    SafetyView,
    clean_alias,
    clean_note,
    shown_state,
)
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId, RoomId, to_text
from app.domain.policy import clean_text
from app.services.blocking import Blocking
from app.services.clocks import WallClock
from app.services.contact_book import ContactBook
from app.services.contact_gate import ContactGate
from app.services.conversation import RoomBook
from app.services.message_service import MessageService
from app.services.people_search import PeopleSearch
from app.services.presence_choice import PresenceChoice
from app.services.room_keeper import RoomKeeper
from app.services.room_opener import RoomOpener
from app.services.room_service import RoomService


@dataclass(frozen=True, slots=True)
class ContactParts:
    """What the service works with."""

    book: RoomBook
    contacts: ContactBook
    gate: ContactGate
    rooms: RoomService
    messages: MessageService
    keeper: RoomKeeper
    opener: RoomOpener
    blocking: Blocking
    choice: PresenceChoice
    people: PeopleSearch
    wall: WallClock


class ContactService:
    """Implements `api.Contacts`."""

    def __init__(self, me: PeerId, parts: ContactParts) -> None:
        self._me = me
        self._parts = parts
        self._book = parts.book
        self._contacts = parts.contacts
        self._gate = parts.gate

    def all(self) -> Sequence[ContactView]:
        """Return friends, requests in both directions and the blocked, by name."""
        listed = [self._gate.view(c.peer) for c in self._contacts if shown_state(c) != "none"]
        return sorted(listed, key=lambda view: ((view.alias or view.name).casefold(), view.peer))

    def of(self, peer: PeerId) -> ContactView:
        """Return anybody as they are shown. Raises AppError("bad-id" | "own-id")."""
        return self._gate.view(self._somebody(peer).peer)

    async def request(self, peer: PeerId, text: str) -> RoomId:
        """Ask somebody to talk: `text` is the first message. A request of theirs is accepted.

        Raises AppError("bad-id" | "own-id" | "peer-blocked" | "text-empty" | ...); nothing is
        changed then.
        """
        words = clean_text(text)
        contact = self._somebody(peer)
        if contact.blocked:
            raise AppError("peer-blocked", {"peer": to_text(peer)})
        room = await self._open(contact)
        await self._parts.messages.send(room, words, None)
        conversation = self._book.get(room)
        if contact.state is ContactState.INCOMING or peer in conversation.vector:
            await self._gate.befriend(conversation)
        elif contact.state is not ContactState.FRIEND:
            await self._gate.change(conversation, ContactState.REQUESTED, text=words)
        return room

    async def accept(self, peer: PeerId) -> RoomId:
        """Take up a request and list its conversation. Raises AppError("no-request")."""
        contact = self._requesting(peer)
        room = await self._open(contact)
        await self._gate.befriend(self._book.get(room))
        await self._parts.keeper.tell_rows(self._book.get(room))
        return room

    async def reject(self, peer: PeerId) -> None:
        """Forget a request without a word to the other. Raises AppError("no-request")."""
        self._requesting(peer)
        await self._contacts.update(peer, state=ContactState.REJECTED)
        await self._forget_hidden(peer)
        self._gate.tell(peer)

    async def withdraw(self, peer: PeerId) -> None:
        """Wait for somebody no longer. Raises AppError("no-request")."""
        if self._somebody(peer).state is not ContactState.REQUESTED:
            raise AppError("no-request", {"peer": to_text(peer)})
        await self._contacts.update(peer, state=ContactState.KNOWN)
        self._gate.tell(peer)

    async def block(self, peer: PeerId) -> None:
        """Refuse everything that comes from this person directly. Raises AppError("own-id").

        What it writes to us until it is unblocked is never shown.
        """
        contact = self._somebody(peer)
        waiting = contact.state is ContactState.INCOMING
        state = ContactState.KNOWN if waiting else contact.state
        since = contact.blocked_ms if contact.blocked else self._parts.wall.now_ms()
        name = self._gate.name_of(peer)
        await self._contacts.update(peer, blocked=True, blocked_ms=since, state=state, name=name)
        if waiting:
            await self._forget_hidden(peer)
        self._parts.blocking.shut(peer)
        self._gate.tell(peer)

    async def unblock(self, peer: PeerId) -> None:
        """Let this person in again. Raises AppError("not-blocked")."""
        contact = self._contacts.get(peer)
        if not contact.blocked:
            raise AppError("not-blocked", {"peer": to_text(peer)})
        shut = contact.shut
        if contact.blocked_ms:
            shut = (*shut, (contact.blocked_ms, self._parts.wall.now_ms()))[-MOST_SHUT:]
        await self._contacts.update(peer, blocked=False, blocked_ms=0, shut=shut)
        self._parts.blocking.open(peer)
        self._gate.tell(peer)

    def safety(self, peer: PeerId) -> SafetyView:
        """Return what both people compare. Raises AppError("bad-id" | "own-id")."""
        contact = self._somebody(peer)
        return SafetyView(safety_number(self._me, peer), contact.verified_ms is not None)

    async def verify(self, peer: PeerId, *, verified: bool = True) -> SafetyView:
        """Note that the numbers were compared, or that they are not to be relied on."""
        self._somebody(peer)
        when = self._parts.wall.now_ms() if verified else None
        await self._contacts.update(peer, verified_ms=when, name=self._gate.name_of(peer))
        self._gate.tell(peer)
        return self.safety(peer)

    async def describe(
        self, peer: PeerId, alias: str | None = None, note: str | None = None
    ) -> ContactView:
        """Give somebody a name and notes of our own; None leaves one as it is, "" takes it away.

        Raises AppError("name-too-long" | "note-too-long" | "own-id").
        """
        contact = self._somebody(peer)
        called = contact.alias if alias is None else clean_alias(alias)
        noted = contact.note if note is None else clean_note(note)
        await self._contacts.update(peer, alias=called, note=noted, name=self._gate.name_of(peer))
        self._gate.tell(peer)
        for conversation in self._book:
            if peer in conversation.others(self._me):
                self._parts.opener.publisher.room_changed(conversation.room)
        return self._gate.view(peer)

    async def set_presence(self, state: Presence) -> None:
        """Choose what others are to see; all but `AWAY` outlives a restart."""
        await self._parts.choice.choose(state)

    async def find(self, query: str) -> Sequence[FoundPerson]:
        """Find people by the beginnings of words of their names, as `PeopleSearch.find` says."""
        return await self._parts.people.find(query)

    def _somebody(self, peer: PeerId) -> Contact:
        if peer == self._me:
            raise AppError("own-id")
        try:
            agreement_key(peer)
        except RemoteProtocolError as error:
            raise AppError("bad-id", {"id": to_text(peer)}) from error
        return self._contacts.get(peer)

    def _requesting(self, peer: PeerId) -> Contact:
        contact = self._somebody(peer)
        if contact.blocked or contact.state is not ContactState.INCOMING:
            raise AppError("no-request", {"peer": to_text(peer)})
        return contact

    async def _open(self, contact: Contact) -> RoomId:
        return await self._parts.rooms.open_direct(contact.peer, self._gate.name_of(contact.peer))

    async def _forget_hidden(self, peer: PeerId) -> None:
        for conversation in self._book:
            if conversation.record.peer == peer and not conversation.record.joined:
                await self._parts.opener.remove(conversation.room)
