"""Shows a film as large as the window: played, held, sought, louder and quieter."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.domain.files import TransferView
from app.ui import wording
from app.ui.file_names import shown_name
from app.ui.files import phrases
from app.ui.files.film_area import FilmArea
from app.ui.files.viewer import BAR, GROUND, INK, QUIET
from app.ui.theme import TextSize, Theme, Weight, icon
from app.ui.voice.engine import Engine
from app.ui.voice.sounding import clock, lasting
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.columns import middle_lines
from app.ui.widgets.surfaces import Label

SKIP_MS = 5000
LOUDER = 10
_SLIDER = """
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: #3a3d49; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: #a5a2ff; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
  background: #ffffff; }
QSlider:focus { border: 1px solid #a5a2ff; border-radius: 6px; }
"""


class FilmViewer(QDialog):
    """Space plays and holds, Left and Right skip, Up and Down change the volume, M mutes, Esc
    closes. `opened` and `shown_in_folder` carry the film.
    """

    opened = Signal(object)
    shown_in_folder = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget, view: TransferView, still: QImage) -> None:
        super().__init__(parent)
        self._view, self._lasts = view, 0
        self._deeds: list[QWidget] = []
        self.setWindowTitle("Film")
        self.engine = Engine(self)
        self.area = FilmArea(still)
        self.engine.media.setVideoSink(self.area.sink)
        self.name = Label(theme, TextSize.BODY, Weight.SEMIBOLD, elide=True)
        self.line = Label(theme, TextSize.SMALL, elide=True)
        self.time = Label(theme, TextSize.SMALL)
        for label, colour in ((self.name, INK), (self.line, QUIET), (self.time, INK)):
            label.set_colour(colour)
        name = shown_name(view.name)
        self.name.setText(name)
        self.line.setText(f"{view.peer_name} \u00b7 {phrases.size(view.size)}")
        self.setAccessibleName(f"Film {name}")
        self.play_button = self._button(theme, "play", "Play", self.toggle)
        self.place = self._slider("Place", 1000)
        self.mute_button = self._button(theme, "volume-2", "Mute", self.toggle_mute)
        self.volume = self._slider("Volume", 100)
        self.volume.setValue(100)
        self.volume.setFixedWidth(90)
        self._lay_out(theme)
        self._connect()
        self.resize(parent.size())
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        order = (
            self.area,
            self.play_button,
            self.place,
            self.mute_button,
            self.volume,
            *self._deeds,
        )
        for before, after in pairwise((*order, self.close_button)):
            QWidget.setTabOrder(before, after)

    def start(self) -> None:
        """Play from the beginning."""
        self.engine.load(self._view.path)
        self.engine.play()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.area.setFocus()

    def toggle(self) -> None:
        """Play or hold."""
        if self.engine.is_playing:
            self.engine.pause()
        else:
            self.engine.play()

    def toggle_mute(self) -> None:
        self.engine.set_volume(self.volume.value() / 100, muted=not self.engine.sound.isMuted())

    def skip(self, ms: int) -> None:
        """Go on, or back."""
        at = self.engine.media.position() + ms
        self.engine.seek(min(max(at, 0), max(self._lasts - 1, 0)))

    def done(self, result: int) -> None:
        self.engine.stop()
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Space | Qt.Key.Key_K:
                self.toggle()
            case Qt.Key.Key_Left:
                self.skip(-SKIP_MS)
            case Qt.Key.Key_Right:
                self.skip(SKIP_MS)
            case Qt.Key.Key_Up:
                self.volume.setValue(self.volume.value() + LOUDER)
            case Qt.Key.Key_Down:
                self.volume.setValue(self.volume.value() - LOUDER)
            case Qt.Key.Key_M:
                self.toggle_mute()
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), GROUND)

    def _connect(self) -> None:
        engine = self.engine
        engine.moved.connect(self._on_moved)
        engine.lasts.connect(self._on_lasts)
        engine.failed.connect(self._on_failed)
        engine.media.playbackStateChanged.connect(lambda _state: self._dress())
        engine.sound.mutedChanged.connect(lambda _muted: self._dress())
        self.place.sliderMoved.connect(self._on_sought)
        self.place.actionTriggered.connect(lambda _by: self._on_sought(self.place.sliderPosition()))
        self.volume.valueChanged.connect(lambda value: engine.set_volume(value / 100))
        self.area.pressed.connect(self.toggle)

    def _on_moved(self, ms: int) -> None:
        if self._lasts and not self.place.isSliderDown():
            self.place.setValue(round(ms / self._lasts * 1000))
        self._tell(ms)

    def _on_lasts(self, ms: int) -> None:
        self._lasts = ms
        self._tell(self.engine.media.position())

    def _tell(self, ms: int) -> None:
        self.time.setText(f"{clock(ms)} / {clock(self._lasts)}")
        self.time.setAccessibleName(f"{lasting(ms)} of {lasting(self._lasts)}")

    def _on_sought(self, place: int) -> None:
        self.engine.seek(round(place / 1000 * self._lasts))

    def _on_failed(self, error: AppError) -> None:
        if error.code == "cannot-play":
            self.area.say(wording.words_for(error))
        else:
            self.line.setText(wording.words_for(error))

    def _dress(self) -> None:
        playing, muted = self.engine.is_playing, self.engine.sound.isMuted()
        for button, glyph, name in (
            (self.play_button, "pause" if playing else "play", "Pause" if playing else "Play"),
            (self.mute_button, "volume-x" if muted else "volume-2", "Unmute" if muted else "Mute"),
        ):
            button.setIcon(icon(glyph, INK, 20))
            button.setAccessibleName(name)
            button.setToolTip(name)

    @staticmethod
    def _button(theme: Theme, glyph: str, name: str, deed: object) -> IconButton:
        button = IconButton(theme, glyph, name)
        button.setIcon(icon(glyph, INK, 20, disabled=QColor(90, 94, 108)))
        button.clicked.connect(deed)
        return button

    @staticmethod
    def _slider(name: str, most: int) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, most)
        slider.setPageStep(most // 10)
        slider.setSingleStep(most // 50)
        slider.setAccessibleName(name)
        slider.setStyleSheet(_SLIDER)
        return slider

    def _lay_out(self, theme: Theme) -> None:
        texts = middle_lines(self.name, self.line)
        top = QHBoxLayout()
        top.setContentsMargins(20, 0, 12, 0)
        top.addLayout(texts, 1)
        for glyph, name, deed in (
            ("file", "Open with another program", lambda: self.opened.emit(self._view)),
            ("folder", "Show in folder", lambda: self.shown_in_folder.emit(self._view)),
        ):
            self._deeds.append(self._button(theme, glyph, name, deed))
            top.addWidget(self._deeds[-1])
        self.close_button = self._button(theme, "x", "Close", self.reject)
        top.addWidget(self.close_button)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(12, 0, 20, 0)
        bottom.setSpacing(10)
        bottom.addWidget(self.play_button)
        bottom.addWidget(self.place, 1)
        bottom.addWidget(self.time)
        bottom.addWidget(self.mute_button)
        bottom.addWidget(self.volume)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for layout in (top, bottom):
            bar = QWidget()
            bar.setFixedHeight(BAR)
            bar.setLayout(layout)
            column.addWidget(bar)
        column.insertWidget(1, self.area, 1)
