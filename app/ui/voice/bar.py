"""What stands in the composer's place while a voice message is recorded."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import TextSize, Theme, Weight
from app.ui.voice.recorder import State
from app.ui.voice.sounding import clock, lasting
from app.ui.widgets.buttons import IconButton, RoundButton
from app.ui.widgets.surfaces import Label

BLINK_MS = 600
DOT = 10
STEP, BAR = 4, 2
LEAST = 3
PER_BAR = 5
"""Levels that make one bar: a tenth of a second."""
_OWN = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape}


class LiveWave(QWidget):
    """The last seconds, running in from the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._bars: list[int] = []
        self.setMinimumWidth(24)
        self.setFixedHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_levels(self, levels: bytes) -> None:
        """Show how loud it was; 50 levels for each second."""
        most = self.width() // STEP + 1
        whole = len(levels) // PER_BAR
        first = max(whole - most, 0)
        parts = (levels[at * PER_BAR : (at + 1) * PER_BAR] for at in range(first, whole))
        self._bars = [max(part) for part in parts]
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent)
        for back, level in enumerate(reversed(self._bars)):
            x = self.width() - BAR - back * STEP
            high = LEAST + (self.height() - LEAST) * level / 255
            painter.drawRoundedRect(QRectF(x, (self.height() - high) / 2, BAR, high), 1, 1)


class _Dot(QWidget):
    """Blinks while it records."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self.lit = theme, True
        self.setFixedSize(DOT, DOT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colour = QColor(self._theme.palette.danger)
        colour.setAlpha(255 if self.lit else 60)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(DOT / 2, DOT / 2), DOT / 2 - 1, DOT / 2 - 1)


class RecordingBar(QWidget):
    """Space holds it and goes on, Enter sends, Esc peels off; each is a signal and a button."""

    sent = Signal()
    held = Signal()
    dropped = Signal()
    escaped = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._state = State.IDLE
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.drop = IconButton(theme, "trash-2", "Discard the recording")
        self.dot = _Dot(theme)
        self.time = Label(theme, TextSize.BODY, Weight.MEDIUM)
        self.time.setMinimumWidth(44)
        self.wave = LiveWave(theme)
        self.hold = IconButton(theme, "pause", "Pause")
        self.go_on = IconButton(theme, "mic", "Go on recording")
        self.send = RoundButton(theme, "arrow-up", "Send the voice message")
        self.line = Label(theme, TextSize.SMALL, tone="text2")
        self.line.setWordWrap(True)
        self.line.hide()
        self.drop.clicked.connect(self.dropped)
        self.hold.clicked.connect(self.held)
        self.go_on.clicked.connect(self.held)
        self.send.clicked.connect(self.sent)
        self._blink = QTimer(self)
        self._blink.setInterval(BLINK_MS)
        self._blink.timeout.connect(self._on_blink)
        theme.changed.connect(self.update)
        self._lay_out()

    def show_state(self, state: State, ms: int, levels: bytes) -> None:
        """Show how far the recording is."""
        if state is not self._state:
            self._enter(state)
        self.time.setText(clock(ms))
        self.wave.show_levels(levels)
        self.setAccessibleName(f"{self._title()}, {lasting(ms)}")

    def say(self, words: str, tone: str = "text2") -> None:
        """Say what went wrong, or what is special, below; "" takes it back."""
        self.line.set_tone("danger" if tone == "danger" else "text2")
        self.line.setText(words)
        self.line.setVisible(bool(words))
        if words:
            self._announce(words)

    def _title(self) -> str:
        titles = {State.RECORDING: "Recording a voice message", State.PAUSED: "Recording paused"}
        return titles.get(self._state, "Recording ended")

    def _enter(self, state: State) -> None:
        self._state = state
        recording = state is State.RECORDING
        swapped = self.hold.hasFocus() or self.go_on.hasFocus()
        self.hold.setVisible(recording)
        self.go_on.setVisible(state is State.PAUSED)
        self.dot.lit = recording
        self.dot.update()
        self._blink.start() if recording else self._blink.stop()
        if swapped:
            (self.hold if recording else self.go_on).setFocus()
        if state is not State.IDLE:
            self._announce(self._title())

    def _announce(self, words: str) -> None:
        if self.isVisible():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _on_blink(self) -> None:
        self.dot.lit = not self.dot.lit
        self.dot.update()

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Space:
                self.held.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.sent.emit()
            case Qt.Key.Key_Escape:
                self.escaped.emit()
            case _:
                super().keyPressEvent(event)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.drop)
        row.addWidget(self.dot)
        row.addWidget(self.time)
        row.addWidget(self.wave, 1)
        row.addWidget(self.hold)
        row.addWidget(self.go_on)
        row.addWidget(self.send)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.line)
        column.addLayout(row)
        self.go_on.hide()


def _is_own(event: QKeyEvent) -> bool:
    return event.key() in _OWN and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
