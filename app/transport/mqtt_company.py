"""Who is where, from what stands on a broker: presences, members of rooms, the directory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.domain.ids import PeerId
from app.transport.base import NameCard, PeerJoined, PeerLeft, Present, SignalingEvent
from app.transport.mqtt_statements import Member, Presence

MAX_MEMBERS = 1024
MAX_KNOWN = 10_000
"""Entries of each table; what comes beyond them is ignored."""


@dataclass(slots=True)
class _Room:
    """`told` are those whom our reader knows to be there; None while it is being entered."""

    members: dict[PeerId, Member] = field(default_factory=dict)
    told: set[PeerId] | None = None


class Company:
    """Tells of somebody in a room when both the room and the peer's own presence say so."""

    def __init__(self, me: PeerId) -> None:
        self._me = me
        self._rooms: dict[bytes, _Room] = {}
        self._presences: dict[PeerId, Presence] = {}
        self._cards: dict[PeerId, NameCard] = {}

    def __contains__(self, room: bytes) -> bool:
        return room in self._rooms

    def __len__(self) -> int:
        return len(self._rooms)

    @property
    def rooms(self) -> tuple[bytes, ...]:
        return tuple(self._rooms)

    def open(self, room: bytes) -> None:
        """Follow a room from now on."""
        self._rooms.setdefault(room, _Room())

    def entered(self, room: bytes) -> list[Present]:
        """Return who is in a room; whoever comes from now on is told of."""
        there = self._rooms[room]
        there.told = {peer for peer in there.members if self._is_in(there, peer)}
        return [Present(peer, there.members[peer].instance) for peer in sorted(there.told)]

    def forget(self, room: bytes) -> None:
        self._rooms.pop(room, None)

    def members(self, room: bytes) -> list[PeerId]:
        """Return whoever is said to be in a room, there or not."""
        return list(self._rooms[room].members) if room in self._rooms else []

    def shares(self, peer: PeerId) -> bool:
        """Tell whether a peer is in a room with us."""
        return any(self._is_in(room, peer) for room in self._rooms.values())

    def presence(self, peer: PeerId) -> Presence | None:
        """Return the connection of a peer that is there."""
        found = self._presences.get(peer)
        return found if found is not None and found.online else None

    def card(self, peer: PeerId) -> NameCard | None:
        """Return the card of a peer that is there."""
        return self._cards.get(peer) if self.presence(peer) else None

    def cards(self) -> list[NameCard]:
        """Return the directory of those who are there, by name."""
        found = [card for peer, card in self._cards.items() if self.presence(peer)]
        return sorted(found, key=lambda card: (card.name.casefold(), card.peer))

    # -- what is heard

    def heard_presence(self, peer: PeerId, presence: Presence | None) -> list[SignalingEvent]:
        """Take what a peer says of itself, None if nothing stands there any more."""
        if presence is None:
            self._presences.pop(peer, None)
        elif peer in self._presences or len(self._presences) < MAX_KNOWN:
            self._presences[peer] = presence
        return [event for room in self.rooms for event in self._news(room, peer)]

    def heard_from(self, peer: PeerId, session: bytes) -> list[SignalingEvent]:
        """Take a peer's word as a sign that it is there, if nothing else has told us yet."""
        members = (room.members.get(peer) for room in self._rooms.values())
        known = next((one for one in members if one and one.session == session), None)
        if known is None or peer in self._presences:
            return []
        return self.heard_presence(peer, Presence(session, known.instance, online=True))

    def heard_member(
        self, room: bytes, peer: PeerId, member: Member | None
    ) -> list[SignalingEvent]:
        """Take what is said of a room, None if a peer is said to be in it no more."""
        there = self._rooms.get(room)
        if there is None or peer == self._me:
            return []
        if member is None:
            there.members.pop(peer, None)
        elif peer in there.members or len(there.members) < MAX_MEMBERS:
            there.members[peer] = member
        return list(self._news(room, peer))

    def heard_card(self, peer: PeerId, card: NameCard | None) -> None:
        """Take an entry of the directory, None if it is taken back."""
        if card is None:
            self._cards.pop(peer, None)
        elif peer in self._cards or len(self._cards) < MAX_KNOWN:
            self._cards[peer] = card

    def _news(self, room: bytes, peer: PeerId) -> Iterator[SignalingEvent]:
        there = self._rooms[room]
        if there.told is None:
            return
        is_in, was_in = self._is_in(there, peer), peer in there.told
        if is_in and not was_in:
            there.told.add(peer)
            yield PeerJoined(room, Present(peer, there.members[peer].instance))
        elif was_in and not is_in:
            there.told.discard(peer)
            yield PeerLeft(room, peer)

    def _is_in(self, room: _Room, peer: PeerId) -> bool:
        member, presence = room.members.get(peer), self.presence(peer)
        return bool(member and presence and member.session == presence.session)
