"""Which pieces of a transfer are there: a bit for each, the first piece in the highest bit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.domain.errors import RemoteProtocolError


class PieceMap:
    """Counts as it goes; `count` pieces, none there at first."""

    def __init__(self, count: int) -> None:
        self._bits = bytearray(-(-count // 8))
        self.count = count
        self.there = 0

    @classmethod
    def decode(cls, raw: bytes, count: int) -> PieceMap:
        """Undo `encode`. Raises RemoteProtocolError("bad-piece-map")."""
        pieces = cls(count)
        spare = -count % 8
        if len(raw) != len(pieces._bits) or (spare and raw[-1] & ((1 << spare) - 1)):
            raise RemoteProtocolError("bad-piece-map")
        pieces._bits[:] = raw
        pieces.there = sum(byte.bit_count() for byte in raw)
        return pieces

    @classmethod
    def full(cls, count: int) -> PieceMap:
        """Return a map of pieces that are all there."""
        pieces = cls(count)
        pieces._bits[:] = b"\xff" * len(pieces._bits)
        if count % 8:
            pieces._bits[-1] = (0xFF << (-count % 8)) & 0xFF
        pieces.there = count
        return pieces

    @classmethod
    def outside(cls, maps: Iterable[PieceMap], count: int) -> PieceMap:
        """Return a map of the pieces that are in none of these maps, of `count` each."""
        there = 0
        for one in maps:
            there |= int.from_bytes(one.encode())
        size = -(-count // 8)
        everything = int.from_bytes(cls.full(count).encode())
        return cls.decode((everything & ~there).to_bytes(size), count)

    def encode(self) -> bytes:
        """Return a bit for each piece and zeros up to a whole byte."""
        return bytes(self._bits)

    @property
    def is_complete(self) -> bool:
        return self.there == self.count

    def __contains__(self, piece: int) -> bool:
        return 0 <= piece < self.count and bool(self._bits[piece >> 3] & _bit(piece))

    def add(self, piece: int) -> bool:
        """Note that a piece is there; tell whether that is news. Raises IndexError."""
        if not 0 <= piece < self.count:
            raise IndexError(piece)
        is_new = piece not in self
        self._bits[piece >> 3] |= _bit(piece)
        self.there += is_new
        return is_new

    def discard(self, piece: int) -> None:
        """Note that a piece turned out not to be there."""
        if piece in self:
            self._bits[piece >> 3] &= ~_bit(piece)
            self.there -= 1

    def present(self) -> Iterator[int]:
        """Yield what is there."""
        return (piece for piece in range(self.count) if piece in self)

    def missing(self, start: int = 0, among: PieceMap | None = None) -> Iterator[int]:
        """Yield what is not there, from `start` on, of those that are in `among`.

        Whole bytes at a time are passed where nothing is to be found.
        """
        allowed = among._bits if among else None  # noqa: SLF001 - of the same class
        piece = start
        while piece < self.count:
            wanted = ~self._bits[piece >> 3] & (allowed[piece >> 3] if allowed else 0xFF)
            if not wanted:
                piece = (piece | 7) + 1
                continue
            if wanted & _bit(piece):
                yield piece
            piece += 1


def _bit(piece: int) -> int:
    return 0x80 >> (piece & 7)
