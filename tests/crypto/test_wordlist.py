from __future__ import annotations

import hashlib

from app.crypto.wordlist import numbers, words


def test_the_words_are_those_of_bip_39() -> None:
    digest = hashlib.sha256("".join(f"{word}\n" for word in words()).encode("ascii")).hexdigest()
    assert digest == "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"


def test_four_letters_tell_a_word() -> None:
    assert len(words()) == len(numbers()) == 2048
    assert all(numbers()[word[:4]] == number for number, word in enumerate(words()))
