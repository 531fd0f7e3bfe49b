"""Versions: read strictly, ordered as Python packages order theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version as Reference

from app.domain.errors import AppError
from app.domain.versions import MAX_VERSION, parse_version

ORDER = (
    "0.1.0",
    "0.2.0.dev1",
    "0.2.0a1.dev2",
    "0.2.0a1",
    "0.2.0a2",
    "0.2.0b1",
    "0.2.0rc1",
    "0.2.0rc10",
    "0.2.0",
    "0.2.0.post1.dev1",
    "0.2.0.post1",
    "0.2.1",
    "0.10",
    "1",
)
NUMBERS = st.integers(0, 12)


@st.composite
def versions(draw: st.DrawFn) -> str:
    text = ".".join(map(str, draw(st.lists(NUMBERS, min_size=1, max_size=4))))
    if draw(st.booleans()):
        text += draw(st.sampled_from(["a", "b", "rc"])) + str(draw(NUMBERS))
    if draw(st.booleans()):
        text += f".post{draw(NUMBERS)}"
    if draw(st.booleans()):
        text += f".dev{draw(NUMBERS)}"
    return text


def test_the_order_of_a_release() -> None:
    ranked = list(map(parse_version, ORDER))
    assert ranked == sorted(ranked)
    assert list(map(str, ranked)) == list(ORDER)


@given(versions(), versions())
def test_two_versions_stand_as_packaging_orders_them(one: str, other: str) -> None:
    ours, theirs = parse_version(one), parse_version(other)
    assert (ours < theirs) == (Reference(one) < Reference(other))
    assert (ours == theirs) == (Reference(one) == Reference(other))
    assert ours != theirs or hash(ours) == hash(theirs)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v1.0",
        "1.0-1",
        "1..0",
        "1.0.0.0.0",
        "01.2",
        "1.0+local",
        "1!2",
        "1.0 ",
        "1.0\n",
        "1.0a",
        "1.٣",
        "1." + "0" * MAX_VERSION,
        "9" * 10,
    ],
)
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(AppError, match="bad version"):
        parse_version(text)


@given(st.text("0123456789.abcdeoprstv-+", max_size=20))
def test_any_text_is_a_version_or_refused(text: str) -> None:
    try:
        parse_version(text)
    except AppError as error:
        assert error.code == "bad-version"  # noqa: PT017 - anything else is wrong
    else:
        Reference(text)
