"""Serves the requests of authenticated peers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import replace

import msgspec

from signaling.directory import Directory
from signaling.elsewhere import (
    Appeared,
    Elsewhere,
    Handed,
    News,
    Recarded,
    Superseded,
    Vanished,
)
from signaling.keys import verify
from signaling.outputs import Drop, Emit, Output
from signaling.protocol import (
    MAX_CARD_SKEW_MS,
    MAX_PAYLOAD,
    Card,
    Code,
    IceServers,
    Joined,
    Left,
    Nothing,
    Peers,
    People,
    Present,
    Publish,
    Relayed,
    RoomRequest,
    Search,
    Signal,
    card_message,
    good_name,
    parse,
    plain,
    to_raw,
    to_text,
)
from signaling.refusal import Refusal
from signaling.registry import Connection, PeerRegistry
from signaling.rooms import RoomManager
from signaling.turn import TurnAccounts

Served = tuple[msgspec.Struct, list[Output]]

# Entering or leaving a room is told to everybody in it: one more token for each so many told.
TOLD_PER_TOKEN = 32


class Desk:
    """One method for each request; `serve` finds it."""

    def __init__(
        self,
        registry: PeerRegistry,
        rooms: RoomManager,
        directory: Directory,
        turn: TurnAccounts,
        elsewhere: Elsewhere,
    ) -> None:
        self._registry = registry
        self._rooms = rooms
        self._directory = directory
        self._turn = turn
        self._elsewhere = elsewhere
        self._requests: dict[str, Callable[[Connection, object, int], Served]] = {
            "join": self._join,
            "leave": self._leave,
            "signal": self._signal,
            "publish": self._publish,
            "unpublish": self._unpublish,
            "search": self._search,
            "ice": self._ice,
        }

    @property
    def names(self) -> Collection[str]:
        """The requests there are."""
        return self._requests.keys()

    def serve(
        self, asker: Connection, event: str, body: object, now: float, unix_ms: int
    ) -> Served:
        """Return the answer and what to do. Raises Refusal or WireError."""
        request = self._requests.get(event)
        if request is None:
            raise Refusal(Code.UNKNOWN_EVENT, "there is no such request")
        if event in ("join", "leave"):
            self._charge(asker, to_raw(parse(body, RoomRequest).room), now)
        return request(asker, body, unix_ms)

    def depart(self, peer: bytes) -> list[Output]:
        """Take a peer out of all rooms and the directory, and return whom to tell."""
        self._elsewhere.gone(peer)
        self._list(peer)
        return [out for room in self._rooms.rooms(peer) for out in self._take_out(room, peer)]

    def supersede(self, connection: Connection) -> list[Output]:
        """End a connection whose peer has come by another one."""
        return [
            *self.depart(connection.peer),
            Emit((connection.sid,), "replaced", plain(Nothing())),
            Drop(connection.sid, "replaced"),
        ]

    def learn(self, news: News) -> list[Output]:
        """Take in what happened at another server, and return whom to tell."""
        match news:
            case Appeared(room, peer, instance):
                return self._appeared(room, peer, instance)
            case Vanished(room, peer):
                return self._take_out(room, peer)
            case Recarded(peer):
                self._list(peer)
            case Handed():
                return self._handed(news)
            case Superseded(peer):
                connection = self._registry.find(peer)
                if connection is not None:
                    self._registry.disconnect(connection.sid)
                    return self.supersede(connection)
        return []

    def _join(self, asker: Connection, body: object, _unix_ms: int) -> Served:
        text = parse(body, RoomRequest).room
        room = to_raw(text)
        known = self._rooms.contains(room, asker.peer)
        others = self._rooms.join(room, asker.peer)
        self._elsewhere.entered(asker.peer, room)
        news = Joined(text, to_text(asker.peer), to_text(asker.instance))
        runs = ((peer, self._instance(peer)) for peer in others)
        present = [Present(to_text(peer), to_text(run)) for peer, run in runs if run]
        return Peers(present), [] if known else self._tell(others, "joined", news)

    def _leave(self, asker: Connection, body: object, _unix_ms: int) -> Served:
        room = to_raw(parse(body, RoomRequest).room)
        self._elsewhere.exited(asker.peer, room)
        return Nothing(), self._take_out(room, asker.peer)

    def _signal(self, asker: Connection, body: object, _unix_ms: int) -> Served:
        signal = parse(body, Signal)
        if len(signal.payload) > MAX_PAYLOAD:
            raise Refusal(Code.PAYLOAD_TOO_LARGE, f"a payload has at most {MAX_PAYLOAD} bytes")
        peer = to_raw(signal.to)
        far = self._elsewhere.find(peer)
        target = far or self._registry.find(peer)
        if target is None or target is asker or not self._may_signal(asker, peer, target.reached):
            raise Refusal(Code.UNKNOWN_PEER, "there is no such peer that you may signal")
        if asker.reached.add(peer) and not self._rooms.share(asker.peer, peer):
            self._elsewhere.reached(asker.peer, peer)
        if far is None:
            return Nothing(), self._deliver(asker.peer, peer, signal.payload)
        if not self._elsewhere.hand(far, Handed(asker.peer, peer, signal.payload)):
            raise Refusal(Code.UNKNOWN_PEER, "there is no such peer that you may signal")
        return Nothing(), []

    def _publish(self, asker: Connection, body: object, unix_ms: int) -> Served:
        card = parse(body, Publish).card
        if not good_name(card.name):
            raise Refusal(Code.BAD_NAME, "a name has 1 to 64 characters, no control characters")
        if to_raw(card.peer) != asker.peer:
            raise Refusal(Code.BAD_CARD, "the card is somebody else's")
        if abs(card.time - unix_ms) > MAX_CARD_SKEW_MS:
            raise Refusal(Code.BAD_CARD, "the card's time is more than 24 hours off")
        if not _signed(card):
            raise Refusal(Code.BAD_CARD, "the card's signature is wrong")
        self._directory.publish(card)
        self._elsewhere.listed(asker.peer, card)
        return Nothing(), []

    def _unpublish(self, asker: Connection, body: object, _unix_ms: int) -> Served:
        parse(body, Nothing)
        self._directory.withdraw(asker.peer)
        self._elsewhere.unlisted(asker.peer)
        return Nothing(), []

    def _search(self, asker: Connection, body: object, _unix_ms: int) -> Served:
        search = parse(body, Search)
        return People(self._directory.search(search.query, search.limit, asker.peer)), []

    def _ice(self, _asker: Connection, body: object, unix_ms: int) -> Served:
        parse(body, Nothing)
        return IceServers(self._turn.issue(unix_ms), self._turn.seconds), []

    def _may_signal(self, asker: Connection, peer: bytes, reached: Container[bytes]) -> bool:
        return (
            self._rooms.share(asker.peer, peer) or peer in self._directory or asker.peer in reached
        )

    def _deliver(self, sender: bytes, peer: bytes, payload: bytes) -> list[Output]:
        target = self._registry.find(peer)
        relayed = Relayed(to_text(sender), payload)
        return [Emit((target.sid,), "signal", plain(relayed))] if target is not None else []

    def _handed(self, signal: Handed) -> list[Output]:
        """Deliver what another server handed over, after the target if it has moved on."""
        far = self._elsewhere.find(signal.to)
        if far is None:
            return self._deliver(signal.sender, signal.to, signal.payload)
        if not signal.again:
            self._elsewhere.hand(far, replace(signal, again=True))
        return []

    def _appeared(self, room: bytes, peer: bytes, instance: bytes) -> list[Output]:
        if self._rooms.contains(room, peer):
            return []
        news = Joined(to_text(room), to_text(peer), to_text(instance))
        told = self._tell(self._rooms.members(room), "joined", news)
        self._rooms.admit(room, peer)
        return told

    def _instance(self, peer: bytes) -> bytes:
        connection = self._registry.find(peer)
        return connection.instance if connection is not None else self._elsewhere.instance(peer)

    def _list(self, peer: bytes) -> None:
        """List a peer as it is listed elsewhere, or no more."""
        card = self._elsewhere.card(peer)
        if card is None:
            self._directory.withdraw(peer)
        else:
            self._directory.publish(card)

    def _charge(self, asker: Connection, room: bytes, now: float) -> None:
        told = len(self._rooms.members(room))
        if not asker.bucket.take(told // TOLD_PER_TOKEN, now):
            raise Refusal(Code.RATE_LIMITED, "too many events, wait a moment")

    def _take_out(self, room: bytes, peer: bytes) -> list[Output]:
        if self._elsewhere.holds(room, peer) or not self._rooms.leave(room, peer):
            return []
        return self._tell(self._rooms.members(room), "left", Left(to_text(room), to_text(peer)))

    def _tell(self, peers: Iterable[bytes], event: str, news: msgspec.Struct) -> list[Output]:
        found = (self._registry.find(peer) for peer in peers)
        sids = tuple(connection.sid for connection in found if connection is not None)
        return [Emit(sids, event, plain(news))] if sids else []


def _signed(card: Card) -> bool:
    peer = to_raw(card.peer)
    return verify(peer, card_message(peer, card.time, card.name), to_raw(card.signature))
