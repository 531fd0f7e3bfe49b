"""The people of a room, and how each is reached now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId, to_text
from app.domain.views import MemberView
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.courier_rooms import couriers_of
from app.services.me import Me
from app.services.peer_link import PeerLink
from app.services.publisher import Publisher


class People:
    def __init__(
        self, me: Me, book: RoomBook, publisher: Publisher, manager: ConnectionManager
    ) -> None:
        self._me = me
        self._book = book
        self._publisher = publisher
        self._manager = manager

    def members(self, room: RoomId) -> Sequence[MemberView]:
        """Return everybody in the room: ourselves, who is online, who is not; then couriers.

        Without ourselves if we have left or were removed.
        """
        conversation = self._book.listed(room)
        others = [self._view(conversation, peer) for peer in conversation.others(self._me.peer)]
        others.sort(key=lambda member: (not member.online, member.name.casefold()))
        couriers = [self._courier(conversation, peer) for peer in couriers_of(conversation)]
        own = [] if conversation.is_over else [self._view(conversation, self._me.peer)]
        return [*own, *others, *couriers]

    def _courier(self, conversation: Conversation, peer: PeerId) -> MemberView:
        return replace(self._view(conversation, peer), role="courier")

    def refuse_blocked(self, room: RoomId) -> None:
        """Raise AppError("peer-blocked") if the room is a conversation with somebody blocked."""
        conversation = self._book.find(room)
        peer = conversation.record.peer if conversation is not None else None
        if peer is not None and self._manager.contacts.is_blocked(peer):
            raise AppError("peer-blocked", {"peer": to_text(peer)})

    def _is_online(self, room: RoomId, peer: PeerId, live: PeerLink | None) -> bool:
        """Whether somebody is linked, or is known to be there in a room too large for that."""
        if live is not None:
            return self._manager.is_seen_online(peer)
        return self._manager.shared.is_around(peer, room)

    def _view(self, conversation: Conversation, peer: PeerId) -> MemberView:
        you = peer == self._me.peer
        manager = self._manager
        role = conversation.state.role_of(peer)
        live = manager.live(peer) if manager.is_online_in(peer, conversation.room) else None
        return MemberView(
            peer=peer,
            name=self._me.name if you else conversation.name_of(peer, self._publisher.names),
            role=role.value if role is not None else "member",
            you=you,
            online=you or self._is_online(conversation.room, peer, live),
            route=live.route if live else None,
            rtt_ms=live.rtt_ms if live else None,
            last_seen_ms=manager.last_seen.get(peer),
            picture=self._publisher.face(peer),
        )
