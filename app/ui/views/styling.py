"""Puts marks around what is selected in a field, and takes them away again."""

from __future__ import annotations

from PySide6.QtWidgets import QTextEdit

MARKS = {"bold": "**", "italic": "_", "strike": "~~", "mono": "`"}
"""What each action puts around the selection."""


def style(field: QTextEdit, mark: str) -> None:
    """Put `mark` around the selected text, or remove it if it is there already.

    Without a selection the cursor comes to stand between two marks.
    """
    cursor = field.textCursor()
    start, end = cursor.selectionStart(), cursor.selectionEnd()
    long = len(mark)
    cursor.beginEditBlock()
    if _around(field, start - long, start) == mark and _around(field, end, end + long) == mark:
        _replace(field, end, end + long, "")
        _replace(field, start - long, start, "")
        start, end = start - long, end - long
    else:
        _replace(field, end, end, mark)
        _replace(field, start, start, mark)
        start, end = start + long, end + long
    cursor.endEditBlock()
    cursor.setPosition(start)
    cursor.setPosition(end, cursor.MoveMode.KeepAnchor)
    field.setTextCursor(cursor)


def _around(field: QTextEdit, start: int, end: int) -> str:
    if start < 0 or end >= field.document().characterCount():
        return ""
    cursor = field.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(end, cursor.MoveMode.KeepAnchor)
    return cursor.selectedText()


def _replace(field: QTextEdit, start: int, end: int, text: str) -> None:
    cursor = field.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(end, cursor.MoveMode.KeepAnchor)
    cursor.insertText(text)
