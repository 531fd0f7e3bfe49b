"""Each answer of a source is one clear sentence or two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.updates import UpdateState
from app.ui.update_words import file_line, verdict
from tests.ui.fake_updates import ARTEFACTS, report


@pytest.mark.parametrize(
    ("state", "mood", "head"),
    [
        (UpdateState.NEWER, "ok", "Parlor 0.3.0 is there"),
        (UpdateState.CURRENT, "ok", "You have the newest version, 0.2.0"),
        (UpdateState.UNREACHABLE, "warn", "The source was not reached"),
        (UpdateState.UNSIGNED, "danger", "The signature is wrong"),
        (UpdateState.MALFORMED, "warn", "This is no statement"),
        (UpdateState.EXPIRED, "warn", "The source is out of date"),
        (UpdateState.ROLLED_BACK, "danger", "The source takes back what it said"),
        (UpdateState.EARLY, "warn", "The source speaks from the future"),
    ],
)
def test_every_state_has_words(state: UpdateState, mood: str, head: str) -> None:
    said = verdict(report(state))
    assert (said.mood, said.head) == (mood, head)
    assert said.text.endswith(".") or state is UpdateState.CURRENT


def test_what_becomes_of_the_data() -> None:
    assert "make a backup before" in verdict(report()).text
    assert "install one in between" in verdict(report(too_old=True)).text
    plain = verdict(replace(report(), converts=False)).text
    assert plain == "Released on 2027-01-15; you have 0.2.0."


def test_dates_are_named() -> None:
    assert "until 2027-04-17" in verdict(report(UpdateState.EXPIRED)).text
    assert "as of 2027-01-15" in verdict(report(UpdateState.ROLLED_BACK)).text
    assert "2027-01-15" in verdict(report(UpdateState.EARLY)).text


@pytest.mark.parametrize(
    ("reason", "part"),
    [
        ("timeout", "in time"),
        ("certificate", "certificate"),
        ("no-tls", "https"),
        ("redirect", "not safe"),
        ("too-long", "too long"),
        ("packed", "not asked for"),
        ("status 404", "(404)"),
        ("connection", "Check the network"),
        ("", "Check the network"),
    ],
)
def test_why_it_was_not_reached(reason: str, part: str) -> None:
    assert part in verdict(replace(report(UpdateState.UNREACHABLE), reason=reason)).text


def test_a_file_in_one_line() -> None:
    assert file_line(ARTEFACTS[0]) == "58 MB · x86_64 · SHA-256"
    assert file_line(replace(ARTEFACTS[0], machine="any")) == "58 MB · SHA-256"
