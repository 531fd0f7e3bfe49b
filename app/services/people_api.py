"""What a front end may ask about people; a part of `app.services.api`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.domain.contacts import ContactView, FoundPerson, Presence, SafetyView
from app.domain.ids import PeerId, RoomId


class Contacts(Protocol):
    """Every call about a peer may raise AppError("bad-id" | "own-id")."""

    def all(self) -> Sequence[ContactView]:
        """Friends, requests in both directions, the blocked; by name."""
        ...

    def of(self, peer: PeerId) -> ContactView:
        """Anybody at all; `state` is "none" for those in no list."""
        ...

    async def request(self, peer: PeerId, text: str) -> RoomId:
        """Ask to talk; `text` is the first message. Raises AppError("peer-blocked" | ...)."""
        ...

    async def accept(self, peer: PeerId) -> RoomId:
        """Raises AppError("no-request")."""
        ...

    async def reject(self, peer: PeerId) -> None:
        """Forget a request; the other is told nothing. Raises AppError("no-request")."""
        ...

    async def withdraw(self, peer: PeerId) -> None:
        """Wait for somebody no longer; their answer is a request then. AppError("no-request")."""
        ...

    async def block(self, peer: PeerId) -> None: ...

    async def unblock(self, peer: PeerId) -> None:
        """Raises AppError("not-blocked")."""
        ...

    def safety(self, peer: PeerId) -> SafetyView: ...

    async def verify(self, peer: PeerId, *, verified: bool = True) -> SafetyView:
        """Note that the numbers were compared and are the same, or are not to be relied on."""
        ...

    async def describe(
        self, peer: PeerId, alias: str | None = None, note: str | None = None
    ) -> ContactView:
        """Set our own name for somebody, and notes; "" takes away, None leaves."""
        ...

    async def find(self, query: str) -> Sequence[FoundPerson]:
        """People by the beginnings of words: contacts, then history, then directories."""
        ...

    async def set_presence(self, state: Presence) -> None: ...
