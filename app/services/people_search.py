"""Finding people as one types: contacts first, then who shared a room, then directories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.domain.contacts import FoundPerson, folded, matches, shown_state
from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.services.connection_manager import ConnectionManager
from app.services.contact_book import ContactBook
from app.services.conversation import RoomBook
from app.services.network_service import NetworkService

LIMIT = 50


class PeopleSearch:
    def __init__(
        self,
        me: PeerId,
        book: RoomBook,
        contacts: ContactBook,
        network: NetworkService,
        manager: ConnectionManager,
    ) -> None:
        self._me = me
        self._book = book
        self._contacts = contacts
        self._network = network
        self._manager = manager

    async def find(self, query: str) -> Sequence[FoundPerson]:
        """Return at most 50 people with a word that begins so in a name of theirs.

        Without a server there is no directory, and the rest is found all the same.
        """
        found: dict[PeerId, FoundPerson] = {}
        for source in (self._known(), self._members()):
            for person in sorted(source, key=lambda p: folded(p.alias or p.name)):
                if matches(query, person.name, person.alias):
                    found.setdefault(person.peer, person)
        for person in await self._listed(query):
            found.setdefault(person.peer, person)
        return list(found.values())[:LIMIT]

    def _known(self) -> Iterator[FoundPerson]:
        for contact in self._contacts:
            if shown_state(contact) != "none" or contact.alias:
                yield self._person(contact.peer, contact.name, "contacts")

    def _members(self) -> Iterator[FoundPerson]:
        for conversation in self._book:
            if conversation.record.joined:
                for peer in conversation.others(self._me):
                    name = conversation.state.name_of(peer)
                    if name:
                        yield self._person(peer, name, "history")

    async def _listed(self, query: str) -> list[FoundPerson]:
        try:
            people = await self._network.directory(query)
        except AppError:
            return []
        return [
            self._person(person.peer, person.name, "directory", online=True)
            for person in people
            if person.peer != self._me and not self._contacts.is_blocked(person.peer)
        ]

    def _person(self, peer: PeerId, name: str, source: str, *, online: bool = False) -> FoundPerson:
        contact = self._contacts.get(peer)
        state = shown_state(contact)
        return FoundPerson(
            peer=peer,
            name=name or contact.name,
            alias=contact.alias,
            source=source,
            state="" if state == "none" else state,
            online=online or self._manager.is_seen_online(peer),
        )
