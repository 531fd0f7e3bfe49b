"""Who shares a group with whom, as far as we can see: in groups that we are in ourselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.domain.ids import PeerId
from app.domain.views import RoomKind
from app.protocol.frames import PARCELS
from app.services.connection_manager import ConnectionManager
from app.services.contact_book import ContactBook
from app.services.conversation import Conversation, RoomBook
from app.services.peer_link import PeerLink


def _serves_nobody(*_peers: PeerId) -> bool:
    return False


class CommonGroups:
    def __init__(
        self, me: PeerId, book: RoomBook, contacts: ContactBook, manager: ConnectionManager
    ) -> None:
        self._me = me
        self._book = book
        self._contacts = contacts
        self.manager = manager
        self.served: Callable[..., bool] = _serves_nobody

    def share(self, *peers: PeerId) -> bool:
        """Tell whether all of these belong to one group of ours, and none is blocked.

        Its couriers do. Of a room that we serve as a courier ourselves its members do.
        """
        if any(self._contacts.is_blocked(peer) for peer in peers):
            return False
        return self.served(*peers) or any(
            others.union(conversation.state.governance.couriers) >= set(peers)
            for conversation, others in self._groups()
        )

    def carriers(self, receiver: PeerId) -> list[PeerLink]:
        """Return the links to members of a group with `receiver` that is open on them."""
        places = [room.room for room, others in self._groups() if receiver in others]
        return [
            link
            for link in self.manager.links()
            if link.peer != receiver
            and link.features & PARCELS
            and not self._contacts.is_blocked(link.peer)
            and any(room in link.rooms for room in places)
        ]

    def _groups(self) -> Iterator[tuple[Conversation, set[PeerId]]]:
        for conversation in self._book:
            is_in = conversation.record.joined and conversation.standing == "member"
            if conversation.kind is RoomKind.GROUP and is_in:
                yield conversation, set(conversation.others(self._me))
