"""What blocking does to links and servers."""

from __future__ import annotations

from app.domain.ids import PeerId
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.introducer import Introducer
from app.services.signaling_hub import SignalingHub


class Blocking:
    """Called after the contact says so: `ContactBook` is what everybody else asks."""

    def __init__(
        self,
        book: RoomBook,
        hub: SignalingHub,
        manager: ConnectionManager,
        introducer: Introducer,
    ) -> None:
        self._book = book
        self._hub = hub
        self._manager = manager
        self._introducer = introducer

    def shut(self, peer: PeerId) -> None:
        """Leave where only the two meet, and cut the link: we look offline from there."""
        conversation = self._direct(peer)
        if conversation is not None:
            place = conversation.latest_keys.rendezvous
            self._hub.soon(self._hub.leave(place))
            for gone in self._hub.left(place):
                self._manager.unreachable(gone)
        self._manager.drop(peer)

    def open(self, peer: PeerId) -> None:
        """Meet again, and link with who is there."""
        self._manager.readmit(peer)
        conversation = self._direct(peer)
        if conversation is not None:
            self._hub.soon(self._hub.enter(conversation.latest_keys.rendezvous))
            self._hub.soon(self._introducer.knock(peer))

    def _direct(self, peer: PeerId) -> Conversation | None:
        return next((room for room in self._book if room.record.peer == peer), None)
