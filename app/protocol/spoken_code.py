"""Room codes for reading out: six words that carry 60 random bits and six bits of checksum.

`crypto.room_keys.secret_from_code` makes a room's secret of the entropy: 8 bytes, big-endian,
of which the top four bits are zero.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata

from app.crypto.wordlist import PREFIX_LENGTH, WORD_BITS, numbers, words
from app.domain.errors import AppError, LocalProtocolError

ENTROPY_SIZE = 8
ENTROPY_BITS = 60
MAX_ENTROPY = (1 << ENTROPY_BITS) - 1
CHECKSUM_BITS = 6
CHECKSUM_MASK = (1 << CHECKSUM_BITS) - 1
WORD_MASK = (1 << WORD_BITS) - 1
WORD_COUNT = 6
CHECKSUM_PREFIX = b"parlor spoken code 1\x00"
MAX_TYPED_LENGTH = 1024

_WORD = re.compile("[a-z]+")
_IGNORED = {"Mn", "Cf"}
_DOTLESS_I = {0x131: "i"}


def new_entropy(random: bytes) -> bytes:
    """Return the entropy of a code made from 8 random bytes."""
    if len(random) != ENTROPY_SIZE:
        raise LocalProtocolError("a code takes 8 random bytes")
    return _entropy(int.from_bytes(random, "big") & MAX_ENTROPY)


def _entropy(number: int) -> bytes:
    return number.to_bytes(ENTROPY_SIZE, "big")


def _checksum(entropy: bytes) -> int:
    return hashlib.sha256(CHECKSUM_PREFIX + entropy).digest()[0] >> (8 - CHECKSUM_BITS)


def to_words(entropy: bytes) -> str:
    """Return the six words of `entropy`, joined by hyphens; "" if it is none of this version."""
    number = int.from_bytes(entropy, "big")
    if len(entropy) != ENTROPY_SIZE or number > MAX_ENTROPY:
        return ""
    number = number << CHECKSUM_BITS | _checksum(entropy)
    shifts = range((WORD_COUNT - 1) * WORD_BITS, -1, -WORD_BITS)
    return "-".join(words()[number >> shift & WORD_MASK] for shift in shifts)


def from_words(text: str) -> bytes:
    """Return the entropy of a code as somebody typed or pasted it.

    Case, accents, punctuation and numbering do not matter, nor what follows a word's fourth
    letter. Raises AppError("code-incomplete" {words, needed} | "code-unknown-word" {word,
    suggestion, "" if there is none near} | "code-mistyped").
    """
    typed = _WORD.findall(_plain(text[:MAX_TYPED_LENGTH]))
    if len(typed) > WORD_COUNT:
        raise AppError("code-mistyped")
    if len(typed) == WORD_COUNT:
        return _checked([_number_of(word) for word in typed])
    for word in typed:
        if word is not typed[-1] or not _may_become_word(word):
            _number_of(word)
    raise AppError("code-incomplete", {"words": len(typed), "needed": WORD_COUNT})


def _checked(found: list[int]) -> bytes:
    number = 0
    for word in found:
        number = number << WORD_BITS | word
    entropy = _entropy(number >> CHECKSUM_BITS)
    if _checksum(entropy) != number & CHECKSUM_MASK:
        raise AppError("code-mistyped")
    return entropy


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_DOTLESS_I)
    return "".join(c for c in letters if unicodedata.category(c) not in _IGNORED)


def _may_become_word(typed: str) -> bool:
    return any(word.startswith(typed) for word in words())


def _number_of(typed: str) -> int:
    number = numbers().get(typed[:PREFIX_LENGTH])
    if number is None:
        near = difflib.get_close_matches(typed[:16], words(), n=1)
        suggestion = near[0] if near else ""
        raise AppError("code-unknown-word", {"word": typed[:32], "suggestion": suggestion})
    return number
