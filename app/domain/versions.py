"""Versions of the program, and which of two is the newer one.

A subset of what Python packages use: `1.2`, `1.2.0a1`, `1.2.0rc2`, `1.2.0.post1`, `1.2.0.dev3`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.domain.errors import AppError

MAX_VERSION = 40
_NUMBER = "(0|[1-9][0-9]{0,8})"
_FORM = re.compile(
    rf"({_NUMBER}(?:\.{_NUMBER}){{0,3}})(?:(a|b|rc){_NUMBER})?"
    rf"(?:\.post{_NUMBER})?(?:\.dev{_NUMBER})?"
)
_FINAL = "z"
"""Stands behind the letters of what comes before a final version."""
_NEVER = -1


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """Ordered from the oldest to the newest; `1.2` and `1.2.0` are the same."""

    _rank: tuple[tuple[int, ...], str, int, int, bool, int]
    text: str = field(compare=False)

    def __str__(self) -> str:
        return self.text


def parse_version(text: str) -> Version:
    """Read a version. Raises AppError("bad-version")."""
    found = _FORM.fullmatch(text) if len(text) <= MAX_VERSION else None
    if found is None:
        raise AppError("bad-version", {"version": text[:MAX_VERSION]})
    release, letters, before, after, unfinished = found.group(1, 4, 5, 6, 7)
    numbers = [int(number) for number in release.split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return Version((tuple(numbers), *_stage(letters, before, after, unfinished)), text)


def _stage(
    letters: str | None, before: str | None, after: str | None, unfinished: str | None
) -> tuple[str, int, int, bool, int]:
    """Rank what follows the numbers: what is unfinished comes before what it leads to."""
    lone = unfinished is not None and letters is None and after is None
    return (
        "" if lone else letters or _FINAL,
        int(before or 0),
        _NEVER if after is None else int(after),
        unfinished is None,
        int(unfinished or 0),
    )
