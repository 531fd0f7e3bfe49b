"""Fragments that were given a number and are not acknowledged up to it, found by number at once."""

from __future__ import annotations

from app.transport.fast_sctp.window import Burst

_COMPACT_AT = 4096


class Fragment:
    """One encoded DATA chunk and what became of it."""

    __slots__ = ("acked", "burst", "chunk", "in_flight", "packet", "sends", "size")

    def __init__(self, chunk: bytes, size: int) -> None:
        self.chunk = chunk
        self.size = size
        self.acked = False
        self.in_flight = False
        self.sends = 0
        self.packet = -1
        """The count of the packet that carried it last."""
        self.burst: Burst | None = None


class SentLog:
    """The fragments from the oldest one not acknowledged to the newest one sent."""

    __slots__ = ("_fragments", "_head", "first")

    def __init__(self, first: int) -> None:
        self.first = first
        """The number of the oldest fragment here, or of the next one to be sent."""
        self._fragments: list[Fragment] = []
        self._head = 0

    def __len__(self) -> int:
        return len(self._fragments) - self._head

    def append(self, fragment: Fragment) -> None:
        """Add the fragment with the next number."""
        self._fragments.append(fragment)

    def span(self, first: int, last: int) -> list[Fragment]:
        """Return the fragments numbered `first` to `last`, which must be here."""
        shift = self._head - self.first
        return self._fragments[first + shift : last + 1 + shift]

    def pop_to(self, last: int) -> list[Fragment]:
        """Remove and return the fragments up to the one numbered `last`."""
        count = last + 1 - self.first
        popped = self._fragments[self._head : self._head + count]
        self.first = last + 1
        self._head += count
        if self._head > _COMPACT_AT:
            del self._fragments[: self._head]
            self._head = 0
        return popped

    def waiting(self) -> list[Fragment]:
        """Return what was not acknowledged, oldest first."""
        return [item for item in self._fragments[self._head :] if not item.acked]
