from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import LONGEST_LINK
from app.domain.errors import AppError
from app.ui.desktop.call import MAX_LINE, Call, read_call, write_call


@given(st.text(max_size=LONGEST_LINK - 7), st.booleans())
def test_a_call_comes_as_it_was_sent(text: str, background: bool) -> None:
    call = Call(link="parlor:" + text, token="gnome-1_TIME5", background=background)
    line = write_call(call)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert len(line) <= MAX_LINE
    assert read_call(line[:-1]) == call


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(line: bytes) -> None:
    with pytest.raises(AppError, match="bad call"):
        read_call(line + b"}")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b'{"v":2}',
        b'{"link":"https://example.org"}',
        b'{"link":7}',
        b'{"token":"a\\u0000b"}',
        b'{"token":"' + b"x" * 300 + b'"}',
        b'{"link":"parlor:' + b"x" * LONGEST_LINK + b'"}',
        b'{"more":1}',
        b'{"link":"parlor:\xff"}',
        b'"' + b"[" * 2000,
        b"[" * 30000,
    ],
)
def test_calls_that_nobody_makes_are_refused(line: bytes) -> None:
    with pytest.raises(AppError, match="bad call"):
        read_call(line)
