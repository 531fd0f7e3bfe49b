from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.messages.highlight import MOST, MOST_LINE, Tone, coloured

CODE = 'async def fetch(n):  # try\n    return "a" + str(3)'


def test_words_have_their_tones() -> None:
    found = {CODE[start:end]: tone for start, end, tone in coloured(CODE, "python")}
    assert found["async"] is Tone.KEYWORD
    assert found["fetch"] is Tone.NAME
    assert found["# try"] is Tone.COMMENT
    assert found["3"] is Tone.NUMBER
    assert found["a"] is Tone.STRING


@pytest.mark.parametrize(
    ("code", "language"),
    [
        (CODE, ""),
        (CODE, "klingon"),
        ("x" * MOST + "y", "python"),
        ("1" * (MOST_LINE + 1), "python"),
    ],
)
def test_what_is_not_known_or_too_much_stays_plain(code: str, language: str) -> None:
    assert coloured(code, language) == ()


@given(st.text(max_size=60), st.sampled_from(["python", "js", "html", "c", "sh", "json"]))
def test_any_code_is_taken(code: str, language: str) -> None:
    end = 0
    for coloured_from, coloured_to, _ in coloured(code, language):
        assert end <= coloured_from <= coloured_to <= len(code)
        end = coloured_to
