"""All contacts in memory; what changes is on the disk before it counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.domain.contacts import Contact, ContactState, Span
from app.domain.ids import PeerId
from app.storage.contact_repository import ContactRepository


class ContactBook:
    """`aliases` is kept up to date for whoever holds it."""

    def __init__(self, repository: ContactRepository) -> None:
        self._repository = repository
        self._contacts: dict[PeerId, Contact] = {}
        self._turn = asyncio.Lock()
        self.aliases: dict[PeerId, str] = {}
        self.on_unheard: Callable[[Mapping[PeerId, Sequence[Span]]], None] = lambda _spans: None
        """Told, as often as that changes, when who was blocked: for whoever drops their words."""

    def __iter__(self) -> Iterator[Contact]:
        return iter(tuple(self._contacts.values()))

    async def load(self) -> None:
        for contact in await self._repository.all():
            self._keep(contact)

    def get(self, peer: PeerId) -> Contact:
        """Return a contact; somebody of whom nothing is kept is `KNOWN` and nameless."""
        return self._contacts.get(peer, Contact(peer))

    def is_blocked(self, peer: PeerId) -> bool:
        return self.get(peer).blocked

    def is_unwelcome(self, peer: PeerId) -> bool:
        """Whether this person may not begin a conversation."""
        contact = self.get(peer)
        return contact.blocked or contact.state is ContactState.REJECTED

    async def update(self, peer: PeerId, **changes: Any) -> Contact:
        """Store a contact with these fields changed, and return it."""
        async with self._turn:
            contact = replace(self.get(peer), **changes)
            await self._repository.save(contact)
            self._keep(contact)
            return contact

    def _keep(self, contact: Contact) -> None:
        changed = self.get(contact.peer).unheard != contact.unheard
        self._contacts[contact.peer] = contact
        if changed:
            self.on_unheard({one.peer: one.unheard for one in self if one.unheard})
        self.aliases.pop(contact.peer, None)
        if contact.alias:
            self.aliases[contact.peer] = contact.alias
