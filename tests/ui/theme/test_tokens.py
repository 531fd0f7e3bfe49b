"""Every text can be read on what it stands on, in both schemes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from app.ui.theme import DARK, LIGHT, Palette
from app.ui.theme.avatars import GLOSS
from app.ui.theme.tokens import AVATARS

SCHEMES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
READABLE = 4.5
VISIBLE = 3.0

TEXTS = [
    *[(text, "panel") for text in ("text", "text2", "text3", "accent_text", "link_in")],
    *[(text, "canvas") for text in ("text", "text2", "text3", "accent_text")],
    *[(text, "sidebar") for text in ("text", "text2", "text3", "accent_text", "danger")],
    *[(text, "hover") for text in ("text", "text2")],
    *[(text, "selected") for text in ("text", "text2", "accent_text")],
    *[(text, "field") for text in ("text", "text2", "text3")],
    *[(text, "bubble_in") for text in ("text", "text3", "link_in")],
    *[(text, "bubble_out") for text in ("text_out", "meta_out", "link_out")],
    *[(text, "inset_in") for text in ("text", "text2")],
    ("text_out", "inset_out"),
    ("on_accent", "accent"),
    ("on_accent", "accent_press"),
    ("on_accent", "muted"),
    ("accent_text", "accent_soft"),
    ("pill_text", "pill"),
    ("ok", "ok_bg"),
    ("warn", "warn_bg"),
    ("danger", "danger_bg"),
    ("danger", "panel"),
    ("ok", "panel"),
    ("warn", "panel"),
    ("text", "selection"),
    ("text_out", "selection"),
]


def luminance(colour: QColor) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [colour.redF(), colour.greenF(), colour.blueF()]
    low = 0.04045
    linear = [part / 12.92 if part <= low else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: QColor, second: QColor) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


@SCHEMES
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_texts_are_readable(palette: Palette, text: str, ground: str) -> None:
    assert contrast(getattr(palette, text), getattr(palette, ground)) >= READABLE


@SCHEMES
def test_names_are_readable(palette: Palette) -> None:
    assert len(palette.names) == len(AVATARS) == 10
    for name in palette.names:
        assert contrast(name, palette.bubble_in) >= READABLE


def test_initials_are_readable() -> None:
    white = QColor(255, 255, 255)
    for colour in AVATARS:
        assert contrast(white, colour) >= 5.35
        assert contrast(white, colour.lighter(GLOSS)) >= READABLE


@SCHEMES
@pytest.mark.parametrize("tick", ["accent_text", "meta_out"])
def test_ticks_are_visible(palette: Palette, tick: str) -> None:
    assert contrast(getattr(palette, tick), palette.bubble_out) >= VISIBLE


def test_tokens_are_those_of_the_table() -> None:
    assert LIGHT.canvas.name() == "#f1f2f7"
    assert DARK.bubble_out.name() == "#3f3c9a"
    assert LIGHT.names == AVATARS
