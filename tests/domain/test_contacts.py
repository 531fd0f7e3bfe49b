"""How contacts are called, cleaned and found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.contacts import (
    MAX_NOTE_LENGTH,
    Contact,
    ContactState,
    clean_alias,
    clean_note,
    folded,
    matches,
    shown_state,
)
from app.domain.errors import AppError
from app.domain.ids import PeerId

ANA = PeerId(bytes(32))


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (ContactState.FRIEND, "friend"),
        (ContactState.REQUESTED, "requested"),
        (ContactState.INCOMING, "incoming"),
        (ContactState.REJECTED, "none"),
        (ContactState.KNOWN, "none"),
    ],
)
def test_front_ends_hear_of_no_rejection(state: ContactState, shown: str) -> None:
    assert shown_state(Contact(ANA, state)) == shown
    assert shown_state(Contact(ANA, state, blocked=True)) == "blocked"


def test_who_is_close() -> None:
    close = {state for state in ContactState if Contact(ANA, state).is_close}
    assert close == {ContactState.FRIEND, ContactState.REQUESTED}
    assert Contact(ANA, verified_ms=5).is_close


def test_an_alias_is_a_name_or_nothing() -> None:
    assert clean_alias("  Ana\u202e  B ") == "Ana B"
    assert clean_alias("   ") == ""
    with pytest.raises(AppError, match="name too long"):
        clean_alias("x" * 65)


def test_notes_keep_their_lines() -> None:
    assert clean_note(" one\n\ttwo\x00\ud800 ") == "one\n\ttwo"
    assert clean_note("x" * MAX_NOTE_LENGTH)
    with pytest.raises(AppError, match="note too long"):
        clean_note("x" * (MAX_NOTE_LENGTH + 1))


@pytest.mark.parametrize(
    ("query", "names", "found"),
    [
        ("", ("Ana",), True),
        ("an", ("Ana Costa",), True),
        ("cos", ("Ana Costa",), True),
        ("costa ana", ("Ana Costa",), True),
        ("osta", ("Ana Costa",), False),
        ("ana x", ("Ana Costa",), False),
        ("jose", ("José",), True),
        ("JOSÉ", ("jose",), True),
        ("strasse", ("Straße",), True),
        ("bob", ("Robert", "Bobby"), True),
        ("ана", ("Анастасия",), True),
        ("neill", ("O'Neill",), True),
        ("\uff41na", ("Ana",), True),
        ("x", ("",), False),
    ],
)
def test_the_beginning_of_any_word_finds(query: str, names: tuple[str, ...], found: bool) -> None:
    assert matches(query, *names) is found


@given(st.text(max_size=40))
def test_any_name_is_found_by_itself(name: str) -> None:
    assert matches(name, name)
    assert folded(name.upper().lower()) == folded(folded(name.upper().lower()))
