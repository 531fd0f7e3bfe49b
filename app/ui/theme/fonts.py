"""The bundled fonts: Inter for text, Noto Color Emoji where the system may have none."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

import resources

FAMILY = "Inter"
MONO_FAMILIES = ("DejaVu Sans Mono", "Menlo", "Consolas", "monospace")
EMOJI_FAMILIES = {"darwin": "Apple Color Emoji", "win32": "Segoe UI Emoji"}
FOLDER = Path(resources.__file__ or "").parent / "fonts"


@cache
def load_fonts() -> None:
    """Make the bundled fonts known to Qt, once; needs a QGuiApplication.

    The static files, for Qt fakes the weights of the variable one.
    """
    for weight in ("Regular", "Medium", "SemiBold", "Bold"):
        QFontDatabase.addApplicationFont(str(FOLDER / f"Inter-{weight}.ttf"))
    if sys.platform not in EMOJI_FAMILIES:
        QFontDatabase.addApplicationFont(str(FOLDER / "NotoColorEmoji.ttf"))
        QFontDatabase.addApplicationEmojiFontFamily(emoji_family())


def emoji_family() -> str:
    """The family that draws emoji on this system."""
    return EMOJI_FAMILIES.get(sys.platform, "Noto Color Emoji")


def font(size: int, weight: int = 400, *, tabular: bool = False) -> QFont:
    """Return Inter of `size` pixels and `weight` 400 to 700; `tabular` for times and numbers."""
    result = QFont(FAMILY)
    result.setPixelSize(size)
    result.setWeight(QFont.Weight(weight))
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if tabular:
        result.setFeature(QFont.Tag("tnum"), 1)
    return result


def mono_font(size: int, weight: int = 400) -> QFont:
    """Return a font of fixed width; `size` in pixels."""
    result = font(size, weight)
    result.setFamilies(list(MONO_FAMILIES))
    result.setStyleHint(QFont.StyleHint.Monospace)
    return result
