"""Somebody new under the name of somebody known: shouted, for it may be an impostor."""

from __future__ import annotations

from app.domain.changes import Change, ErrorRaised, MemberChanged
from app.domain.contacts import Contact, folded
from app.domain.ids import PeerId, to_text
from app.services.contact_book import ContactBook
from app.services.feed import Feed

MAX_WARNINGS = 1000


class IdentityWatch:
    """Warns once in a run for each pair of a contact and a namesake with another key."""

    def __init__(self, me: PeerId, contacts: ContactBook, feed: Feed) -> None:
        self._me = me
        self._contacts = contacts
        self._feed = feed
        self._names: dict[PeerId, str] = {}
        self._warned: set[tuple[PeerId, PeerId]] = set()

    def heard(self, change: Change) -> None:
        """A listener of the feed: who joins a room or goes by another name there."""
        if isinstance(change, MemberChanged) and change.state in ("joined", "renamed"):
            self.appeared(change.peer, change.name)

    def appeared(self, peer: PeerId, name: str) -> None:
        """`peer` goes by `name`, in a directory, at the door or in a room."""
        if self._contacts.get(peer).is_close:
            self._names[peer] = name
            return
        if peer == self._me:
            return
        for contact in self._contacts:
            if contact.is_close and self._is_called(contact, name):
                self._warn(contact, peer, name)

    def has_namesake(self, peer: PeerId) -> bool:
        """Whether this contact, or who goes by a contact's name, was warned of."""
        return any(peer in pair for pair in self._warned)

    def _warn(self, contact: Contact, peer: PeerId, name: str) -> None:
        pair = contact.peer, peer
        if pair in self._warned or len(self._warned) >= MAX_WARNINGS:
            return
        self._warned.add(pair)
        params = {"peer": to_text(peer), "name": name, "known": to_text(contact.peer)}
        self._feed.publish(ErrorRaised("known-name-new-key", params))

    def _is_called(self, contact: Contact, name: str) -> bool:
        names = (contact.name, contact.alias, self._names.get(contact.peer, ""))
        return any(known and folded(known) == folded(name) for known in names)
