"""How names of files are shown, whoever gave them."""

from __future__ import annotations

import unicodedata

from app.domain.files import FileOffered
from app.ui.voice.sounding import clock

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_LONGEST = 255
VOICE = "Voice message, {time}"


def shown_name(name: str) -> str:
    """A name on one line, with every character made visible that could hide or turn it."""
    line = " ".join(name[: _LONGEST * 4].split())[:_LONGEST]
    return "".join("\ufffd" if unicodedata.category(char) in _HIDDEN else char for char in line)


def offered_name(offer: FileOffered) -> str:
    """What an offer is called: by its name, or as the voice message that it is."""
    return VOICE.format(time=clock(offer.voice_ms)) if offer.voice_ms else shown_name(offer.name)


def framed_name(name: str) -> str:
    """The same among words of any script; it ends with its extension."""
    return f"\u2066{shown_name(name)}\u2069"
