"""All emoji by name: for the picker and for `:name:` in the composer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import resources

FILE = Path(resources.__file__ or "").parent / "emoji" / "emoji.json"
QUICK = ("👍", "❤️", "😂", "🎉", "😮", "🙏")
"""Offered at once as reactions."""


@dataclass(frozen=True, slots=True)
class Emoji:
    """`codes` are its short names, the usual one first; `words` are found by the search too."""

    text: str
    group: int
    name: str
    codes: tuple[str, ...]
    words: str

    @property
    def code(self) -> str:
        return f":{self.codes[0]}:"


@cache
def all_emoji() -> tuple[Emoji, ...]:
    """Every emoji, in the usual order."""
    rows: list[tuple[str, int, str, str, str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Emoji(text, group, name, tuple(codes.split()), words)
        for text, group, name, codes, words in rows
    )


@cache
def _by_code() -> dict[str, str]:
    return {code: emoji.text for emoji in all_emoji() for code in emoji.codes}


def by_code(code: str) -> str | None:
    """Return the emoji with the short name `code`, without colons."""
    return _by_code().get(code.lower())


def search(query: str, limit: int = 0) -> list[Emoji]:
    """Return what answers `query`, the best first, at most `limit` unless that is 0.

    A code that is the query comes first, then one that begins so, then a word of the name or the
    tags that does, then any code that contains it.
    """
    wanted = query.strip().strip(":").casefold().replace(" ", "_")
    if not wanted:
        found = list(all_emoji())
    else:
        ranked = [(rank, emoji) for emoji in all_emoji() if (rank := _rank(wanted, emoji)) < _NONE]
        found = [emoji for _, emoji in sorted(ranked, key=lambda pair: pair[0])]
    return found[:limit] if limit else found


_NONE = 9


def _rank(wanted: str, emoji: Emoji) -> int:
    if wanted in emoji.codes:
        return 0
    return min(_ranks(wanted, emoji), default=_NONE)


def _ranks(wanted: str, emoji: Emoji) -> Iterator[int]:
    if any(code.startswith(wanted) for code in emoji.codes):
        yield 1
    words = [*emoji.name.casefold().split(), *emoji.words.split()]
    name = emoji.name.casefold().replace(" ", "_")
    if name.startswith(wanted) or any(word.startswith(wanted) for word in words):
        yield 2
    if wanted in name or any(wanted in code for code in emoji.codes):
        yield 3
