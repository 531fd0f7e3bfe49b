from __future__ import annotations

import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import ids
from app.domain.errors import AppError
from tests.refused import refusal


@given(st.binary(max_size=64))
def test_text_stands_for_its_bytes(raw: bytes) -> None:
    assert ids.from_text(ids.to_text(raw), len(raw)) == raw


@given(st.binary(min_size=32, max_size=32))
def test_text_needs_no_quoting_anywhere(raw: bytes) -> None:
    assert set(ids.to_text(raw)) <= set(string.ascii_letters + string.digits + "-_")
    assert len(ids.to_text(raw)) == 43


@given(st.text(max_size=60))
def test_text_from_anywhere_is_an_id_or_refused(text: str) -> None:
    code = refusal(ids.from_text, text, 16)
    assert code in {"", "bad-id"}
    assert code or ids.to_text(ids.from_text(text, 16)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A" * 21,
        "A" * 23,
        "A" * 21 + "B",  # bits beyond the last byte
        "A" * 22 + "==",
        "A" * 21 + "+",
        "A" * 21 + "/",
        " " + "A" * 22,
        "A" * 22 + "\n",
        "Ä" * 22,
        "\ud800" * 22,
    ],
)
def test_only_one_spelling_is_accepted(text: str) -> None:
    assert refusal(ids.room_id, text) == "bad-id"


def test_a_refused_id_is_quoted_in_part_only() -> None:
    with pytest.raises(AppError) as error:
        ids.room_id("x" * 100_000)
    assert error.value.params == {"id": "x" * 64}


@pytest.mark.parametrize(
    ("parse", "size"), [(ids.peer_id, 32), (ids.room_id, 16), (ids.event_id, 32)]
)
def test_each_kind_of_id_has_its_size(parse: Callable[[str], bytes], size: int) -> None:
    assert parse(ids.to_text(bytes(range(size)))) == bytes(range(size))
    for other in (size - 1, size + 1):
        assert refusal(parse, ids.to_text(bytes(other))) == "bad-id"
