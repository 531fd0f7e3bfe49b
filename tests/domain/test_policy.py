from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import policy
from app.domain.bounds import is_within_bounds
from app.domain.errors import AppError
from app.domain.events import Joined, KnownBody, Reacted, Renamed, Text, Topic
from app.domain.views import MessageKind
from tests.refused import refusal

anything = st.text(st.characters(exclude_categories=()), max_size=130)
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
Cleaner = Callable[[str], str]
PERSON: tuple[Cleaner, Callable[[str], KnownBody]] = policy.clean_person_name, Joined
ROOM: tuple[Cleaner, Callable[[str], KnownBody]] = policy.clean_room_name, Renamed
TEXT: tuple[Cleaner, Callable[[str], KnownBody]] = policy.clean_text, Text


@pytest.mark.parametrize(("clean", "body"), [PERSON, ROOM, TEXT])
@given(anything)
def test_what_is_cleaned_may_be_signed(
    clean: Cleaner, body: Callable[[str], KnownBody], typed: str
) -> None:
    code = refusal(clean, typed)
    if code:
        assert code in {"name-empty", "name-too-long", "text-empty"}
    else:
        cleaned = clean(typed)
        assert is_within_bounds(body(cleaned))
        assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Ana \t Lopez\n", "Ana Lopez"),
        ("A\u202enA", "A nA"),
        ("Ana\x00", "Ana"),
        ("e\u0301va", "\u00e9va"),
        ("\ud800Bo", "Bo"),
        (PERSIAN, PERSIAN),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\u200dBo\u200c", "Bo"),
    ],
)
def test_names_keep_what_can_be_seen(typed: str, name: str) -> None:
    assert policy.clean_person_name(typed) == name
    assert policy.clean_room_name(typed) == name


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u2060", "\n\x07", "\u200d \u200c", "\ue000"])
def test_a_name_shows_something(typed: str) -> None:
    assert refusal(policy.clean_room_name, typed) == "name-empty"


def test_names_have_their_length() -> None:
    assert policy.clean_person_name("ü" * 64) == "ü" * 64
    assert policy.clean_room_name("ü" * 100) == "ü" * 100
    for clean, limit in ((policy.clean_person_name, 64), (policy.clean_room_name, 100)):
        with pytest.raises(AppError) as error:
            clean("x" * (limit + 1))
        assert error.value.code == "name-too-long"
        assert error.value.params == {"limit": limit}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00\x1b[31mb\x85", "a[31mb"),
        ("a\ud83db", "ab"),
        ("  indented", "  indented"),
        ("\u202eok", "\u202eok"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\uf8ff", "\uf8ff"),
    ],
)
def test_texts_keep_their_lines_and_lose_control_characters(typed: str, text: str) -> None:
    assert policy.clean_text(typed) == text


@pytest.mark.parametrize("typed", ["", " \n\t ", "\x00", "\u200b\ufeff", "\ud800", "\u3000"])
def test_a_text_shows_something(typed: str) -> None:
    assert refusal(policy.clean_text, typed) == "text-empty"


def test_a_text_has_64_kib_at_most() -> None:
    assert policy.clean_text("ü" * 32768) == "ü" * 32768
    with pytest.raises(AppError) as error:
        policy.clean_text("ü" * 32768 + "x")
    assert error.value.code == "text-too-long"
    assert error.value.params == {"limit": 65536}


@given(anything)
def test_a_clean_topic_may_be_signed(typed: str) -> None:
    assert is_within_bounds(Topic(policy.clean_topic(typed)))


def test_topics_have_their_length() -> None:
    assert policy.clean_topic("  Tea\nand\u202e scones ") == "Tea and scones"
    assert policy.clean_topic(" \n ") == ""
    assert refusal(policy.clean_topic, "x" * 501) == "topic-too-long"


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    "emoji",
    [
        "\U0001f44d",
        "\U0001f44d\U0001f3fd",
        "\u2764\ufe0f",
        "\u203c\ufe0f",
        "1\ufe0f\u20e3",
        "\U0001f1e9\U0001f1ea",
        FAMILY,
        SCOTLAND,
    ],
)
def test_one_emoji_is_a_reaction(emoji: str) -> None:
    assert policy.clean_reaction(f" {emoji} ") == emoji
    assert is_within_bounds(Reacted(bytes(32), emoji, on=True))


@pytest.mark.parametrize(
    "text", ["", " ", "a", "+", "1", "\u6771", "\U0001f44d\U0001f44d", "\U0001f44da", "\u200d"]
)
def test_anything_else_is_none(text: str) -> None:
    assert refusal(policy.clean_reaction, text) == "bad-reaction"


def test_a_reaction_has_its_size() -> None:
    assert refusal(policy.clean_reaction, "\u200d".join(["\U0001f468"] * 10)) == "bad-reaction"


@given(anything)
def test_a_clean_reaction_may_be_signed(typed: str) -> None:
    if not refusal(policy.clean_reaction, typed):
        assert is_within_bounds(Reacted(bytes(32), policy.clean_reaction(typed), on=True))


def test_only_own_texts_that_are_there_are_changed() -> None:
    policy.check_operable(MessageKind.TEXT, deleted=False)
    policy.check_own(own=True)
    with pytest.raises(AppError, match="not a message"):
        policy.check_operable(MessageKind.JOINED, deleted=False)
    with pytest.raises(AppError, match="message deleted"):
        policy.check_operable(MessageKind.TEXT, deleted=True)
    with pytest.raises(AppError, match="not yours"):
        policy.check_own(own=False)
