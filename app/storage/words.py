"""How texts and queries become words of the full-text index.

Scripts that put no space between words (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese)
get a zero-width space around every character, so that any part of a text is a phrase of it.
"""

from __future__ import annotations

import re

SEPARATOR = "\u200b"
MATCH_START, MATCH_END = "\ue000", "\ue001"
MAX_TERMS = 24
MAX_QUERY = 1000
_MIN_PREFIX = 2
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_TERM = re.compile(r'"([^"]*)"?|(\S+)')


def split_words(text: str) -> str:
    """Return `text` as the index is to see it."""
    return text if text.isascii() else _UNSPACED.sub(rf"{SEPARATOR}\g<0>{SEPARATOR}", text)


def join_words(snippet: str) -> str:
    """Return a piece of split text as people are to see it, with its match marks."""
    merged = snippet.replace(SEPARATOR, "")
    return merged.replace(MATCH_END + MATCH_START, "")


def match_expression(query: str) -> str:
    """Return the FTS5 expression for what a person typed, "" if there is no word in it.

    Every word and every "quoted phrase" must occur; the last word may be unfinished.
    """
    clean = query[:MAX_QUERY].replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
    found = list(_TERM.finditer(clean))[:MAX_TERMS]
    terms = [_quoted(match[1] or match[2] or "") for match in found]
    if (
        found
        and found[-1][2]
        and found[-1].end() == len(clean)
        and len(found[-1][2]) >= _MIN_PREFIX
    ):
        terms[-1] += " *"
    return " AND ".join(term for term in terms if any(letter.isalnum() for letter in term))


def _quoted(term: str) -> str:
    doubled = split_words(term).replace('"', '""')
    return f'"{doubled}"'
