"""Where is asked, and whose word counts: one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.domain.errors import AppError
from app.domain.ids import to_text
from app.protocol.update_source import MARK, MAX_SOURCE, parse_source

KEY = to_text(Identity(bytes(range(32))).peer)
URL = "https://parlor.example/latest"


def test_a_source_is_read_and_written() -> None:
    source = parse_source(f"  {URL}{MARK}{KEY}\n")
    assert source.url == URL
    assert str(source) == f"{URL}{MARK}{KEY}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        URL,
        f"{URL}{MARK}",
        f"{URL}{MARK}{KEY[:-1]}",
        f"{URL}{MARK}{KEY}=",
        f"{URL}{MARK}{to_text(bytes(32))}",
        f"{URL}{MARK}{to_text(bytes([1]) + bytes(31))}",
        f"{URL}{MARK}{KEY}{MARK}{KEY}",
        f"{URL}#top{MARK}{KEY}",
        f"http://parlor.example/latest{MARK}{KEY}",
        f"https://parlor.example/{'x' * MAX_SOURCE}{MARK}{KEY}",
    ],
)
def test_what_is_no_source(text: str) -> None:
    with pytest.raises(AppError, match="bad update source"):
        parse_source(text)


@given(st.text(max_size=80))
def test_any_text_is_refused(text: str) -> None:
    for whole in (text, URL + MARK + text):
        with pytest.raises(AppError, match="bad update source"):
            parse_source(whole)
