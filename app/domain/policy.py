"""What a person may write, and how names are cleaned before they are signed."""

from __future__ import annotations

import unicodedata

from app.domain.errors import AppError
from app.domain.events import MAX_NAME_LENGTH, MAX_ROOM_NAME_LENGTH, MAX_TEXT_BYTES

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_BLANK = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
"""Parts of Persian and Indic words and of composed emoji; alone they show nothing."""


def _visible(name: str) -> str:
    kept = "".join(c if c in _JOINERS or _shows(c) else " " for c in name)
    return " ".join(unicodedata.normalize("NFC", kept).split()).strip(" " + _JOINERS)


def _shows(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE


def clean_person_name(name: str) -> str:
    """Return a person's name without invisible characters, 1..64 characters long.

    Raises AppError("name-empty" | "name-too-long").
    """
    return _bounded(_visible(name), MAX_NAME_LENGTH)


def clean_room_name(name: str) -> str:
    """Return a room's name without invisible characters, 1..100 characters long.

    Raises AppError("name-empty" | "name-too-long").
    """
    return _bounded(_visible(name), MAX_ROOM_NAME_LENGTH)


def _bounded(name: str, limit: int) -> str:
    if not name:
        raise AppError("name-empty")
    if len(name) > limit:
        raise AppError("name-too-long", {"limit": limit})
    return name


def clean_text(text: str) -> str:
    """Return a message's text as it will be signed: no control characters, no lone surrogates.

    Raises AppError("text-empty" | "text-too-long"); the limit is 64 KiB of UTF-8.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    if all(unicodedata.category(c) in _BLANK for c in kept):
        raise AppError("text-empty")
    if len(kept.encode("utf-8")) > MAX_TEXT_BYTES:
        raise AppError("text-too-long", {"limit": MAX_TEXT_BYTES})
    return kept
