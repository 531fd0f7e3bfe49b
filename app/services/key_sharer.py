"""Sees to it that members have the keys of epochs that were made without them.

Two who are in charge and apart may disagree: one puts somebody out and makes a key for the rest,
the other, whose act counts, does not. That somebody is a member for all in the end, but what was
sealed meanwhile, later keys included, is closed to it until it is given what opens it.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.crypto.room_keys import EpochKeys, epoch_keys, govern_only
from app.domain.governing import NewEpoch
from app.domain.ids import PeerId, RoomId
from app.protocol.frames import Aside, Welcome
from app.services.background import Background
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation, RoomBook
from app.services.peer_link import PeerLink
from app.services.room_logs import RoomLogs
from app.storage.store import Store

MAX_SHARED = 1024
"""Keys in one gift, the latest ones."""
MAX_OFFERED = 256
"""Keys of a room that one member has offered last, and that have opened nothing yet."""
MAX_GIVERS = 16
"""Members whose gifts are kept for a room, the latest ones."""

Offer = tuple[int, bool, bytes]


class KeySharer:
    """Implements `Listener`. A key is believed once it opens an event that waits for one."""

    def __init__(
        self,
        store: Store,
        book: RoomBook,
        logs: RoomLogs,
        manager: ConnectionManager,
        background: Background,
    ) -> None:
        self._store, self._book, self._logs = store, book, logs
        self._manager, self._background = manager, background
        self._given: dict[tuple[PeerId, RoomId], frozenset[int]] = {}
        self._offered: dict[RoomId, dict[PeerId, list[Offer]]] = {}

    def owed(self, conversation: Conversation, peer: PeerId) -> Welcome | None:
        """Return what a member is to be given, None if it lacks nothing that we know of."""
        state = conversation.state
        if (
            state.role_of(peer) is None
            or state.founder is None
            or conversation.standing != "member"
        ):
            return None
        was_out = bool(state.governance.spans(peer))
        keys = []
        for epoch in list(_made_without(conversation, peer))[-MAX_SHARED:]:
            secret, known = conversation.secrets.get(epoch), conversation.keys.get(epoch)
            if secret is not None and not was_out:
                keys.append((epoch, True, secret))
            elif known is not None:
                keys.append((epoch, False, known.govern))
        return Welcome(conversation.room, state.founder, state.name, keys) if keys else None

    def share(self, conversation: Conversation) -> None:
        """Give those who are linked what they lack, once on each link."""
        for link in self._manager.links():
            if conversation.room in link.rooms:
                self._give(conversation, link)

    def _give(self, conversation: Conversation, link: PeerLink) -> None:
        frame = self.owed(conversation, link.peer)
        if frame is None:
            return
        place = link.peer, conversation.room
        epochs = frozenset(epoch for epoch, _, _ in frame.keys)
        if not epochs <= self._given.get(place, frozenset()):
            self._given[place] = epochs
            link.answer(frame)

    async def take(self, peer: PeerId, frame: Welcome) -> None:
        """Consider keys that a member of a room of ours has sent unasked."""
        conversation = self._book.find(RoomId(frame.room))
        if conversation is None or conversation.standing != "member":
            return
        if conversation.state.role_of(peer) is None:
            return
        given = self._offered.setdefault(conversation.room, {})
        given.pop(peer, None)
        given[peer] = [offer for offer in frame.keys if offer[0] > 0][-MAX_OFFERED:]
        while len(given) > MAX_GIVERS:
            del given[next(iter(given))]
        await self.try_again(conversation)

    async def try_again(self, conversation: Conversation) -> bool:
        """Look whether what was offered opens anything; tell whether it did."""
        found = False
        while opening := await self._opening(conversation):
            for epoch, whole, key in opening:
                await self._store.rooms.add_epoch(conversation.room, epoch, key, whole=whole)
                conversation.know(epoch, key, whole=whole)
            await self._logs.release_held(conversation.room, new_keys=True)
            found = True
        return found

    async def _opening(self, conversation: Conversation) -> list[Offer]:
        given = self._offered.get(conversation.room, {})
        offers = [one for each in given.values() for one in each if _is_news(conversation, one)]
        if not offers:
            return []
        opening = await self._store.log.opening(conversation.room, [_keys(one) for one in offers])
        # A secret before what opens acts alone.
        return sorted((offers[at] for at in opening), key=lambda one: one[1])

    # -- Listener

    def opened(self, peer: PeerId, room: RoomId) -> None:
        conversation, link = self._book.find(room), self._manager.live(peer)
        if conversation is not None and link is not None:
            self._give(conversation, link)

    def ended(self, peer: PeerId) -> None:
        self._given = {place: given for place, given in self._given.items() if place[0] != peer}

    def received(self, peer: PeerId, frame: Aside) -> None:
        """Nothing of ours is handed on."""

    def read(self, room: RoomId) -> None:
        """Reading needs no keys that are not there."""


def _made_without(conversation: Conversation, peer: PeerId) -> Iterator[int]:
    """Yield the epochs that were made since `peer` came, and not sealed to it."""
    state = conversation.state
    joined = state.members[peer].joined
    acts = (act for act in state.governance.acts if isinstance(act.content.body, NewEpoch))
    places = {act.content.position.event: act.place for act in acts}
    for one in state.governance.rekeyings:
        if peer not in one.recipients and places.get(one.event, joined) > joined:
            yield one.number


def _is_news(conversation: Conversation, offer: Offer) -> bool:
    epoch, whole, _ = offer
    known = conversation.keys.get(epoch)
    return known is None or (whole and not known.is_whole)


def _keys(offer: Offer) -> EpochKeys:
    epoch, whole, key = offer
    return epoch_keys(epoch, key) if whole else govern_only(epoch, key)
