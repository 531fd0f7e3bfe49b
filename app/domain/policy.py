"""What a person may write, and how names are cleaned before they are signed."""

from __future__ import annotations

import re
import unicodedata

from app.domain.bounds import is_file_name
from app.domain.errors import AppError
from app.domain.file_names import safe_name
from app.domain.limits import (
    MAX_EMOJI_BYTES,
    MAX_NAME_LENGTH,
    MAX_ROOM_NAME_LENGTH,
    MAX_TEXT_BYTES,
    MAX_TOPIC_LENGTH,
)
from app.domain.views import MessageKind

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_BLANK = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
"""Parts of Persian and Indic words and of composed emoji; alone they show nothing."""

_SYMBOL = "[\u00a9\u00ae\u203c\u2049\u2100-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_TAGS = "[\U000e0020-\U000e007f]*"
_PICTURE = f"{_SYMBOL}[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?{_TAGS}"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_EMOJI = re.compile(f"{_FLAG}|{_KEYCAP}|{_PICTURE}(?:\u200d{_PICTURE})*")


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


def clean_caption(text: str) -> str:
    """Return what is said about a file as it will be signed, perhaps "".

    Raises AppError("text-too-long").
    """
    return clean_text(text) if any(unicodedata.category(c) not in _BLANK for c in text) else ""


def clean_file_name(name: str) -> str:
    """Return what an offer calls a file: its name, or the next best that may be shown."""
    return name if is_file_name(name) else safe_name(name)


def clean_topic(text: str) -> str:
    """Return a room's topic without invisible characters, at most 500 characters, perhaps "".

    Raises AppError("topic-too-long").
    """
    topic = _visible(text)
    if len(topic) > MAX_TOPIC_LENGTH:
        raise AppError("topic-too-long", {"limit": MAX_TOPIC_LENGTH})
    return topic


def clean_reaction(emoji: str) -> str:
    """Return the one emoji that `emoji` is. Raises AppError("bad-reaction")."""
    one = emoji.strip()
    if not _EMOJI.fullmatch(one) or len(one.encode("utf-8")) > MAX_EMOJI_BYTES:
        raise AppError("bad-reaction")
    return one


def check_operable(kind: MessageKind, *, deleted: bool) -> None:
    """Refuse to change what is no text or file, or is deleted.

    Raises AppError("not-a-message" | "message-deleted").
    """
    if kind not in (MessageKind.TEXT, MessageKind.FILE):
        raise AppError("not-a-message")
    if deleted:
        raise AppError("message-deleted")


def check_own(*, own: bool) -> None:
    """Refuse to edit or delete what somebody else wrote. Raises AppError("not-yours")."""
    if not own:
        raise AppError("not-yours")
