"""Qt's own palette and style sheet, made from ours.

Buttons take `setProperty("kind", "primary" | "quiet" | "danger")`, labels
`setProperty("tone", "second" | "third" | "danger")`.
"""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QPalette

from app.ui.theme.tokens import Palette, Radius

_SHEET = Template("""
QToolTip { background: $panel; color: $text; border: 1px solid $line; padding: 4px 8px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px 3px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 3px 2px; }
QScrollBar::handle { background: $thumb; border-radius: 2px; }
QScrollBar::handle:vertical { min-height: 40px; }
QScrollBar::handle:horizontal { min-width: 40px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $thumb_hover; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QMenu { background: $panel; color: $text; border: 1px solid $line;
  border-radius: ${button}px; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 10px; border-radius: 6px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $text3; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }
QLineEdit, QPlainTextEdit[field="true"], QComboBox { background: $field; color: $text;
  border: 1px solid transparent; border-radius: ${fieldr}px; padding: 7px 12px;
  selection-background-color: $selection; selection-color: $text; }
QLineEdit:focus, QPlainTextEdit[field="true"]:focus, QComboBox:focus { border-color: $accent; }
QPushButton { background: $field; color: $text; border: 1px solid transparent;
  border-radius: ${button}px; padding: 8px 16px; font-weight: 500; outline: none; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selected; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $text3; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; }
QPushButton[kind="primary"]:hover { background: $accent_hover; }
QPushButton[kind="primary"]:pressed { background: $accent_press; }
QPushButton[kind="primary"]:focus { border-color: $text; }
QPushButton[kind="primary"]:disabled { background: $field; color: $text3; }
QPushButton[kind="quiet"] { background: transparent; color: $accent_text; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="danger"] { background: $danger_bg; color: $danger; }
QToolButton { background: transparent; border: 1px solid transparent;
  border-radius: ${button}px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $selected; }
QToolButton:focus { border-color: $accent; }
QLabel[tone="second"] { color: $text2; }
QLabel[tone="third"] { color: $text3; }
QLabel[tone="danger"] { color: $danger; }
""")


def stylesheet(palette: Palette) -> str:
    """Return the style sheet of the application in `palette`'s colours."""
    names = [name for name in Palette.__dataclass_fields__ if name != "names"]
    values = {name: getattr(palette, name).name() for name in names}
    thumb, thumb_hover = QColor(palette.text3), QColor(palette.text3)
    thumb.setAlphaF(0.45)
    thumb_hover.setAlphaF(0.8)
    return _SHEET.substitute(
        values,
        thumb=_rgba(thumb),
        thumb_hover=_rgba(thumb_hover),
        button=int(Radius.BUTTON),
        fieldr=int(Radius.FIELD),
    )


def _rgba(colour: QColor) -> str:
    return f"rgba({colour.red()}, {colour.green()}, {colour.blue()}, {colour.alpha()})"


def qt_palette(palette: Palette) -> QPalette:
    """Return the QPalette for what Fusion paints itself."""
    role = QPalette.ColorRole
    colours = {
        role.Window: palette.panel,
        role.WindowText: palette.text,
        role.Base: palette.panel,
        role.AlternateBase: palette.field,
        role.Text: palette.text,
        role.PlaceholderText: palette.text3,
        role.Button: palette.panel,
        role.ButtonText: palette.text,
        role.BrightText: palette.on_accent,
        role.ToolTipBase: palette.panel,
        role.ToolTipText: palette.text,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.on_accent,
        role.Accent: palette.accent,
        role.Link: palette.link_in,
        role.LinkVisited: palette.link_in,
        role.Light: palette.panel,
        role.Midlight: palette.line,
        role.Mid: palette.line,
        role.Dark: palette.line,
        role.Shadow: palette.line,
    }
    result = QPalette()
    for key, colour in colours.items():
        result.setColor(key, colour)
    for key in (role.Text, role.WindowText, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, palette.text3)
    return result
