from __future__ import annotations

import os
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.wordlist import words
from app.domain.errors import AppError, LocalProtocolError
from app.protocol.spoken_code import from_words, new_entropy, to_words
from tests.refused import refusal

entropies = st.integers(0, (1 << 60) - 1).map(lambda number: number.to_bytes(8, "big"))
CODE = to_words(bytes(7) + b"\x2a")


@given(entropies)
def test_six_words_stand_for_the_entropy(entropy: bytes) -> None:
    code = to_words(entropy)
    assert from_words(code) == entropy
    assert len(code.split("-")) == 6
    assert set(code) <= set(string.ascii_lowercase + "-")


@given(st.binary(min_size=8, max_size=8))
def test_random_bytes_lose_their_top_four_bits(random: bytes) -> None:
    entropy = new_entropy(random)
    assert entropy == bytes((random[0] & 15,)) + random[1:]
    assert from_words(to_words(entropy)) == entropy


@pytest.mark.parametrize("size", [0, 7, 9])
def test_less_than_eight_random_bytes_are_a_bug(size: int) -> None:
    with pytest.raises(LocalProtocolError):
        new_entropy(os.urandom(size))


@pytest.mark.parametrize("entropy", [b"", bytes(7), bytes(9), b"\x10" + bytes(7), b"\xff" * 16])
def test_what_a_newer_version_calls_a_code_has_no_words(entropy: bytes) -> None:
    assert to_words(entropy) == ""


@given(entropies, st.sampled_from(["-", " ", ", ", "\n", "  - ", "\u2010", "/"]), st.data())
def test_typing_is_forgiven(entropy: bytes, between: str, data: st.DataObject) -> None:
    typed = [
        data.draw(st.sampled_from([word, word.upper(), word.title(), word[:4], word + "s"]))
        if len(word) > 3
        else word
        for word in to_words(entropy).split("-")
    ]
    assert from_words(f" {between.join(typed)}. ") == entropy


@pytest.mark.parametrize(
    "typed",
    [
        "1. {} 2. {} 3. {}\n4. {} 5. {} 6. {}",
        "\ufeff{} {} {} {} {}\u00a0{}",
        "“{}-{}-{}-{}-{}-{}”",
        "{}\u00ad-{}-{}-{}-{}-{}",
    ],
)
def test_decoration_is_forgiven(typed: str) -> None:
    assert from_words(typed.format(*CODE.split("-"))) == bytes(7) + b"\x2a"


def test_other_scripts_of_the_same_letters_are_forgiven() -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in CODE)
    assert from_words(wide) == bytes(7) + b"\x2a"
    turkish = CODE.upper().replace("I", "\u0130")
    assert from_words(turkish) == from_words(CODE.replace("i", "\u0131")) == bytes(7) + b"\x2a"
    assert from_words(CODE.replace("a", "a\u0301").replace("o", "\u00f6")) == bytes(7) + b"\x2a"


@pytest.mark.parametrize("count", range(6))
def test_too_few_words_are_counted(count: int) -> None:
    with pytest.raises(AppError) as error:
        from_words("-".join(CODE.split("-")[:count]))
    assert error.value.code == "code-incomplete"
    assert error.value.params == {"words": count, "needed": 6}


def test_a_word_may_be_half_typed() -> None:
    assert refusal(from_words, "abandon z") == "code-incomplete"
    assert refusal(from_words, "abandon zo") == "code-incomplete"
    assert refusal(from_words, "abandon zoq") == "code-unknown-word"
    assert refusal(from_words, "zo abandon") == "code-unknown-word"


@pytest.mark.parametrize(
    ("typed", "suggestion"), [("abondon", "abandon"), ("acts", "act"), ("qqqqqq", "")]
)
def test_an_unknown_word_is_named(typed: str, suggestion: str) -> None:
    for text in (f"{typed} ability", " ".join([*CODE.split("-")[:5], typed])):
        with pytest.raises(AppError) as error:
            from_words(text)
        assert error.value.code == "code-unknown-word"
        assert error.value.params == {"word": typed, "suggestion": suggestion}


def test_more_than_six_words_are_mistyped() -> None:
    assert refusal(from_words, CODE + "-abandon") == "code-mistyped"
    assert refusal(from_words, "a " * 100_000) == "code-mistyped"


def test_most_swapped_or_changed_words_are_noticed() -> None:
    typed = CODE.split("-")
    changed = [[*typed[:5], word] for word in words()]
    passed = [code for code in changed if not refusal(from_words, "-".join(code))]
    assert len(passed) == len(words()) // 64
    assert typed in passed


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_anything_may_be_typed(text: str) -> None:
    assert refusal(from_words, text).startswith("code-")
