"""Numbers beyond 32 bits, and ranges against a plain set."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.fast_sctp.numbers import MASK, Ranges, unwrap

small = st.integers(0, 60)
spans = st.lists(st.tuples(small, st.integers(0, 8)), max_size=30)


@pytest.mark.parametrize(
    ("number", "near", "expected"),
    [
        (5, 3, 5),
        (0, MASK, MASK + 1),
        (MASK, 1 << 32, MASK),
        (3, (7 << 32) - 2, (7 << 32) + 3),
        (MASK, 0, -1),
    ],
)
def test_unwrap(number: int, near: int, expected: int) -> None:
    assert unwrap(number, near) == expected


@given(st.integers(0, 1 << 40), st.integers(-(1 << 31) + 1, (1 << 31) - 1))
def test_unwrap_undoes_the_mask(near: int, distance: int) -> None:
    assert unwrap((near + distance) & MASK, near) == near + distance


def filled(added: list[tuple[int, int]]) -> tuple[Ranges, set[int]]:
    ranges, model = Ranges(), set[int]()
    for first, length in added:
        ranges.add(first, first + length)
        model |= set(range(first, first + length + 1))
    return ranges, model


@given(spans)
def test_ranges_hold_what_was_added(added: list[tuple[int, int]]) -> None:
    ranges, model = filled(added)
    pairs = list(ranges)
    assert {n for first, last in pairs for n in range(first, last + 1)} == model
    assert all(number in ranges for number in model)
    assert all(number not in ranges for number in set(range(80)) - model)
    assert bool(ranges) == bool(model)
    assert all(last + 1 < following for (_, last), (following, _) in pairwise(pairs))


@given(spans, small, st.integers(0, 20))
def test_what_is_missing(added: list[tuple[int, int]], first: int, length: int) -> None:
    ranges, model = filled(added)
    wanted = set(range(first, first + length + 1))
    gaps = ranges.missing(first, first + length)
    assert {n for begin, end in gaps for n in range(begin, end + 1)} == wanted - model
    assert all(begin <= end for begin, end in gaps)


@given(spans, small)
def test_forgetting(added: list[tuple[int, int]], last: int) -> None:
    ranges, model = filled(added)
    ranges.forget(last)
    assert {n for first, end in ranges for n in range(first, end + 1)} == {
        n for n in model if n > last
    }
