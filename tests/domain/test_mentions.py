from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import PeerId
from app.domain.limits import MAX_MENTIONS
from app.domain.mentions import find_mentions

ANA, LOPEZ, BOB, BOBBY = (PeerId(bytes([n]) * 32) for n in range(4))
NAMES = {ANA: "Ana", LOPEZ: "Ana Lopez", BOB: "Bob", BOBBY: "bob"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", ()),
        ("Ana", ()),
        ("@Ana", (ANA,)),
        ("hi @ana, hi @ANA!", (ANA,)),
        ("@Ana Lopez and @Ana", (LOPEZ, ANA)),
        ("(@Bob)", (BOB, BOBBY)),
        ("@Anabel", ()),
        ("mail@Ana", ()),
        ("@ Ana", ()),
        ("@@Ana", (ANA,)),
        ("@", ()),
        ("@nobody", ()),
    ],
)
def test_who_is_meant(text: str, meant: tuple[PeerId, ...]) -> None:
    assert find_mentions(text, NAMES) == meant


def test_nobody_is_not_meant_by_an_empty_name() -> None:
    assert find_mentions("@ @!", {ANA: ""}) == ()


def test_no_more_than_can_be_said() -> None:
    many = {PeerId(n.to_bytes(32, "big")): "All" for n in range(MAX_MENTIONS + 1)}
    assert len(find_mentions("@all", many)) == MAX_MENTIONS


@given(
    st.text("@aAnNbBoO \u0130\u00df"), st.dictionaries(st.just(ANA), st.text("aAnN\u0130\u00df"))
)
def test_any_text_is_read(text: str, names: dict[PeerId, str]) -> None:
    assert set(find_mentions(text, names)) <= set(names)
