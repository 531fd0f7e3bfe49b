"""The part of a card that plays: a button, the picture of the sound, how far it is, how fast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent

from app.domain.files import FileOffered, TransferState, TransferView
from app.domain.ids import EventId
from app.media.look_wire import Look
from app.ui.theme import TextSize, font
from app.ui.voice.sounding import SILENT, Sounding, clock, lasting, speed

VOICE_WIDTH = 330
WAVE, THIN = 28, 14
LABEL = 18
NAME = 20
SKIP_MS = 5000
SPEED_WIDTH, SPEED_HEIGHT, SPEED_GAP = 38, 22, 10

Now = Callable[[EventId, int], Sounding]
"""How a sound stands, by its message and how long it is in ms."""
Seen = Callable[[TransferView], Look | None]
"""What the child has seen of a file that is here; None for nothing, or not yet."""


@dataclass(frozen=True, slots=True)
class Play:
    """A click plays, or holds what plays; what is not here yet is fetched first."""


@dataclass(frozen=True, slots=True)
class Seek:
    """A click goes to this part, 0 to 1."""

    share: float = field(compare=False, default=0.0)


@dataclass(frozen=True, slots=True)
class Speed:
    """A click takes the next speed."""


@dataclass(frozen=True, slots=True)
class Skip:
    """A key goes on, or back, by so many ms."""

    ms: int


SoundHit = Play | Seek | Speed


@dataclass(frozen=True, slots=True)
class SoundStrip:
    """Where these parts are, in the row's coordinates. Without `levels` the track is a line."""

    event: EventId
    button: QRectF
    track: QRectF
    label: QRectF
    speed: QRectF
    ms: int
    levels: bytes
    here: bool
    moving: bool
    about: str
    now: Now

    @property
    def sounding(self) -> Sounding:
        return self.now(self.event, self.ms)

    @property
    def words(self) -> str:
        """`0:05 / 0:12` while it plays, else how long it is; and what else is to be said."""
        stands = self.sounding
        ms = stands.ms or self.ms
        whole = clock(max(ms, 1000)) if ms else ""
        begun = stands.active or stands.at_ms > 0
        time = " / ".join(each for each in (clock(stands.at_ms) if begun else "", whole) if each)
        return " \u00b7 ".join(each for each in (time, self.about) if each)


def silence(_event: EventId, ms: int) -> Sounding:
    """Nothing plays."""
    return Sounding(ms=ms) if ms else SILENT


def is_here(view: TransferView | None) -> bool:
    """Whether all of a file lies on this machine."""
    if view is None or not view.path or view.is_folder or view.files != 1:
        return False
    if view.own:
        return view.state not in {TransferState.PREPARING, TransferState.CANCELLED}
    return view.state is TransferState.DONE


class SoundMeasurer:
    """Lays strips out; `now` tells how sounds stand and `seen` what a file is."""

    def __init__(self) -> None:
        self.now: Now = silence
        self.seen: Seen = lambda _view: None
        self._small = QFontMetricsF(font(TextSize.SMALL, tabular=True))

    def has(self, offer: FileOffered, view: TransferView | None) -> bool:
        """Whether a card has a strip: any voice has, and any sound that is here."""
        return bool(offer.voice_ms) or self.sound(view) is not None

    def sound(self, view: TransferView | None) -> Look | None:
        """What was seen of a file that has sound and no film; None for all others."""
        look = self.seen(view) if view is not None and is_here(view) else None
        return look if look is not None and look.has_sound and not look.has_film else None

    def film(self, view: TransferView | None) -> Look | None:
        """The same for a film."""
        look = self.seen(view) if view is not None and is_here(view) else None
        return look if look is not None and look.has_film else None

    def spoken(self, view: TransferView) -> str:
        """How a sound stands, as a screen reader says it; "" for what does not play."""
        if not is_here(view) or not (view.voice_ms or self.sound(view)):
            return ""
        stands = self.now(view.transfer, view.voice_ms)
        at = lasting(stands.at_ms)
        if stands.playing:
            return f"playing, {at}"
        if stands.new:
            return "not listened to yet"
        return f"paused, {at}" if stands.active else ""

    def lay_out(  # noqa: PLR0913, PLR0917 - a place, and what stands there
        self,
        event: EventId,
        offer: FileOffered,
        view: TransferView | None,
        button: QRectF,
        at: QPointF,
        right: float,
        about: str = "",
    ) -> SoundStrip:
        """Put a strip to the right of `button`, with its upper left corner at `at`."""
        look, here = self.sound(view), is_here(view)
        ms = offer.voice_ms or (look.ms if look is not None else 0)
        high = WAVE if offer.voice_ms else THIN
        room = SPEED_WIDTH + SPEED_GAP if here and offer.voice_ms else 0
        track = QRectF(at.x(), at.y(), max(right - room - at.x(), 0.0), high)
        chip = QRectF(right - SPEED_WIDTH, 0, SPEED_WIDTH, SPEED_HEIGHT)
        middle = track.center().y() if offer.voice_ms else at.y() - NAME / 2
        chip.moveCenter(QPointF(chip.center().x(), middle))
        label = QRectF(at.x(), track.bottom(), right - at.x(), LABEL)
        moving = view is not None and view.state is TransferState.RUNNING and not here
        levels = offer.wave if offer.voice_ms else b""
        now = self.now
        return SoundStrip(event, button, track, label, chip, ms, levels, here, moving, about, now)

    def width(self, strip: SoundStrip) -> float:
        """How wide the label may get."""
        return self._small.horizontalAdvance(f"{clock(strip.ms)} / {strip.words}") + 14


def sound_at(strip: SoundStrip | None, at: QPointF) -> SoundHit | None:
    """What a click at a place in the row's coordinates is for."""
    if strip is None:
        return None
    if strip.button.contains(at):
        return Play()
    if strip.here and strip.speed.contains(at):
        return Speed()
    if strip.here and strip.track.adjusted(-2, -2, 2, 2).contains(at):
        share = (at.x() - strip.track.left()) / max(strip.track.width(), 1.0)
        return Seek(min(max(share, 0.0), 1.0))
    return None


def hint(hit: SoundHit, strip: SoundStrip) -> str:
    """What a click does, for a tool tip."""
    match hit:
        case Play():
            return "Pause" if strip.sounding.playing else "Play"
        case Speed():
            return f"Speed {speed(strip.sounding.rate)}"
        case Seek(share):
            return clock(round(share * strip.ms))


def sound_key(event: QKeyEvent) -> SoundHit | Skip | None:
    """What a key means for the sound that keys are about: Space, Left and Right, S."""
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return None
    match event.key():
        case Qt.Key.Key_Space:
            return Play()
        case Qt.Key.Key_Left:
            return Skip(-SKIP_MS)
        case Qt.Key.Key_Right:
            return Skip(SKIP_MS)
        case Qt.Key.Key_S:
            return Speed()
        case _:
            return None
