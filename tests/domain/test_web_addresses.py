"""Addresses that people may be led to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.web_addresses import MAX_ADDRESS, is_safe_address


@pytest.mark.parametrize(
    "url",
    [
        "https://parlor.example/latest",
        "https://parlor.example:8443/a/b%20c?x=1&y=2",
        "https://192.0.2.1/x",
        "https://[2001:db8::1]/x",
        "http://127.0.0.1:8000/latest",
        "http://[::1]:8000/latest",
        "http://localhost/latest",
    ],
)
def test_safe_ones(url: str) -> None:
    assert is_safe_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "latest",
        "//parlor.example/x",
        "http://parlor.example/latest",
        "http://127.0.0.1.example/latest",
        "http://0.0.0.0/x",
        "ftp://parlor.example/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://user@parlor.example/x",
        "https://user:word@parlor.example/x",
        "https://parlor.example:99999/x",
        "https://parlor.example:x/",
        "https://[::1/x",
        "https://pаrlor.example/x",  # noqa: RUF001 - a Cyrillic letter is what it is about
        "https://parlor.example/a b",
        "https://parlor.example/\u202egpj.exe",
        "https://parlor.example/a\nb",
        "https://parlor.example\\@other.example/",
        "https://parlor.example/" + "x" * MAX_ADDRESS,
    ],
)
def test_tricks(url: str) -> None:
    assert not is_safe_address(url)


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    assert is_safe_address(text) in (True, False)
    assert not is_safe_address("http://" + text + ".example/")
