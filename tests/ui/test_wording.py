from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.services import courier_keeper, transfer_fetcher
from app.storage import failures
from app.transport.bulk import failures as target_failures
from app.ui import wording
from signaling.protocol import Code

ROOT = Path(__file__).parents[2]
RAISED = re.compile(r"(?:AppError|RemoteProtocolError|ErrorRaised)\(\s*\"([a-z][a-z0-9-]+)\"")
LONGEST = 170


def codes_in_sources() -> set[str]:
    found: set[str] = set()
    for folder in ("app", "signaling"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(RAISED.findall(path.read_text(encoding="utf-8")))
    found |= {str(code) for code in Code}
    found |= {"lane-lost", "source-gone", "stalled", *target_failures._CODES.values()}
    found |= {*courier_keeper.REASONS, courier_keeper.REFUSED, transfer_fetcher.LACKED}
    found |= set(failures._BY_SQLITE_CODE.values()) | set(failures._BY_ERRNO.values())
    return found


def known() -> set[str]:
    return {*wording.SENTENCES, *wording.PEER_FAULTS}


def test_every_code_in_the_sources_has_words() -> None:
    assert codes_in_sources() - known() == set()


def test_there_are_words_for_no_other_codes() -> None:
    assert known() - codes_in_sources() == set()
    assert not set(wording.SENTENCES) & set(wording.PEER_FAULTS)


@pytest.mark.parametrize("code", sorted(known()))
def test_words_are_a_sentence_that_says_what_to_do(code: str) -> None:
    words = wording.sentence(code, {"folder": "/srv/parlor", "word": "x", "reason": "busy"})
    assert words[0].isupper() or words[0] == "“"
    assert words.endswith(".")
    assert "{" not in words
    assert len(words) <= LONGEST
    assert code not in words or code.isalpha()


def test_what_is_not_known_is_admitted() -> None:
    assert "brand-new" in wording.sentence("brand-new")
    assert wording.words_for(ZeroDivisionError()) == wording.UNEXPECTED
    assert wording.words_for(AppError("code-unknown-word")).startswith("“…” is not")


@given(st.sampled_from(sorted(known())), st.dictionaries(st.text(), st.text()))
def test_no_values_break_a_sentence(code: str, params: dict[str, object]) -> None:
    assert wording.sentence(code, params)
