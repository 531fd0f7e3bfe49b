"""Names that people go by elsewhere: in directories, knocks, links. Hearsay, so it is bounded."""

from __future__ import annotations

from app.domain.ids import PeerId

MAX_NAMES = 16_384


class KnownNames(dict[PeerId, str]):
    """The latest names heard; those heard of longest ago make place for others."""

    def hear(self, peer: PeerId, name: str) -> None:
        """Note what somebody is called now."""
        self.pop(peer, None)
        while len(self) >= MAX_NAMES:
            del self[next(iter(self))]
        self[peer] = name

    def hint(self, peer: PeerId, name: str) -> None:
        """Note a name, if none is known."""
        if peer not in self:
            self.hear(peer, name)
