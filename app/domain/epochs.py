"""Which keys a room has had and who has the newest one, while acts are taken one by one."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.content import Content
from app.domain.governance import Governance, Rekeying
from app.domain.governing import MAX_PARTS, NewEpoch
from app.domain.ids import PEER_ID_SIZE, PeerId

GENERATION_SHIFT = 16


class Epochs:
    """Starts from what governs a room."""

    def __init__(self, governance: Governance) -> None:
        self.rekeyings = list(governance.rekeyings)
        self.newest = governance.newest
        self.lacking = set(governance.lacking)
        self.stale = governance.stale

    def rekey(
        self, content: Content, body: NewEpoch, present: Iterable[PeerId], *, entitled: bool
    ) -> bool:
        """Take a new epoch in; return whether it is the newest now.

        If it has as many receivers as are possible, nobody could be told by another one.
        """
        starts = range(0, len(body.peers), PEER_ID_SIZE)
        told = {PeerId(body.peers[start : start + PEER_ID_SIZE]) for start in starts}
        told.add(content.author)
        newer = body.number >> GENERATION_SHIFT > self.newest >> GENERATION_SHIFT
        standing = "void" if not entitled else "valid" if newer else "late"
        event, seq = content.position.event, content.seq
        self.rekeyings.append(
            Rekeying(body.number, content.author, seq, event, frozenset(told), standing)
        )
        if standing != "valid":
            return False
        members = frozenset(present)
        self.newest, self.stale = body.number, not told <= members
        self.lacking = set() if len(starts) == MAX_PARTS else set(members - told)
        return True

    def entered(self, content: Content) -> None:
        """Somebody has come in, and has the newest key if it writes under it."""
        if content.epoch != self.newest:
            self.lacking.add(content.author)

    def departed(self, peer: PeerId) -> None:
        """Somebody is out who knows the key."""
        self.lacking.discard(peer)
        self.stale = True
