"""What people who are linked want to be seen as, and what we want to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from app.domain.contacts import Presence, PresenceChanged
from app.domain.ids import PeerId
from app.services.feed import Feed
from app.services.privacy import Privacy

REPEAT_EVERY = 20.0


class Told(Protocol):
    """A link that tells our presence when it is asked to."""

    def send_presence(self) -> None: ...


class PresenceService:
    """`links` returns those that are up; who constructs everything sets it."""

    def __init__(self, privacy: Privacy, feed: Feed) -> None:
        self._privacy = privacy
        self._feed = feed
        self._seen: dict[PeerId, Presence] = {}
        self.links: Callable[[], Sequence[Told]] = lambda: ()

    @property
    def own(self) -> Presence:
        return self._privacy.presence

    def tell(self) -> None:
        """Tell everybody linked what we want to be seen as."""
        for link in self.links():
            link.send_presence()

    def received(self, peer: PeerId, state: int) -> bool:
        """The peer asks to be shown so; tell whether that is new. Unknown states are online."""
        known = state in Presence.__members__.values()
        told = Presence(state) if known else Presence.ONLINE
        fresh = told is not self.of(peer)
        self._seen[peer] = told
        if fresh:
            self._feed.publish(PresenceChanged(peer, shown(told)))
        return fresh

    def ended(self, peer: PeerId) -> None:
        """The link is gone, and with it what was told over it."""
        if self._seen.pop(peer, Presence.ONLINE) in (Presence.AWAY, Presence.BUSY):
            self._feed.publish(PresenceChanged(peer, "offline"))

    def of(self, peer: PeerId) -> Presence:
        """Return what a linked peer wants to be seen as."""
        return self._seen.get(peer, Presence.ONLINE)

    def is_hidden(self, peer: PeerId) -> bool:
        return self.of(peer) is Presence.INVISIBLE

    async def run(self) -> None:
        """Repeat ours until cancelled: frames of this lane may be lost."""
        while True:
            await asyncio.sleep(REPEAT_EVERY)
            self.tell()


def shown(state: Presence) -> str:
    """Return the word for a presence."""
    return "offline" if state is Presence.INVISIBLE else state.name.lower()
