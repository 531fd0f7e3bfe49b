"""What the programs of the local network tell each other, and what follows from it for us."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId
from app.transport import lan_wire as wire
from app.transport.base import NameCard, SignalingEvent, SignalReceived
from app.transport.lan_hosts import LanHosts
from app.transport.lan_neighbours import Neighbour
from app.transport.mqtt_company import Company
from app.transport.mqtt_statements import Member, Presence
from app.transport.name_cards import from_wire, to_wire
from signaling.protocol import Card


class LanTalk:
    """Knows who is in which of our server rooms; `tell` hears what our reader should know.

    `card` is ours, None while we are not listed. Nobody learns of a room that they do not know:
    it is named by marks, which differ on every line.
    """

    def __init__(
        self, me: PeerId, hosts: LanHosts, tell: Callable[[Iterable[SignalingEvent]], None]
    ) -> None:
        self.company = Company(me)
        self.hosts = hosts
        self.card: NameCard | None = None
        self._tell = tell

    def may_write(self, neighbour: Neighbour) -> bool:
        """Tell whether somebody takes letters from us."""
        listed = self.company.card(neighbour.peer) is not None
        return listed or neighbour.wrote or self.company.shares(neighbour.peer)

    # -- our rooms

    def open(self, room: bytes, neighbours: Iterable[Neighbour]) -> None:
        """Follow a room; whoever has shown its mark is in it."""
        self.company.open(room)
        for neighbour in neighbours:
            mark = self._expect(neighbour, room)
            if mark in neighbour.marks:
                self._tell(self.company.heard_member(room, neighbour.peer, _member(neighbour)))

    def close(self, room: bytes, neighbours: Iterable[Neighbour]) -> None:
        """Follow a room no longer."""
        self.company.forget(room)
        for neighbour in neighbours:
            neighbour.rooms.pop(neighbour.line.channel.their_mark(room), None)

    @staticmethod
    def _expect(neighbour: Neighbour, room: bytes) -> bytes:
        mark = neighbour.line.channel.their_mark(room)
        neighbour.rooms[mark] = room
        return mark

    # -- neighbours

    def came(self, neighbour: Neighbour) -> None:
        """Show somebody what we show everybody."""
        there = Presence(neighbour.session, neighbour.line.remote.instance, online=True)
        self._tell(self.company.heard_presence(neighbour.peer, there))
        for room in self.company.rooms:
            self._expect(neighbour, room)
        marks = [neighbour.line.channel.our_mark(room) for room in self.company.rooms]
        card = to_wire(self.card) if self.card is not None else None
        neighbour.line.send(wire.Listing(0, card))
        neighbour.line.send(wire.Places(0, marks))
        neighbour.line.send(self.hosts.said)

    def went(self, neighbour: Neighbour) -> None:
        self.company.heard_card(neighbour.peer, None)
        self.hosts.heard(neighbour, neighbour.peer, None)
        self._tell(self.company.heard_presence(neighbour.peer, None))

    def said(self, neighbour: Neighbour, message: wire.Message) -> None:
        """Raises RemoteProtocolError for what nobody may say."""
        match message:
            case wire.Places(number):
                self._places(neighbour, message)
                neighbour.line.send(wire.Taken(number))
                neighbour.settled.set()
            case wire.Listing(number, card):
                self.company.heard_card(neighbour.peer, _checked(neighbour, card))
                neighbour.line.send(wire.Taken(number))
            case wire.Letter(payload):
                self._letter(neighbour, payload)
            case wire.Taken(number):
                neighbour.taken(number)
            case wire.Hosting():
                self.hosts.heard(neighbour, neighbour.peer, message)
            case wire.Proof():
                raise RemoteProtocolError("bad-message", "a second proof")

    def _places(self, neighbour: Neighbour, places: wire.Places) -> None:
        neighbour.marks.difference_update(places.left)
        neighbour.marks.update(places.entered)
        if len(neighbour.marks) > wire.MAX_PLACES:
            raise RemoteProtocolError("bad-message", "too many places")
        for mark in places.left:
            self._hear(neighbour, mark, inside=False)
        for mark in places.entered:
            self._hear(neighbour, mark, inside=True)

    def _hear(self, neighbour: Neighbour, mark: bytes, *, inside: bool) -> None:
        room = neighbour.rooms.get(mark)
        if room is not None:
            member = _member(neighbour) if inside else None
            self._tell(self.company.heard_member(room, neighbour.peer, member))

    def _letter(self, neighbour: Neighbour, payload: bytes) -> None:
        expected = self.card is not None or neighbour.was_written_to
        if expected or self.company.shares(neighbour.peer):
            neighbour.wrote = True
            self._tell([SignalReceived(neighbour.peer, payload)])


def _member(neighbour: Neighbour) -> Member:
    return Member(neighbour.session, neighbour.line.remote.instance)


def _checked(neighbour: Neighbour, card: Card | None) -> NameCard | None:
    if card is None:
        return None
    read = from_wire(card)
    if read is None or read.peer != neighbour.peer:
        raise RemoteProtocolError("bad-card")
    return read
