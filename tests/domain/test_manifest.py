from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.manifest import PIECE_SIZE, Entry, Layout, Manifest, Slice

SIZES = st.lists(
    st.one_of(
        st.sampled_from([0, 1, PIECE_SIZE - 1, PIECE_SIZE, PIECE_SIZE + 1, 3 * PIECE_SIZE]),
        st.integers(0, 5 * PIECE_SIZE),
    ),
    max_size=30,
)


@given(SIZES)
def test_every_byte_is_in_one_piece(sizes: list[int]) -> None:
    layout = Layout(sizes)
    covered = [0] * len(sizes)
    for piece in range(layout.count):
        assert 0 < layout.length(piece) <= PIECE_SIZE
        for part in layout.slices(piece):
            assert part.offset == covered[part.entry]
            assert part.length > 0
            covered[part.entry] += part.length
    assert covered == sizes


@given(SIZES)
def test_no_piece_is_half_empty_without_need(sizes: list[int]) -> None:
    total = sum(sizes)
    big = sum(size >= PIECE_SIZE for size in sizes)
    assert Layout(sizes).count <= 2 * -(-total // PIECE_SIZE) + big + 1


def test_small_files_share_pieces_and_big_ones_do_not() -> None:
    layout = Layout([1000, 0, 2 * PIECE_SIZE + 5, 2000, PIECE_SIZE - 2000])
    found = [layout.slices(piece) for piece in range(layout.count)]
    assert found == [
        (Slice(2, 0, PIECE_SIZE),),
        (Slice(2, PIECE_SIZE, PIECE_SIZE),),
        (Slice(2, 2 * PIECE_SIZE, 5),),
        (Slice(0, 0, 1000), Slice(3, 0, 2000)),
        (Slice(4, 0, PIECE_SIZE - 2000),),
    ]


def test_ten_thousand_small_files_are_few_pieces() -> None:
    assert Layout([1024] * 10_000).count == 10


@pytest.mark.parametrize("piece", [-1, 2])
def test_there_are_no_other_pieces(piece: int) -> None:
    with pytest.raises(IndexError):
        Layout([PIECE_SIZE + 1]).slices(piece)


def test_nothing_needs_no_piece() -> None:
    assert Layout([]).count == 0
    assert Layout([0, 0]).count == 0


def test_a_manifest_knows_its_size_and_digests() -> None:
    entries = (Entry("a", 5, 0), Entry("b", 7, 0))
    manifest = Manifest("pair", True, entries, digests=b"x" * 32 + b"y" * 32)
    assert manifest.size == 12
    assert manifest.digest(1) == b"y" * 32
