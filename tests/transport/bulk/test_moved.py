"""Pieces that are looked for in bytes that may be anything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.crypto.content import piece_digest
from app.domain.errors import AppError
from app.domain.manifest import HEAD_SIZE, PIECE_SIZE
from app.transport.bulk import moved
from app.transport.bulk.moved import NEAR, PATIENCE, SAMPLES, MovedPieces, Wanted
from tests.support.examples import ONE_FIXTURE

SMALL = 4096
"""Pieces for tests that try very many."""


class Old:
    """Bytes that know how much of them was read."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.read_bytes = 0

    def read(self, offset: int, into: memoryview) -> int:
        part = self.content[offset : offset + len(into)]
        into[: len(part)] = part
        self.read_bytes += len(part)
        return len(part)


def pieces(content: bytes, size: int = PIECE_SIZE) -> Iterator[Wanted]:
    for piece, at in enumerate(range(0, len(content), size)):
        part = content[at : at + size]
        head = part[:HEAD_SIZE].ljust(HEAD_SIZE, b"\0")
        yield Wanted(piece, at, len(part), head, piece_digest([part]))


def found(
    old: Old, new: bytes, size: int = PIECE_SIZE, *, is_likely: bool = True
) -> dict[int, bytes]:
    search = MovedPieces(old.read, len(old.content), lambda: None, is_likely=is_likely)
    return {piece: bytes(content) for piece, content in search.find(pieces(new, size))}


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


edits = st.lists(
    st.tuples(st.integers(0, 40 * SMALL), st.integers(0, 3 * SMALL), st.binary(max_size=50)),
    max_size=4,
)


@settings(suppress_health_check=ONE_FIXTURE, deadline=None)
@given(st.sampled_from([b"", bytes(9 * SMALL), noise(40 * SMALL)]), edits)
def test_what_is_found_is_what_was_wanted(
    monkeypatch: pytest.MonkeyPatch, old: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    """Each edit costs no more pieces than it touches, and those beside them that it merges."""
    monkeypatch.setattr(moved, "PIECE_SIZE", SMALL)
    monkeypatch.setattr(moved, "NEAR", 2 * SMALL)
    new = old
    for at, cut, put in changes:
        new = new[:at] + put + new[at + cut :]
    here = found(Old(old), new, SMALL)
    assert all(new[n * SMALL :][:SMALL] == content for n, content in here.items())
    lacking = -(-len(new) // SMALL) - len(here)
    is_plain = len(set(old[:SMALL])) > 1
    assert not is_plain or lacking <= 2 * len(changes)


def test_zeros_are_not_looked_for_but_found_where_they_must_be() -> None:
    content = noise(2 * PIECE_SIZE) + bytes(5 * PIECE_SIZE) + noise(2 * PIECE_SIZE, 2)
    old = Old(content)
    here = found(old, b"inserted" + content)
    assert set(range(10)) - set(here) == {0}
    assert old.read_bytes < 4 * len(content)


def test_a_short_last_piece_is_found_by_those_before_it() -> None:
    content = noise(2 * PIECE_SIZE)
    assert set(found(Old(content), b"0123456789" + content)) == {1, 2}


@pytest.mark.parametrize(("is_likely", "times"), [(True, 1), (False, 0)])
def test_searching_in_vain_ends(*, is_likely: bool, times: int) -> None:
    size = 24 * PIECE_SIZE
    old, strange = Old(noise(size)), noise(size, 2)
    wanted = [replace(one, piece=n) for n in range(20) for one in pieces(strange)]
    search = MovedPieces(old.read, size, lambda: None, is_likely=is_likely)
    assert not list(search.find(wanted))
    few = len(wanted).bit_length() + 1
    most = times * size + few * 2 * NEAR + 2 * len(wanted) * HEAD_SIZE
    assert old.read_bytes <= most + HEAD_SIZE * 2 * NEAR * few // PIECE_SIZE + times * size // 1000


def test_heads_that_lie_everywhere_cost_no_more_than_others() -> None:
    """As somebody would send them who knows what lies here."""
    old = Old(b"0123456789abcdef" * (PIECE_SIZE // 2))
    lie = bytes(32)
    lies = [
        Wanted(n, n * PIECE_SIZE, PIECE_SIZE, old.content[:HEAD_SIZE], lie) for n in range(2000)
    ]
    search = MovedPieces(old.read, len(old.content), lambda: None)
    assert not list(search.find(lies))
    most = 2 * len(old.content) + (PATIENCE + 2 * len(SAMPLES)) * PIECE_SIZE
    assert old.read_bytes <= most + 2 * len(lies) * HEAD_SIZE


def test_parts_may_be_anywhere() -> None:
    """As where long parts of a film were exchanged."""
    content, size = noise(80 * PIECE_SIZE), 8 * PIECE_SIZE + 7
    parts = [content[at : at + size] for at in range(0, len(content), size)]
    random.Random(3).shuffle(parts)
    old = Old(content)
    here = found(old, b"".join(parts))
    assert 80 - len(here) <= len(parts)
    assert old.read_bytes < 6 * len(content)


def test_reading_may_fail() -> None:
    def fails(_offset: int, _into: memoryview) -> int:
        raise AppError("file-unreadable")

    search = MovedPieces(fails, PIECE_SIZE, lambda: None)
    with pytest.raises(AppError, match="file unreadable"):
        next(search.find(pieces(noise(PIECE_SIZE))))
