from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.policy import clean_reaction
from app.ui.emoji import QUICK, all_emoji, by_code, search


def test_every_emoji_can_be_a_reaction() -> None:
    assert len({emoji.text for emoji in all_emoji()}) == len(all_emoji()) > 1800
    for text in [*(emoji.text for emoji in all_emoji()), *QUICK]:
        assert clean_reaction(text) == text


def test_codes_are_plain_and_lead_to_one_emoji() -> None:
    for emoji in all_emoji():
        assert all(code == code.lower() and ":" not in code for code in emoji.codes)
    assert by_code("TADA") == "🎉"
    assert by_code("no_such") is None


@pytest.mark.parametrize(
    ("query", "best"), [("tada", "🎉"), (":rocket:", "🚀"), ("thumbsu", "👍️"), ("portugal", "🇵🇹")]
)
def test_the_best_comes_first(query: str, best: str) -> None:
    assert search(query)[0].text.rstrip("\ufe0f") == best.rstrip("\ufe0f")


def test_tags_and_parts_are_found_too() -> None:
    assert "🎉" in [emoji.text for emoji in search("party")]
    assert search("zzzz") == []
    assert len(search("a", 7)) == 7
    assert search("") == list(all_emoji())


@given(st.text(max_size=20))
def test_any_query_is_taken(query: str) -> None:
    search(query, 5)
