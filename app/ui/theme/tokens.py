"""Colours of both schemes, and the sizes that they share. Lengths are logical pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from PySide6.QtGui import QColor


class Scheme(Enum):
    LIGHT = "light"
    DARK = "dark"


class Space(IntEnum):
    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 24
    XXL = 32


class TextSize(IntEnum):
    META = 11
    SMALL = 12
    PREVIEW = 13
    BODY = 14
    HEADER = 15
    DRAWER = 17
    EMPTY = 22


class Weight(IntEnum):
    REGULAR = 400
    MEDIUM = 500
    SEMIBOLD = 600
    BOLD = 700


class Radius(IntEnum):
    BUBBLE = 16
    BUBBLE_INNER = 5
    ROW = 12
    CARD = 12
    FIELD = 10
    BUTTON = 10
    CODE = 8
    COMPOSER = 18


class Size(IntEnum):
    SIDEBAR = 308
    ROW = 64
    ROW_INSET = 8
    AVATAR_ROW = 44
    AVATAR_HEADER = 40
    AVATAR_SMALL = 36
    AVATAR_DRAWER = 72
    HEADER = 60
    BANNER = 36
    DRAWER = 300
    BODY_LINE = 20
    BUBBLE_MAX = 520
    BUBBLE_PAD_X = 12
    BUBBLE_PAD_Y = 8
    GAP_GROUPED = 2
    GAP = 10
    ICON = 20
    ICON_BUTTON = 36
    STATUS_DOT = 5
    STATUS_RING = 2
    PROGRESS = 4


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one scheme; what each is for is its name.

    `names` holds the colour of an author's name for each of the ten avatar colours, in order.
    """

    canvas: QColor
    panel: QColor
    sidebar: QColor
    hover: QColor
    selected: QColor
    line: QColor
    field: QColor
    text: QColor
    text2: QColor
    text3: QColor
    accent: QColor
    accent_hover: QColor
    accent_press: QColor
    accent_text: QColor
    accent_soft: QColor
    on_accent: QColor
    bubble_in: QColor
    bubble_out: QColor
    inset_in: QColor
    inset_out: QColor
    text_out: QColor
    meta_out: QColor
    link_in: QColor
    link_out: QColor
    ok: QColor
    ok_bg: QColor
    warn: QColor
    warn_bg: QColor
    danger: QColor
    danger_bg: QColor
    online: QColor
    away: QColor
    offline: QColor
    muted: QColor
    selection: QColor
    pill: QColor
    pill_text: QColor
    names: tuple[QColor, ...]


def _colours(values: str) -> tuple[QColor, ...]:
    return tuple(QColor(f"#{value}") for value in values.split())


AVATARS = _colours("B93A0E B4233F A21CAF 7C3AED 4F46E5 1B67C9 0E7490 0F766E 3A7419 856000")

# token: light dark
_TABLE = """
canvas F1F2F7 111217
panel FFFFFF 1A1B21
sidebar FBFBFD 16171C
hover F0F1F6 22242C
selected E9E8FD 2A2954
line E5E7EE 292B34
field F1F2F7 23252D
text 16181D ECEDF2
text2 565D6E A9AEBE
text3 676E81 8C92A3
accent 5753E0 635FE8
accent_hover 4844CC 7672F2
accent_press 3D39B5 5D59DE
accent_text 4A46CF A5A2FF
accent_soft E9E8FD 2A2954
on_accent FFFFFF FFFFFF
bubble_in FFFFFF 23252D
bubble_out DFDFFD 3F3C9A
inset_in F1F2F7 191A20
inset_out D0D0F8 33308A
text_out 16181D F4F4FD
meta_out 5A57A6 C3C1F5
link_in 423EC8 ABA8FF
link_out 3B37B8 CBC9FF
ok 15794A 4CC38A
ok_bg E2F5EB 15301F
warn 855000 F5BE5B
warn_bg FFF2D6 32270F
danger C0283A FF8189
danger_bg FDE8EA 391A1E
online 1F9D67 3DD68C
away D48A00 F5B94E
offline A5ABBA 5A5F6E
muted 6A7183 4A4F5E
selection BFBEF8 5B58C4
pill DFE2EB 24262F
pill_text 454B5A B9BDCB
"""


def _palette(column: int, names: tuple[QColor, ...]) -> Palette:
    rows = [line.split() for line in _TABLE.split("\n") if line]
    return Palette(names=names, **{row[0]: QColor(f"#{row[column]}") for row in rows})


LIGHT = _palette(1, AVATARS)
DARK = _palette(
    2, _colours("FF9A6B FF8FA3 F08CFB B9A0FF A5A2FF 82BBFF 5CD0EA 4FD8C4 93D26A E6BE4C")
)
