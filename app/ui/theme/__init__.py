"""How everything looks: colours, sizes, fonts, icons, avatars."""

from __future__ import annotations

from app.ui.theme.avatars import (
    avatar_colour,
    initials,
    name_colour,
    paint_avatar,
    paint_icon_avatar,
    paint_picture,
    paint_presence,
)
from app.ui.theme.fonts import emoji_family, font, load_fonts, mono_font
from app.ui.theme.icons import icon, icon_pixmap, paint_icon
from app.ui.theme.theme import Choice, NoPictures, PictureSource, Theme
from app.ui.theme.tokens import DARK, LIGHT, Palette, Radius, Scheme, Size, Space, TextSize, Weight

__all__ = [
    "DARK",
    "LIGHT",
    "Choice",
    "NoPictures",
    "Palette",
    "PictureSource",
    "Radius",
    "Scheme",
    "Size",
    "Space",
    "TextSize",
    "Theme",
    "Weight",
    "avatar_colour",
    "emoji_family",
    "font",
    "icon",
    "icon_pixmap",
    "initials",
    "load_fonts",
    "mono_font",
    "name_colour",
    "paint_avatar",
    "paint_icon",
    "paint_icon_avatar",
    "paint_picture",
    "paint_presence",
]
