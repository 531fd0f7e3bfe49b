"""How texts and queries become words of the full-text index.

Scripts that put no space between words (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese)
get a zero-width space around every character, so that any part of a text is a phrase of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.domain.search_query import Term

SEPARATOR = "\u200b"
MATCH_START, MATCH_END = "\ue000", "\ue001"
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)


def split_words(text: str) -> str:
    """Return `text` as the index is to see it."""
    return text if text.isascii() else _UNSPACED.sub(rf"{SEPARATOR}\g<0>{SEPARATOR}", text)


def join_words(snippet: str) -> str:
    """Return a piece of split text as people are to see it, with its match marks."""
    merged = snippet.replace(SEPARATOR, "")
    return merged.replace(MATCH_END + MATCH_START, "")


def match_expression(terms: Iterable[Term]) -> str:
    """Return the FTS5 expression for texts with all of `terms`, "" for none."""
    return " AND ".join(_quoted(term.text) + (" *" if term.prefix else "") for term in terms)


def _quoted(term: str) -> str:
    doubled = split_words(term).replace('"', '""')
    return f'"{doubled}"'
