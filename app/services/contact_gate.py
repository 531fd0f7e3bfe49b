"""Decides whether somebody's first word opens a conversation or asks for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.domain.contacts import (
    Accept,
    ContactChanged,
    ContactState,
    ContactView,
    shown_state,
)
from app.domain.ids import PeerId
from app.domain.views import MessageKind
from app.services.circle import Circle
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.presence_service import shown
from app.services.publisher import Publisher
from app.storage.records import MessageRow


class ContactGate:
    """Keeps the state of contacts in step with what happens in conversations of two."""

    def __init__(
        self,
        circle: Circle,
        book: RoomBook,
        publisher: Publisher,
        manager: ConnectionManager,
    ) -> None:
        self._contacts = circle.contacts
        self._privacy = circle.privacy
        self._watch = circle.watch
        self._presence = circle.presence
        self._book = book
        self.publisher = publisher
        self._manager = manager
        self.on_waiting: Callable[[Sequence[MessageRow]], None] = lambda _rows: None
        """Told what somebody has written who waits for our answer to a request."""

    async def admits(self, conversation: Conversation, rows: Sequence[MessageRow]) -> bool:
        """Tell whether a conversation that the other began is to be shown now.

        If not, the first of its `rows` is a request, which is kept and told of.
        """
        peer = conversation.record.peer
        if peer is None:
            return False
        self._watch.appeared(peer, self.name_of(peer))
        contact = self._contacts.get(peer)
        if contact.blocked or contact.state is ContactState.REJECTED:
            return False
        known = contact.state in (ContactState.FRIEND, ContactState.REQUESTED)
        if known or self._accepts(peer):
            await self.befriend(conversation)
            return True
        if contact.state is not ContactState.INCOMING:
            words = [
                row.text or row.file.name if row.file else row.text
                for row in rows
                if row.kind in (MessageKind.TEXT, MessageKind.FILE)
            ]
            await self.change(conversation, ContactState.INCOMING, text=words[0] if words else "")
        self.on_waiting(rows)
        return False

    def is_unwelcome(self, peer: PeerId) -> bool:
        """Whether somebody was blocked or sent away."""
        return self._contacts.is_unwelcome(peer)

    def _accepts(self, peer: PeerId) -> bool:
        link = self._manager.live(peer)
        near = link is not None and link.route == "lan"
        choice = self._privacy.accept
        return choice is Accept.EVERYBODY or (choice is Accept.LOCAL and near)

    async def settle(self, conversation: Conversation) -> None:
        """Note that the other has taken part in a conversation that we show."""
        peer = conversation.record.peer
        if peer is not None and conversation.record.joined and peer in conversation.vector:
            await self.befriend(conversation)
            name = self.name_of(peer)
            if name and name != self._contacts.get(peer).name:
                await self._contacts.update(peer, name=name)
                self.tell(peer)

    async def befriend(self, conversation: Conversation) -> None:
        peer = conversation.record.peer
        if peer is not None and self._contacts.get(peer).state is not ContactState.FRIEND:
            await self.change(conversation, ContactState.FRIEND)

    async def change(
        self, conversation: Conversation, state: ContactState, text: str | None = None
    ) -> None:
        """Store a new state and tell of it."""
        peer = conversation.record.peer
        if peer is None:
            return
        name = self.name_of(peer)
        said = self._contacts.get(peer).text if text is None else text
        await self._contacts.update(peer, state=state, name=name, text=said)
        self.tell(peer)

    def name_of(self, peer: PeerId) -> str:
        """Return the name that somebody goes by, first of all to us; "" if there is none."""
        rooms = sorted(self._book, key=lambda room: room.record.peer != peer)
        names = (room.state.name_of(peer) for room in rooms)
        known = next(filter(None, names), "")
        return known or self.publisher.names.get(peer, "") or self._contacts.get(peer).name

    def tell(self, peer: PeerId) -> None:
        self.publisher.feed.publish(ContactChanged(self.view(peer)))

    def view(self, peer: PeerId) -> ContactView:
        """Return a contact as it is shown now."""
        contact = self._contacts.get(peer)
        online = not contact.blocked and self._manager.is_seen_online(peer)
        return ContactView(
            peer=peer,
            name=self.name_of(peer),
            alias=contact.alias,
            note=contact.note,
            state=shown_state(contact),
            text=contact.text,
            online=online,
            verified=contact.verified_ms is not None,
            presence=shown(self._presence.of(peer)) if online else "offline",
            picture=self.publisher.face(peer),
        )
