"""Who is connected at which server: the same at each of them once all has been heard.

A peer may have several connections at once if they are of one run (`instance`): it is in a room
while any of them is. Of two runs the later one counts, and the other is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from signaling.cluster.records import (
    Arrived,
    Change,
    Entered,
    Entry,
    Exited,
    Gone,
    Listed,
    Reached,
    Unlisted,
)
from signaling.elsewhere import Appeared, News, Reach, Recarded, Superseded, Vanished
from signaling.protocol import Card


@dataclass(slots=True)
class Session:
    """One connection, as the server that has it tells."""

    instance: bytes
    stamp: int
    rooms: dict[bytes, None] = field(default_factory=dict)
    card: Card | None = None
    reached: Reach = field(default_factory=Reach)


class Rosters:
    """`mine` is the server that this is kept for; of its own sessions nothing is told back."""

    def __init__(self, mine: bytes) -> None:
        self._mine = mine
        self._sessions: dict[bytes, dict[bytes, Session]] = {mine: {}}
        self.latest = 0

    @property
    def mine(self) -> Mapping[bytes, Session]:
        """The sessions here."""
        return self._sessions[self._mine]

    def of(self, server: bytes) -> Mapping[bytes, Session]:
        """The sessions at a server."""
        return self._sessions.get(server, {})

    def newest(self, peer: bytes) -> tuple[bytes, Session] | None:
        """Return where a peer connected last, and that session."""
        found = self._of_peer(peer)
        return max(found, key=lambda pair: (pair[1].stamp, pair[0]), default=None)

    def instance(self, peer: bytes) -> bytes:
        """Return which run of a peer is connected at other servers, nothing if none is."""
        found = (s.instance for server, s in self._of_peer(peer) if server != self._mine)
        return next(found, b"")

    def holds(self, room: bytes, peer: bytes) -> bool:
        """Tell whether another server has the peer in the room."""
        return any(room in s.rooms for server, s in self._of_peer(peer) if server != self._mine)

    def card(self, peer: bytes) -> Card | None:
        """Return the latest card of a peer."""
        cards = (s.card for _, s in self._of_peer(peer) if s.card is not None)
        return max(cards, key=lambda card: (card.time, card.signature), default=None)

    def apply(self, server: bytes, change: Change) -> list[News]:
        """Take in a change at a server. What makes no sense changes nothing."""
        match change:
            case Arrived():
                return self._arrive(server, change)
            case Gone(peer):
                return self._remove(server, peer)
            case Unlisted(peer):
                return self._unlist(peer)
        session = self.of(server).get(change.peer)
        return [] if session is None else self._change(server, session, change)

    def _change(
        self, server: bytes, session: Session, change: Entered | Exited | Listed | Reached
    ) -> list[News]:
        match change:
            case Entered(peer, room):
                return self._enter(server, peer, session, room)
            case Exited(peer, room):
                present = room in session.rooms
                session.rooms.pop(room, None)
                return self._vanished(server, peer, [room] if present else [])
            case Listed(peer, card):
                session.card = card
                return [] if server == self._mine else [Recarded(peer)]
            case Reached(_, other):
                session.reached.add(other)
                return []

    def replace(self, server: bytes, entries: Sequence[Entry]) -> list[News]:
        """Take in all that is at a server."""
        listed = {entry.peer for entry in entries}
        gone = [Gone(peer) for peer in self.of(server) if peer not in listed]
        news = [item for change in gone for item in self.apply(server, change)]
        for entry in entries:
            for change in _steps(self.of(server).get(entry.peer), entry):
                news += self.apply(server, change)
        return news

    def drop(self, server: bytes) -> list[News]:
        """Forget a server and all that is there."""
        news = self.replace(server, ())
        self._sessions.pop(server, None)
        return news

    def _of_peer(self, peer: bytes) -> list[tuple[bytes, Session]]:
        return [(server, s[peer]) for server, s in self._sessions.items() if peer in s]

    def _arrive(self, server: bytes, change: Arrived) -> list[News]:
        peer = change.peer
        news = self._remove(server, peer)
        self.latest = max(self.latest, change.stamp)
        rivals = [(o, s) for o, s in self._of_peer(peer) if s.instance != change.instance]
        if any((s.stamp, other) > (change.stamp, server) for other, s in rivals):
            return news
        for other, _ in rivals:
            lost = [Superseded(peer)] if other == self._mine else self._remove(other, peer)
            news.extend(lost)
        sessions = self._sessions.setdefault(server, {})
        sessions[peer] = Session(change.instance, change.stamp)
        return news

    def _enter(self, server: bytes, peer: bytes, session: Session, room: bytes) -> list[News]:
        known = any(room in s.rooms for _, s in self._of_peer(peer))
        session.rooms[room] = None
        if known or server == self._mine:
            return []
        return [Appeared(room, peer, session.instance)]

    def _remove(self, server: bytes, peer: bytes) -> list[News]:
        session = self._sessions.get(server, {}).pop(peer, None)
        if session is None:
            return []
        news = self._vanished(server, peer, session.rooms)
        if session.card is not None and server != self._mine:
            news.append(Recarded(peer))
        return news

    def _vanished(self, server: bytes, peer: bytes, rooms: Iterable[bytes]) -> list[News]:
        if server == self._mine:
            return []
        left = self._of_peer(peer)
        return [Vanished(room, peer) for room in rooms if not any(room in s.rooms for _, s in left)]

    def _unlist(self, peer: bytes) -> list[News]:
        listed = [s for _, s in self._of_peer(peer) if s.card is not None]
        for session in listed:
            session.card = None
        return [Recarded(peer)] if listed else []


def _steps(known: Session | None, entry: Entry) -> Iterator[Change]:
    """Yield what makes a session of what is known of it."""
    peer = entry.peer
    if known is None or (known.instance, known.stamp) != (entry.instance, entry.stamp):
        yield Arrived(peer, entry.instance, entry.stamp)
        known = Session(entry.instance, entry.stamp)
    before = dict(known.rooms)
    yield from (Exited(peer, room) for room in before if room not in set(entry.rooms))
    yield from (Entered(peer, room) for room in entry.rooms if room not in before)
    if entry.card is not None and entry.card != known.card:
        yield Listed(peer, entry.card)
    yield from (Reached(peer, other) for other in entry.reached)
