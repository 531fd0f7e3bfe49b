"""How well a name answers what was typed."""

from __future__ import annotations


def rank(query: str, name: str) -> int | None:
    """How well `name` answers `query`, 0 the best; None if not at all.

    Best begins with it, next has a word that does, then contains it, then has its letters in order.
    """
    wanted, text = query.casefold().strip(), name.casefold()
    if text.startswith(wanted):
        return 0
    if any(word.startswith(wanted) for word in text.split()):
        return 1
    if wanted in text:
        return 2
    letters = iter(text)
    return 3 if all(letter in letters for letter in wanted) else None
