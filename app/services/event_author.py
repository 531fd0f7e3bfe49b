"""Writing events in our own name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.crypto.authoring import write_event
from app.crypto.identity import Identity
from app.domain.clock import HybridClock, is_far_future
from app.domain.events import Body, Event, Header, KnownBody
from app.domain.ids import EventId
from app.domain.views import RoomKind
from app.protocol.room_log import Head
from app.services.clocks import WallClock
from app.services.conversation import Conversation

Compose = Callable[[Head], Sequence[tuple[Event, Body]]]
Bound = Callable[[EventId], KnownBody]
"""Makes the body of an event that depends on the id of the author's event before it."""


class EventAuthor:
    """Stamps, chains, seals and signs.

    What `compose` returns runs on the storage thread, one at a time; `observe` runs on the loop.
    """

    def __init__(self, identity: Identity, wall: WallClock) -> None:
        self._identity = identity
        self.wall = wall
        self._clock = HybridClock()
        self._observed = 0

    def observe(self, hlc: int) -> None:
        """Write after this stamp from now on, unless it lies in the far future."""
        if not is_far_future(hlc, self.wall.now_ms()):
            self._observed = max(self._observed, hlc)

    def compose(self, conversation: Conversation, bodies: Sequence[KnownBody | Bound]) -> Compose:
        """Return the function that makes the events which follow an author's head."""
        keys = conversation.latest_keys
        group = conversation.kind is RoomKind.GROUP

        def run(head: Head) -> list[tuple[Event, Body]]:
            written: list[tuple[Event, Body]] = []
            for one in bodies:
                body = one(head.event) if callable(one) else one
                header = Header(
                    conversation.room,
                    self._identity.peer,
                    head.seq + 1,
                    head.event,
                    self._stamp(),
                    keys.epoch,
                )
                event = write_event(self._identity, header, body, keys, group=group)
                head = Head(header.seq, event.id)
                written.append((event, body))
            return written

        return run

    def _stamp(self) -> int:
        now = self.wall.now_ms()
        self._clock.observe(self._observed, now)
        return self._clock.tick(now)
