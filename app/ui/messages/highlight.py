"""Which words of a piece of code have which colour."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import NamedTuple

MOST = 8000
"""Characters up to which code is coloured."""
MOST_LINE = 500


class Tone(Enum):
    KEYWORD = "keyword"
    NAME = "name"
    STRING = "string"
    NUMBER = "number"
    COMMENT = "comment"


class Coloured(NamedTuple):
    """Characters `start` to `end` have this tone."""

    start: int
    end: int
    tone: Tone


@lru_cache(maxsize=32)
def coloured(code: str, language: str) -> tuple[Coloured, ...]:
    """Return what stands out in `code`; nothing for a language that is not known."""
    if not language or len(code) > MOST or max(map(len, code.split("\n"))) > MOST_LINE:
        return ()
    return _lexed(code, language)


def _lexed(code: str, language: str) -> tuple[Coloured, ...]:
    # Only here, for it costs time and most people never see any code.
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415 - see above
    from pygments.token import Comment, Keyword, Name, Number, Operator, String  # noqa: PLC0415
    from pygments.util import ClassNotFound  # noqa: PLC0415

    tones = (
        (Keyword, Tone.KEYWORD),
        (Operator.Word, Tone.KEYWORD),
        (Name.Function, Tone.NAME),
        (Name.Builtin, Tone.NAME),
        (Name.Class, Tone.NAME),
        (String, Tone.STRING),
        (Number, Tone.NUMBER),
        (Comment, Tone.COMMENT),
    )
    try:
        lexer = get_lexer_by_name(language)  # type: ignore[no-untyped-call]
    except ClassNotFound:
        return ()
    found = []
    for at, kind, value in lexer.get_tokens_unprocessed(code):
        tone = next((tone for family, tone in tones if kind in family), None)
        if tone is not None:
            found.append(Coloured(at, at + len(value), tone))
    return tuple(found)
