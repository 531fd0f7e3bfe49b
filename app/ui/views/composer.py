"""Where a message is written."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from PySide6.QtCore import QEvent, QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from app.ui.actions import ActionRegistry
from app.ui.files.attachment import has_files
from app.ui.theme import Radius, TextSize, Theme, font
from app.ui.views.composer_bar import ComposerBar
from app.ui.views.styling import MARKS, style
from app.ui.widgets.buttons import IconButton, RoundButton
from app.ui.widgets.surfaces import Label

LIMIT = 64 * 1024
"""The longest text of one message, in bytes of UTF-8."""

TOO_MUCH = "What you pasted is {kib:,.0f} KiB of text; one message holds 64 KiB. Paste it in parts."
TOO_LONG = "Too long for one message: {kib:.0f} of 64 KiB. Shorten it or send it in parts."
_KEPT = {"\n", "\t"}
_LINE = 20


def clean(text: str) -> str:
    """Return pasted text with line ends made one kind and control characters left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n")
    return "".join(
        char for char in text if char in _KEPT or unicodedata.category(char) not in {"Cc", "Cs"}
    )


class ComposerField(QTextEdit):
    """Grows with its text; Enter sends and the window's keys pass through."""

    send_pressed = Signal()
    escaped = Signal()
    edit_last_pressed = Signal()
    key_offered = Signal(object)
    """A key, and before that whether its shortcut is to be overridden; who accepts it keeps it."""
    files_pasted = Signal(object)
    """The mime data of files, or of an image, that were pasted."""
    pasted_too_much = Signal(int)
    """So many characters were to be pasted that no message holds them; the field is as before."""

    def __init__(self, actions: ActionRegistry) -> None:
        super().__init__()
        self._actions = actions
        self.setAcceptRichText(False)
        self.setAccessibleName("Message")
        self.setPlaceholderText("Message")
        self.setFont(font(TextSize.BODY))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
        self.setPalette(palette)
        self.viewport().setAutoFillBackground(False)

    def event(self, event: QEvent) -> bool:
        tab = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab
        if tab and event.type() == QEvent.Type.KeyPress and self._is_taken(event):
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.ignore()
            self.key_offered.emit(event)
            if event.isAccepted():
                return True
            pressed = QKeySequence(event.keyCombination())
            if self._styling(pressed) is not None:
                event.accept()  # Qt's own meaning of the keys may be another one
                return True
            if self._actions.claims(pressed) and not self._edits(event):
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_taken(event):
            return
        without_pad = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        pressed = QKeySequence(int(without_pad.value) | event.key())
        if self._actions.matches("send", pressed):
            self.send_pressed.emit()
        elif self._actions.matches("newline", pressed):
            self.textCursor().insertBlock()
            self.ensureCursorVisible()
        elif self._actions.matches("edit-last", pressed) and self.document().isEmpty():
            self.edit_last_pressed.emit()
        elif (action := self._styling(pressed)) is not None:
            style(self, MARKS[action])
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def _is_taken(self, event: QEvent) -> bool:
        """Offer a key to whoever listens; whether it was accepted."""
        event.ignore()
        self.key_offered.emit(event)
        taken = event.isAccepted()
        event.accept()
        return taken

    def _styling(self, pressed: QKeySequence) -> str | None:
        return next((action for action in MARKS if self._actions.matches(action, pressed)), None)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Let files that are dragged over the field be taken by what lies around it."""
        return not has_files(source) and super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if has_files(source):
            self.files_pasted.emit(source)
            return
        if not source.hasText():
            return
        text = source.text()
        if len(text) > LIMIT:  # laying out one long line would hold the window up for seconds
            self.pasted_too_much.emit(len(text))
        else:
            self.textCursor().insertText(clean(text))
            self.ensureCursorVisible()

    def _edits(self, event: QKeyEvent) -> bool:
        """Whether these keys move about in a text that is there."""
        if self.document().isEmpty():
            return False
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        pages = event.key() in {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
        return event.key() in {Qt.Key.Key_Home, Qt.Key.Key_End} or (pages and shift)


class Composer(QWidget):
    """The field in its frame, the send button, and a line for what went wrong."""

    submitted = Signal(str)
    edited = Signal()
    escaped = Signal()

    def __init__(self, theme: Theme, actions: ActionRegistry) -> None:
        super().__init__()
        self._theme = theme
        self._error = ""
        self._greatest = 10 * _LINE
        self.field = ComposerField(actions)
        self.send = RoundButton(theme, "arrow-up", "Send")
        self.problem = Label(theme, TextSize.SMALL, tone="danger")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.bar = ComposerBar(theme)
        self.emoji = IconButton(theme, "smile", "Emoji")
        self.attach = IconButton(theme, "paperclip", "Attach files")
        self.attach.hide()
        self.voice = IconButton(theme, "mic", "Record a voice message")
        self.voice.hide()
        self._stand_in: QWidget | None = None
        self._lay_out()
        self.send.clicked.connect(self.submit)
        self.field.send_pressed.connect(self.submit)
        self.field.escaped.connect(self.escaped)
        self.field.pasted_too_much.connect(self._on_too_much)
        self.field.textChanged.connect(self._on_text)
        self.field.document().documentLayout().documentSizeChanged.connect(self._grow)
        theme.changed.connect(self.update)
        self._on_text()

    def allow_files(self) -> None:
        """Show the button that attaches files."""
        self.attach.show()
        self._column.setContentsMargins(16 + 6, 4 + 6, 16 + 6, 14 + 6)

    def allow_voice(self, bar: QWidget) -> None:
        """Show the button that records; `bar` stands where the field is meanwhile."""
        self.voice.show()
        self._stand_in = bar
        self._column.addWidget(bar)
        bar.hide()

    def show_recording(self, *, shown: bool) -> None:
        """Let the bar that was given to `allow_voice` stand in the field's place, or no more."""
        if self._stand_in is None:
            return
        for widget in (self.field, self.attach, self.emoji, self.voice, self.send):
            widget.setHidden(shown)
        self._stand_in.setVisible(shown)
        (self._stand_in if shown else self.field).setFocus()

    def text(self) -> str:
        return self.field.toPlainText()

    def set_text(self, text: str) -> None:
        """Put `text` into the field, the cursor behind it, without telling of an edit."""
        self.field.blockSignals(True)
        self.field.setPlainText(text)
        self.field.blockSignals(False)
        cursor = self.field.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.field.setTextCursor(cursor)
        self._check()
        self._grow()

    def set_error(self, words: str) -> None:
        """Say what went wrong, until the text is next edited; "" takes it back."""
        self._error = words
        self._check()

    def set_greatest_height(self, height: int) -> None:
        """Let the field grow up to so many pixels."""
        self._greatest = max(height, 2 * _LINE)
        self._grow()

    def submit(self) -> None:
        """Send what is there, if there is anything and it fits."""
        text = self.text().strip()
        if text and self._fits():
            self.submitted.emit(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(palette.line, 1))
        painter.setBrush(palette.bubble_in)
        frame = QRectF(self.rect()).adjusted(16.5, 4.5, -16.5, -14.5)
        painter.drawRoundedRect(frame, Radius.COMPOSER, Radius.COMPOSER)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.attach, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.field, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.emoji, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.voice, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.send, 0, Qt.AlignmentFlag.AlignBottom)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(16 + 16, 4 + 6, 16 + 6, 14 + 6)
        column.setSpacing(4)
        column.addWidget(self.bar)
        column.addWidget(self.problem)
        column.addLayout(row)
        for before, after in pairwise((self.field, self.attach, self.emoji, self.voice, self.send)):
            QWidget.setTabOrder(before, after)  # the messages stay one step before the field

    def _on_text(self) -> None:
        self._error = ""
        self._check()
        self.edited.emit()

    def _on_too_much(self, characters: int) -> None:
        self.set_error(TOO_MUCH.format(kib=characters / 1024))

    def _fits(self) -> bool:
        text = self.text()
        return len(text) * 4 <= LIMIT or len(text.strip().encode("utf-8", "replace")) <= LIMIT

    def _check(self) -> None:
        fits = self._fits()
        size = 0 if fits else len(self.text().encode("utf-8", "replace"))
        words = self._error if fits else TOO_LONG.format(kib=max(size / 1024, 65))
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        self.send.setEnabled(fits and bool(self.text().strip()))

    def _grow(self) -> None:
        wanted = max(round(self.field.document().size().height()), _LINE)
        height = min(wanted, self._greatest)
        scrolls = wanted > height
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.field.setVerticalScrollBarPolicy(
            policy if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        if self.field.height() != height:
            self.field.setFixedHeight(height)
