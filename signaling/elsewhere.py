"""What a server knows of its like behind the same address; alone, as here, it knows of none."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from signaling.protocol import Card

# To how many strangers a peer's latest signals entitle an answer.
REACHED_LIMIT = 256


@dataclass(frozen=True)
class Far:
    """A peer's newest connection, at another server. `reached` are those it signaled."""

    server: bytes
    instance: bytes
    reached: Container[bytes]


@dataclass(frozen=True)
class Appeared:
    """A peer is in a room, by a connection at another server."""

    room: bytes
    peer: bytes
    instance: bytes


@dataclass(frozen=True)
class Vanished:
    """No connection of the peer at another server is in the room any more."""

    room: bytes
    peer: bytes


@dataclass(frozen=True)
class Recarded:
    """The peer's entry in the directory is another one now, or gone."""

    peer: bytes


@dataclass(frozen=True)
class Superseded:
    """Another run of the peer connected elsewhere, later than the one here."""

    peer: bytes


@dataclass(frozen=True)
class Handed:
    """A signal for somebody at another server than the sender.

    `again`: the target was no more where it was handed first.
    """

    sender: bytes
    to: bytes
    payload: bytes
    again: bool = False


News = Appeared | Vanished | Recarded | Superseded | Handed


class Elsewhere:
    """One server alone. Every method is one question or one thing to tell the others."""

    def find(self, _peer: bytes) -> Far | None:
        """Return the newest connection of a peer, if it is at another server."""
        return None

    def instance(self, _peer: bytes) -> bytes:
        """Return which run of a peer is connected at other servers, nothing if none is."""
        return b""

    def holds(self, _room: bytes, _peer: bytes) -> bool:
        """Tell whether a connection at another server has the peer in the room."""
        return False

    def card(self, _peer: bytes) -> Card | None:
        """Return the peer's entry in the directory as published elsewhere."""
        return None

    def arrived(self, _peer: bytes, _instance: bytes, _unix_ms: int) -> Sequence[News]:
        """Somebody proved here who they are."""
        return ()

    def gone(self, _peer: bytes) -> None:
        """The connection of a peer here has ended."""

    def entered(self, _peer: bytes, _room: bytes) -> None:
        """A peer entered a room here."""

    def exited(self, _peer: bytes, _room: bytes) -> None:
        """A peer left a room here."""

    def listed(self, _peer: bytes, _card: Card) -> None:
        """A peer published a card here."""

    def unlisted(self, _peer: bytes) -> None:
        """A peer took its card back here: all of them, wherever they were published."""

    def reached(self, _peer: bytes, _other: bytes) -> None:
        """A peer here signaled somebody who may answer now, and could not have written before."""

    def hand(self, _far: Far, _signal: Handed) -> bool:
        """Give a signal to the server where its target is; False if that cannot be reached."""
        return False

    def heard(self, _frame: bytes, _now: float) -> Sequence[News]:
        """Something came over the bus."""
        return ()

    def tick(self, _now: float) -> Sequence[News]:
        """Call about once a second."""
        return ()

    def stopping(self) -> None:
        """Say that this server ends; its peers count as here for a moment more."""

    def census(self) -> dict[str, Any] | None:
        """Return what all servers count together; None for one alone."""
        return None


class Reach(OrderedDict[bytes, None]):
    """Whom a connection signaled: the latest REACHED_LIMIT."""

    def add(self, peer: bytes) -> bool:
        """Note one; tell whether it is a new one."""
        new = peer not in self
        self[peer] = None
        self.move_to_end(peer)
        if len(self) > REACHED_LIMIT:
            self.popitem(last=False)
        return new
