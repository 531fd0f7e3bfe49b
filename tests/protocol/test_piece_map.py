from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain.errors import RemoteProtocolError
from app.protocol.piece_map import PieceMap


class PieceMaps(RuleBasedStateMachine):
    """The same as a plain set."""

    @initialize(count=st.integers(0, 70))
    def begin(self, count: int) -> None:
        self.pieces = PieceMap(count)
        self.model: set[int] = set()

    @rule(piece=st.integers(-2, 72))
    def add(self, piece: int) -> None:
        if not 0 <= piece < self.pieces.count:
            with pytest.raises(IndexError):
                self.pieces.add(piece)
            return
        assert self.pieces.add(piece) == (piece not in self.model)
        self.model.add(piece)

    @rule(piece=st.integers(-2, 72))
    def discard(self, piece: int) -> None:
        self.pieces.discard(piece)
        self.model.discard(piece)

    @rule()
    def fill(self) -> None:
        for piece in range(self.pieces.count):
            self.pieces.add(piece)
            self.model.add(piece)

    @rule(start=st.integers(0, 70))
    def ask(self, start: int) -> None:
        lacking = [n for n in range(start, self.pieces.count) if n not in self.model]
        assert list(self.pieces.missing(start)) == lacking

    @rule(start=st.integers(0, 70), others=st.sets(st.integers(0, 69)))
    def ask_among(self, start: int, others: set[int]) -> None:
        among = PieceMap(self.pieces.count)
        for piece in others & set(range(self.pieces.count)):
            among.add(piece)
        lacking = [n for n in range(start, among.count) if n in among and n not in self.model]
        assert list(self.pieces.missing(start, among)) == lacking

    @invariant()
    def same(self) -> None:
        assert {n for n in range(-2, 80) if n in self.pieces} == self.model
        assert set(self.pieces.present()) == self.model
        assert self.pieces.there == len(self.model)
        assert self.pieces.is_complete == (len(self.model) == self.pieces.count)
        again = PieceMap.decode(self.pieces.encode(), self.pieces.count)
        assert (again.encode(), again.there) == (self.pieces.encode(), self.pieces.there)


TestPieceMaps = PieceMaps.TestCase


@pytest.mark.parametrize(("raw", "count"), [(b"", 1), (b"\0\0", 8), (b"\x01", 7), (b"\xff", 0)])
def test_a_map_of_other_pieces_is_refused(raw: bytes, count: int) -> None:
    with pytest.raises(RemoteProtocolError, match="bad-piece-map"):
        PieceMap.decode(raw, count)


@given(st.binary(max_size=9), st.integers(0, 72))
def test_any_bytes_are_a_map_or_refused(raw: bytes, count: int) -> None:
    try:
        pieces = PieceMap.decode(raw, count)
    except RemoteProtocolError:
        return
    assert pieces.encode() == raw


@given(st.integers(0, 72))
def test_everything_is_there(count: int) -> None:
    pieces = PieceMap.full(count)
    assert pieces.is_complete
    assert list(pieces.present()) == list(range(count))
    assert PieceMap.decode(pieces.encode(), count).there == count


@given(st.integers(0, 40), st.lists(st.sets(st.integers(0, 39)), max_size=3))
def test_what_is_in_no_map(count: int, held: list[set[int]]) -> None:
    maps = []
    for pieces in held:
        maps.append(PieceMap(count))
        for piece in pieces:
            if piece < count:
                maps[-1].add(piece)
    expected = set(range(count)).difference(*held)
    assert set(PieceMap.outside(maps, count).present()) == expected
