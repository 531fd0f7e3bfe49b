"""Plays one sound at a time and knows how each of them stands."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.errors import AppError
from app.domain.ids import EventId
from app.ui.voice.sounding import RATES, Sounding, next_rate

if TYPE_CHECKING:
    from app.ui.voice.engine import Engine

REMEMBERED = 500
"""So many sounds are gone on with where they were left."""
NO_SPEAKER = "no-speaker"
_NEAR_END_MS = 400


class Player(QObject):
    """`changed` carries whose sounding is another one; `failed` that and an AppError.

    `finished` carries the one that was heard to its end.
    """

    changed = Signal(object)
    finished = Signal(object)
    failed = Signal(object, object)

    def __init__(self, make: Callable[[], Engine], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._engine: Engine | None = None
        self._places: OrderedDict[EventId, int] = OrderedDict()
        self.current: EventId | None = None
        self.playing = False
        self.rate = RATES[0]
        self._ms = 0

    def sounding(self, which: EventId, ms: int = 0) -> Sounding:
        """How one stands; `ms` is how long it is if that is known already."""
        at = self._places.get(which, 0)
        if which != self.current:
            return Sounding(at_ms=at, ms=ms, rate=self.rate)
        return Sounding(True, self.playing, at, self._ms or ms, self.rate)

    def play(self, which: EventId, path: str, ms: int = 0) -> None:
        """Play this one from where it was left; another one that plays falls silent."""
        engine = self._engine or self._begin()
        before, self.current = self.current, which
        if before == which:
            if self._places.get(which, 0) + _NEAR_END_MS >= (self._ms or ms) > 0:
                self._note(0)
                engine.seek(0)
        else:
            self._ms = ms
            engine.load(path, self._places.get(which, 0))
        engine.set_rate(self.rate)
        self.playing = True
        engine.play()
        if before not in (None, which):
            self.changed.emit(before)
        self.changed.emit(which)

    def pause(self) -> None:
        if self._engine is not None and self.playing:
            self.playing = False
            self._engine.pause()
            self.changed.emit(self.current)

    def seek(self, which: EventId, ms: int) -> None:
        """Go on from there, or begin there the next time."""
        self._places[which] = max(ms, 0)
        if which == self.current and self._engine is not None:
            self._engine.seek(max(ms, 0))
        self.changed.emit(which)

    def faster(self) -> None:
        """Take the next speed; after the last comes the first."""
        self.set_rate(next_rate(self.rate))

    def set_rate(self, rate: float) -> None:
        self.rate = rate
        if self._engine is not None:
            self._engine.set_rate(rate)
        self.changed.emit(self.current)

    def stop(self) -> None:
        """Let go of what is played."""
        which, self.current = self.current, None
        self.playing = False
        if self._engine is not None:
            self._engine.stop()
        if which is not None:
            self.changed.emit(which)

    def _begin(self) -> Engine:
        engine = self._engine = self._make()
        engine.setParent(self)
        engine.moved.connect(self._on_moved)
        engine.lasts.connect(self._on_lasts)
        engine.ended.connect(self._on_ended)
        engine.failed.connect(self._on_failed)
        return engine

    def _note(self, ms: int) -> None:
        if self.current is not None:
            self._places[self.current] = ms
            self._places.move_to_end(self.current)
        while len(self._places) > REMEMBERED:
            self._places.popitem(last=False)

    def _on_moved(self, ms: int) -> None:
        if self.playing:
            self._note(ms)
            self.changed.emit(self.current)

    def _on_lasts(self, ms: int) -> None:
        if ms > 0:
            self._ms = ms
            self.changed.emit(self.current)

    def _on_ended(self) -> None:
        which = self.current
        if which is None:
            return
        self._note(0)
        self.stop()
        self.finished.emit(which)

    def _on_failed(self, error: AppError) -> None:
        which = self.current
        if which is None:
            return
        if error.code != NO_SPEAKER:
            self.stop()
        self.failed.emit(which, error)
