"""Schemes, fonts, icons, avatars."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QGuiApplication, QIcon, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import resources
from app.ui.theme import (
    DARK,
    LIGHT,
    Choice,
    Scheme,
    Theme,
    avatar_colour,
    emoji_family,
    font,
    icon,
    icon_pixmap,
    initials,
    load_fonts,
    mono_font,
    name_colour,
    paint_avatar,
    paint_icon,
    paint_icon_avatar,
    paint_presence,
)
from app.ui.theme.icons import FOLDER
from app.ui.theme.tokens import AVATARS

pytestmark = pytest.mark.usefixtures("qapp")

INK = QColor("#123456")


def canvas(size: int = 64) -> QImage:
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    return image


def test_choice_decides_and_changes_are_told(qtbot: QtBot) -> None:
    theme = Theme(Choice.LIGHT)
    assert (theme.scheme, theme.palette, theme.choice) == (Scheme.LIGHT, LIGHT, Choice.LIGHT)
    with qtbot.waitSignal(theme.changed):
        theme.set_choice(Choice.DARK)
    assert (theme.scheme, theme.palette) == (Scheme.DARK, DARK)
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_choice(Choice.DARK)


def test_an_unknown_system_scheme_is_light(qapp: QApplication) -> None:
    assert qapp.styleHints().colorScheme() is not Qt.ColorScheme.Dark
    assert Theme().scheme is Scheme.LIGHT


def test_install_dresses_the_application(qapp: QApplication) -> None:
    theme = Theme(Choice.LIGHT)
    theme.install(qapp)
    assert qapp.palette().window().color() == LIGHT.panel
    assert qapp.font().family() == "Inter"
    theme.set_choice(Choice.DARK)
    assert qapp.palette().window().color() == DARK.panel
    assert DARK.accent.name() in qapp.styleSheet()
    assert "$" not in qapp.styleSheet()
    theme.changed.disconnect()


@pytest.mark.parametrize("weight", [400, 500, 600, 700])
def test_every_weight_is_a_file_of_its_own(weight: int) -> None:
    load_fonts()
    load_fonts()
    face = font(14, weight)
    found = QFontInfo(face)
    assert (found.family(), found.weight(), found.pixelSize()) == ("Inter", weight, 14)
    others = {
        w: QFontMetricsF(font(48, w)).horizontalAdvance("Parlor") for w in (400, 500, 600, 700)
    }
    assert len(set(others.values())) == 4


def test_tabular_digits_are_equally_wide() -> None:
    load_fonts()
    metrics = QFontMetricsF(font(40, tabular=True))
    assert metrics.horizontalAdvance("11:11") == metrics.horizontalAdvance("08:48")


def test_mono_font_is_of_fixed_width() -> None:
    metrics = QFontMetricsF(mono_font(13))
    assert metrics.horizontalAdvance("iiii") == metrics.horizontalAdvance("mmmm")


def test_emoji_family_by_system(monkeypatch: pytest.MonkeyPatch) -> None:
    names = []
    for system in ("linux", "darwin", "win32"):
        monkeypatch.setattr(sys, "platform", system)
        names.append(emoji_family())
    assert names == ["Noto Color Emoji", "Apple Color Emoji", "Segoe UI Emoji"]


def test_emoji_have_colours() -> None:
    load_fonts()
    image = canvas()
    painter = QPainter(image)
    painter.setFont(font(40))
    painter.drawText(QRectF(0, 0, 64, 64), Qt.AlignmentFlag.AlignCenter, "🎉")
    painter.end()
    hues = {image.pixelColor(x, y).hue() // 30 for x in range(64) for y in range(64)}
    assert len(hues) > 4


def test_icons_take_the_colour_at_any_scale() -> None:
    for ratio in (1.0, 1.5, 2.0):
        pixmap = icon_pixmap("check", INK, 20, ratio)
        assert pixmap.deviceIndependentSize().toSize().width() == 20
        image = pixmap.toImage()
        inked = [
            image.pixelColor(x, y)
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() > 250
        ]
        assert inked
        assert all(abs(c.red() - INK.red()) <= 2 and abs(c.blue() - INK.blue()) <= 2 for c in inked)


def test_icon_with_a_disabled_colour() -> None:
    made = icon("search", INK, disabled=QColor("#ff0000"))
    off = made.pixmap(20, QIcon.Mode.Disabled).toImage()
    reds = {off.pixelColor(x, y).red() for x in range(20) for y in range(20)}
    assert max(reds) > 200
    assert not icon("search", INK).isNull()


def test_translucent_colours_stay_translucent() -> None:
    faint = QColor(INK)
    faint.setAlphaF(0.3)
    image = icon_pixmap("check", faint, 40).toImage()
    alphas = [image.pixelColor(x, y).alpha() for x in range(40) for y in range(40)]
    assert 60 < max(alphas) < 90


def test_an_icon_that_is_not_bundled_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon", INK)


def test_every_icon_is_lucides_own_and_renders() -> None:
    for path in sorted(FOLDER.glob("*.svg")):
        assert "lucide-static" in path.read_text(encoding="utf-8")
        image = icon_pixmap(path.stem, INK).toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(20) for y in range(20)), path.stem


def test_everything_bundled_has_its_licence() -> None:
    root = Path(resources.__file__ or "").parent
    table = (root / "LICENSES.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:fonts|icons)/[A-Za-z-]+\.txt)`", table):
        text = (root / name).read_text(encoding="utf-8").lower()
        assert "permission" in text
        assert "copyright" in text
    assert {path.name for path in (root / "fonts").glob("*.ttf")} == {
        "Inter-Bold.ttf",
        "Inter-Medium.ttf",
        "Inter-Regular.ttf",
        "Inter-SemiBold.ttf",
        "NotoColorEmoji.ttf",
    }


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Noor Haddad", "NH"),
        ("mum", "M"),
        ("Ana Maria de Souza", "AS"),
        ("", "?"),
        ("🎂", "?"),
        ("🎂 cake", "C"),
        ("(Bob) 7", "B7"),
        ("ß", "S"),
        ("山田 太郎", "山太"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_colours_follow_from_the_id() -> None:
    keys = [bytes([at]) * 32 for at in range(200)]
    assert {avatar_colour(key).name() for key in keys} == {c.name() for c in AVATARS}
    for key in keys[:20]:
        assert name_colour(key, LIGHT) == avatar_colour(key) == avatar_colour(bytes(key))
        assert AVATARS.index(avatar_colour(key)) == DARK.names.index(name_colour(key, DARK))


def test_avatars_are_round_and_keep_the_painter_usable() -> None:
    load_fonts()
    image = canvas()
    painter = QPainter(image)
    box = QRectF(4, 4, 56, 56)
    paint_avatar(painter, box, b"a", "Noor Haddad")
    paint_presence(painter, box, LIGHT.online, LIGHT.panel)
    painter.end()
    assert image.pixelColor(5, 5).alpha() == 0
    assert image.pixelColor(32, 8).alpha() == 255
    dot = image.pixelColor(round(32 + 28 * 0.7071), round(32 + 28 * 0.7071))
    assert dot == LIGHT.online


def test_room_avatars_carry_an_icon() -> None:
    image = canvas()
    painter = QPainter(image)
    paint_icon_avatar(painter, QRectF(0, 0, 64, 64), b"room", "bookmark")
    paint_icon(painter, QRectF(0, 0, 16, 16), "check", INK)
    painter.end()
    assert QGuiApplication.instance() is not None
    whites = [image.pixelColor(x, y).lightness() for x in range(64) for y in range(64)]
    assert max(whites) > 240


def test_only_icons_in_use_are_bundled() -> None:
    root = Path(__file__).parents[3] / "app" / "ui"
    code = "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*.py"))
    assert [path.stem for path in FOLDER.glob("*.svg") if f'"{path.stem}"' not in code] == []
