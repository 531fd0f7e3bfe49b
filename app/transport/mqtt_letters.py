"""Payloads between two connections, over a broker that may keep, repeat or invent them."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

from app.domain.ids import PeerId
from app.transport.mqtt_statements import Letter

MAX_CORRESPONDENTS = 256

Key = TypeVar("Key")
Value = TypeVar("Value")


class Letters:
    """Numbers what we write, and takes each letter to our present connection once."""

    def __init__(self, me: PeerId, session: bytes) -> None:
        self._me = me
        self.session = session
        self._number = 0
        self._heard: OrderedDict[PeerId, tuple[bytes, int]] = OrderedDict()
        self._written: OrderedDict[PeerId, None] = OrderedDict()

    def number(self) -> int:
        """Return the number of the next letter, in the order in which they were asked for."""
        self._number += 1
        return self._number

    def write(self, peer: PeerId, target: bytes, number: int, payload: bytes) -> Letter:
        """Return a letter for one connection of a peer, who may answer it from now on."""
        _remember(self._written, peer, None)
        return Letter(self._me, self.session, target, number, payload)

    def session_of(self, peer: PeerId) -> bytes | None:
        """Return the connection from which a peer has written to us."""
        found = self._heard.get(peer)
        return found[0] if found is not None else None

    def has_written_to(self, peer: PeerId) -> bool:
        """Tell whether we have written to a peer, who therefore may answer."""
        return peer in self._written

    def left(self, peer: PeerId, session: bytes | None) -> None:
        """Note which connection of a peer is there now, None for none."""
        if self.session_of(peer) != session:
            self._heard.pop(peer, None)

    def accept(self, letter: Letter) -> bool:
        """Tell whether a letter is for this connection, and was not here before."""
        sender = PeerId(letter.sender)
        session, number = self._heard.get(sender, (b"", -1))
        if letter.target != self.session or sender == self._me:
            return False
        if letter.session == session and letter.number <= number:
            return False
        _remember(self._heard, sender, (letter.session, letter.number))
        return True


def _remember(table: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    table[key] = value
    table.move_to_end(key)
    if len(table) > MAX_CORRESPONDENTS:
        table.popitem(last=False)
