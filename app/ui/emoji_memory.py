"""Which emoji were used lately, and the skin tone that somebody likes."""

from __future__ import annotations

import json

from PySide6.QtCore import QObject, Signal

MOST = 16
TONES = ("", "🏻", "🏼", "🏽", "🏾", "🏿")
_VARIATION = "\ufe0f"
_BASES = (
    "261D 26F9 270A-270D 1F385 1F3C2-1F3C4 1F3C7 1F3CA-1F3CC 1F442-1F443 1F446-1F450 1F466-1F478"
    " 1F47C 1F481-1F483 1F485-1F487 1F48F 1F491 1F4AA 1F574-1F575 1F57A 1F590 1F595-1F596"
    " 1F645-1F647 1F64B-1F64F 1F6A3 1F6B4-1F6B6 1F6C0 1F6CC 1F90C 1F90F 1F918-1F91F 1F926"
    " 1F930-1F939 1F93C-1F93E 1F977 1F9B5-1F9B6 1F9B8-1F9B9 1F9BB 1F9CD-1F9CF 1F9D1-1F9DD"
    " 1FAC3-1FAC5 1FAF0-1FAF8"
)
"""What Unicode lets be followed by a skin tone (Emoji_Modifier_Base)."""


def _ranges() -> list[tuple[int, int]]:
    ends = (part.partition("-") for part in _BASES.split())
    return [(int(first, 16), int(last or first, 16)) for first, _, last in ends]


_RANGES = _ranges()


def _takes_tone(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _RANGES)


def with_tone(emoji: str, tone: int) -> str:
    """Return one person or hand in a skin tone (1 to 5); anything else stays as it is."""
    if not tone or not _takes_tone(emoji[0]) or any(map(_takes_tone, emoji[1:])):
        return emoji
    return emoji[0] + TONES[tone] + emoji[1:].removeprefix(_VARIATION)


class EmojiMemory(QObject):
    """`changed` is emitted when something is to be stored anew."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.recent: tuple[str, ...] = ()
        self.tone = 0

    def used(self, emoji: str) -> None:
        """This one was used now; it is given without a skin tone."""
        self.recent = (emoji, *(each for each in self.recent if each != emoji))[:MOST]
        self.changed.emit()

    def choose_tone(self, tone: int) -> None:
        self.tone = tone
        self.changed.emit()

    def dump(self) -> str:
        return json.dumps({"recent": self.recent, "tone": self.tone})

    def load(self, stored: str) -> None:
        """Take over what `dump` gave; what cannot be understood is left out."""
        try:
            found = json.loads(stored or "{}")
        except ValueError:
            return
        if isinstance(found, dict):
            recent, tone = found.get("recent"), found.get("tone")
            listed = recent if isinstance(recent, list) else []
            self.recent = tuple(each for each in listed if isinstance(each, str) and each)[:MOST]
            self.tone = tone if isinstance(tone, int) and 0 <= tone < len(TONES) else 0
