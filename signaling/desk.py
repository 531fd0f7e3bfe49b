"""Serves the requests of authenticated peers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from signaling.directory import Directory
from signaling.keys import verify
from signaling.outputs import Emit, Output
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
    ) -> None:
        self._registry = registry
        self._rooms = rooms
        self._directory = directory
        self._turn = turn
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
        self._directory.withdraw(peer)
        return [out for room in self._rooms.rooms(peer) for out in self._take_out(room, peer)]

    def _join(self, asker: Connection, body: object, _unix_ms: int) -> Served:
        text = parse(body, RoomRequest).room
        room = to_raw(text)
        known = self._rooms.contains(room, asker.peer)
        others = self._rooms.join(room, asker.peer)
        news = Joined(text, to_text(asker.peer), to_text(asker.instance))
        present = [
            Present(to_text(c.peer), to_text(c.instance))
            for c in map(self._registry.find, others)
            if c is not None
        ]
        return Peers(present), [] if known else self._tell(others, "joined", news)

    def _leave(self, asker: Connection, body: object, _unix_ms: int) -> Served:
        room = to_raw(parse(body, RoomRequest).room)
        return Nothing(), self._take_out(room, asker.peer)

    def _signal(self, asker: Connection, body: object, _unix_ms: int) -> Served:
        signal = parse(body, Signal)
        if len(signal.payload) > MAX_PAYLOAD:
            raise Refusal(Code.PAYLOAD_TOO_LARGE, f"a payload has at most {MAX_PAYLOAD} bytes")
        peer = to_raw(signal.to)
        target = self._registry.find(peer)
        if target is None or target is asker or not self._may_signal(asker, target):
            raise Refusal(Code.UNKNOWN_PEER, "there is no such peer that you may signal")
        asker.reach(peer)
        relayed = Relayed(to_text(asker.peer), signal.payload)
        return Nothing(), [Emit((target.sid,), "signal", plain(relayed))]

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
        return Nothing(), []

    def _unpublish(self, asker: Connection, body: object, _unix_ms: int) -> Served:
        parse(body, Nothing)
        self._directory.withdraw(asker.peer)
        return Nothing(), []

    def _search(self, asker: Connection, body: object, _unix_ms: int) -> Served:
        search = parse(body, Search)
        return People(self._directory.search(search.query, search.limit, asker.peer)), []

    def _ice(self, _asker: Connection, body: object, unix_ms: int) -> Served:
        parse(body, Nothing)
        return IceServers(self._turn.issue(unix_ms), self._turn.seconds), []

    def _may_signal(self, asker: Connection, target: Connection) -> bool:
        return (
            self._rooms.share(asker.peer, target.peer)
            or target.peer in self._directory
            or asker.peer in target.reached
        )

    def _charge(self, asker: Connection, room: bytes, now: float) -> None:
        told = len(self._rooms.members(room))
        if not asker.bucket.take(told // TOLD_PER_TOKEN, now):
            raise Refusal(Code.RATE_LIMITED, "too many events, wait a moment")

    def _take_out(self, room: bytes, peer: bytes) -> list[Output]:
        if not self._rooms.leave(room, peer):
            return []
        return self._tell(self._rooms.members(room), "left", Left(to_text(room), to_text(peer)))

    def _tell(self, peers: Iterable[bytes], event: str, news: msgspec.Struct) -> list[Output]:
        found = (self._registry.find(peer) for peer in peers)
        sids = tuple(connection.sid for connection in found if connection is not None)
        return [Emit(sids, event, plain(news))] if sids else []


def _signed(card: Card) -> bool:
    peer = to_raw(card.peer)
    return verify(peer, card_message(peer, card.time, card.name), to_raw(card.signature))
