"""The 2,048 words of spoken codes: each is known by its first four letters."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

WORD_BITS = 11
PREFIX_LENGTH = 4


@cache
def words() -> tuple[str, ...]:
    """Return the words in the order of their numbers, 0 to 2047."""
    text = (files("resources") / "words" / "english.txt").read_text(encoding="ascii")
    return tuple(text.split())


@cache
def numbers() -> dict[str, int]:
    """Return the number of each word under its first four letters."""
    return {word[:PREFIX_LENGTH]: number for number, word in enumerate(words())}
