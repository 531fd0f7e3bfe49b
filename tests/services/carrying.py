"""A carrier and links of which only what is sent on them matters."""

from __future__ import annotations

from app.domain.ids import PeerId, RoomId
from app.protocol.frames import FEATURES, Aside
from app.protocol.passing_frames import Through
from app.services.carriage import Carriage
from app.services.connection_manager import ConnectionManager
from app.services.contact_book import ContactBook
from app.services.passer import Passer
from app.services.peer_link import PeerLink

ANA, BOB, CEM, DAN, EVE = (PeerId(bytes([n]) * 32) for n in range(1, 6))
LAB, CLUB = RoomId(b"l" * 16), RoomId(b"c" * 16)
PAYLOAD = bytes(48)


class Ear(PeerLink):
    """A link of which only what is sent on it matters."""

    def __init__(self, peer: PeerId, *rooms: RoomId, features: int = FEATURES) -> None:
        self.peer = peer
        self.features = features
        self.open = frozenset(rooms)
        self.carrier: PeerId | None = None
        self.measured: float | None = None
        self.said: list[Aside] = []
        self.lost: list[Aside] = []

    @property
    def rooms(self) -> frozenset[RoomId]:
        return self.open

    @property
    def through(self) -> PeerId | None:
        return self.carrier

    @property
    def quality(self) -> float | None:
        return self.measured

    def send(self, frame: Aside) -> None:
        self.said.append(frame)

    def send_lossy(self, frame: Aside) -> None:
        self.lost.append(frame)


class Book(ContactBook):
    def __init__(self, blocked: set[PeerId]) -> None:
        self._blocked = blocked

    def is_blocked(self, peer: PeerId) -> bool:
        return peer in self._blocked


class Manager(ConnectionManager):
    """Knows the links that a test has made, and whom it has blocked."""

    def __init__(self, me: PeerId, *links: Ear) -> None:
        self._me = me
        self._links = {link.peer: link for link in links}
        self.blocked: set[PeerId] = set()

    @property
    def me(self) -> PeerId:
        return self._me

    @property
    def contacts(self) -> ContactBook:
        return Book(self.blocked)

    def live(self, peer: PeerId) -> Ear | None:
        return self._links.get(peer)

    def join(self, link: Ear) -> None:
        """Take a link in place of the last one to this peer."""
        self._links[link.peer] = link

    def lose(self, *peers: PeerId) -> None:
        for peer in peers:
            self._links.pop(peer, None)

    def ears(self) -> list[Ear]:
        return list(self._links.values())


class Carrying:
    """Cem, who is linked with Ana and Bob in one room, and with Dan in another one."""

    def __init__(self) -> None:
        self.ana, self.bob, self.dan = Ear(ANA, LAB), Ear(BOB, LAB), Ear(DAN, CLUB)
        self.manager = Manager(CEM, self.ana, self.bob, self.dan)
        self.taken: list[tuple[PeerId, bytes]] = []
        self.carriage = Carriage()
        self.passer = Passer(self.manager, self.carriage, lambda *what: self.taken.append(what))

    def says(self, peer: PeerId, receiver: PeerId, sender: PeerId) -> None:
        self.passer.received(peer, Through(receiver, sender, PAYLOAD))
