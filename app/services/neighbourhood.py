"""Who is linked with whom, as far as we are told by those at the other ends of our links."""

from __future__ import annotations

from app.domain.ids import PeerId
from app.protocol.passing_frames import Neighbours


class Neighbourhood:
    """Holds what members say. Nothing of it is proven: use it to find people, not to trust them."""

    def __init__(self) -> None:
        self._told: dict[PeerId, dict[PeerId, bytes]] = {}
        self._instances: dict[PeerId, bytes] = {}

    def told(self, teller: PeerId, frame: Neighbours) -> frozenset[PeerId]:
        """Take what `teller` says in place of what it said before; return whom it names no more."""
        before = self.linked_with(teller)
        self._instances[teller] = frame.instance
        self._told[teller] = {PeerId(peer): run for peer, run in frame.peers.items()}
        return before - self.linked_with(teller)

    def ended(self, teller: PeerId) -> frozenset[PeerId]:
        """The link to `teller` is gone; return whom it had named."""
        self._instances.pop(teller, None)
        return frozenset(self._told.pop(teller, ()))

    def tellers(self) -> frozenset[PeerId]:
        """Return who has said with whom it is linked."""
        return frozenset(self._told)

    def linked_with(self, teller: PeerId) -> frozenset[PeerId]:
        """Return with whom `teller` says it is linked: members of rooms that it shares with us."""
        return frozenset(self._told.get(teller, ()))

    def named_by(self, peer: PeerId) -> frozenset[PeerId]:
        """Return who says that it is linked with `peer`."""
        return frozenset(teller for teller, peers in self._told.items() if peer in peers)

    def instance(self, peer: PeerId) -> bytes:
        """Return which run of its program `peer` is: by its own word, else by that of others.

        Empty if nobody has said so.
        """
        if peer in self._instances:
            return self._instances[peer]
        runs = (peers[peer] for peers in self._told.values() if peer in peers)
        return next(runs, b"")
