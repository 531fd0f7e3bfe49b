"""Cutting a stream into lines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli import lines
from app.cli.lines import LineSplitter

LIMIT = 8
PIECES = st.lists(st.binary(max_size=3) | st.sampled_from([b"\n", b"x" * 9, b" "]), max_size=30)


@pytest.fixture(autouse=True)
def short_lines() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "MAX_LINE", LIMIT)
        yield


def cut(stream: bytes) -> list[bytes]:
    """Say by hand what the splitter should."""
    whole = [b"" if len(line) > LIMIT else line for line in stream.split(b"\n") if line]
    return [line for line in whole if not line or line.strip()]


@given(PIECES)
def test_lines_do_not_depend_on_where_the_stream_is_cut(pieces: list[bytes]) -> None:
    splitter = LineSplitter()
    found = [line for piece in pieces for line in splitter.feed(piece)]
    found += splitter.end()
    assert found == cut(b"".join(pieces))


def test_a_line_without_end_takes_no_memory() -> None:
    splitter = LineSplitter()
    for _ in range(1000):
        assert list(splitter.feed(b"x" * 100)) == []
    assert len(splitter._rest) <= LIMIT + 100
    assert list(splitter.feed(b"\nok\n")) == [b"", b"ok"]
