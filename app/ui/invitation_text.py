"""Judges what is typed into the field for an invitation, while it is typed."""

from __future__ import annotations

from typing import NamedTuple

from app.domain.errors import AppError
from app.protocol import invitation, spoken_code
from app.ui import wording


class Hint(NamedTuple):
    """What to say about a text: nothing if it is good; `wrong` unless it may still become so."""

    words: str = ""
    wrong: bool = False


def hint_for(text: str) -> Hint:
    """Judge a link or a room code."""
    scheme = invitation.SCHEME
    if scheme.startswith(text.strip().lower()):
        return Hint("Go on…")
    try:
        if invitation.looks_like_invite(text):
            invitation.parse(text)
        else:
            spoken_code.from_words(text)
    except AppError as error:
        return Hint(_words(error), wrong=error.code != "code-incomplete")
    return Hint()


def _words(error: AppError) -> str:
    if error.code == "code-incomplete":
        return f"{error.params['words']} of {error.params['needed']} words"
    return wording.words_for(error)
