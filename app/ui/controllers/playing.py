"""Plays what the conversation's cards are asked to play, and knows what was listened to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from app.domain.errors import AppError
from app.domain.files import TransferView
from app.domain.ids import EVENT_ID_SIZE, EventId, from_text, to_text
from app.domain.views import MessageView
from app.ui import wording
from app.ui.controllers.desk import Desk
from app.ui.controllers.speaking import load_media
from app.ui.files.deeds import Deed, deeds
from app.ui.files.looks import Looks
from app.ui.messages import MessageList
from app.ui.messages.sound import Play, Seek, Skip, SoundHit, Speed, is_here
from app.ui.theme import icon
from app.ui.voice.player import Player
from app.ui.voice.sounding import RATES, Sounding, next_rate, speed

if TYPE_CHECKING:
    from app.ui.voice.engine import Engine

SETTING = "voice"
HEARD = 2000
"""So many voice messages are known to have been listened to, the latest."""
_FETCHED_BY = (Deed.ACCEPT, Deed.RESUME)


def make_engine() -> Engine:
    """Return what plays; it was loaded before."""
    from app.ui.voice.engine import Engine as Made  # noqa: PLC0415 - loaded at first use

    return Made()


class Playing(QObject):
    """`known` are all transfers, `do` begins a deed of one."""

    def __init__(
        self,
        desk: Desk,
        messages: MessageList,
        looks: Looks,
        known: Callable[[], Mapping[EventId, TransferView]],
        do: Callable[[EventId, Deed], object],
    ) -> None:
        super().__init__(messages)
        self._window, self._tasks, self._backend = desk.window, desk.tasks, desk.backend
        self._messages, self._looks, self._known, self._do = messages, looks, known, do
        self._heard: dict[EventId, None] = {}
        self._awaited: EventId | None = None
        self.player = Player(make_engine, self)
        self.player.changed.connect(self._on_changed)
        self.player.finished.connect(self._on_finished)
        self.player.failed.connect(self._on_failed)
        messages.sound_wanted.connect(self._on_wanted)
        sounds = messages.stage.measurer.files.sounds
        sounds.now, sounds.seen = self.sounding, looks.find

    async def load(self) -> None:
        """Read what was listened to, and how fast. May raise AppError."""
        stored = await self._backend.setting(SETTING, "")
        try:
            found = json.loads(stored or "{}")
            heard = [from_text(each, EVENT_ID_SIZE) for each in found.get("heard", [])]
            self._heard = dict.fromkeys(map(EventId, heard))
            rate = found.get("rate")
        except (ValueError, TypeError, AttributeError, AppError):
            return
        if rate in RATES:
            self.player.set_rate(rate)

    def apply(self, views: Sequence[TransferView]) -> None:
        """Play what was to be played once it is here; let go of what is here no more."""
        for view in views:
            if view.transfer == self._awaited and is_here(view):
                self._awaited = None
                self.play(view)
            elif view.transfer == self.player.current and not is_here(view):
                self.player.stop()

    def sounding(self, event: EventId, ms: int) -> Sounding:
        """How a sound stands, and whether it is new."""
        view, stands = self._known().get(event), self.player.sounding(event, ms)
        if view is None or not view.voice_ms or view.own or event in self._heard:
            return stands
        return replace(stands, new=not stands.active and is_here(view))

    def play(self, view: TransferView) -> None:
        """Play a sound that is here, after it was looked at by somebody who can do no harm."""
        self._tasks.spawn(self._play(view))

    def add_to(self, menu: QMenu, message: MessageView) -> None:
        """Put there what can be done with a sound that is here."""
        view, ink = self._known().get(message.event), self._window.theme.palette.text2
        if view is None or not is_here(view) or not (view.voice_ms or self._sounds(view)):
            return
        playing = self.player.current == view.transfer and self.player.playing
        offers: tuple[tuple[str, str, SoundHit], ...] = (
            ("pause" if playing else "play", "Pause" if playing else "Play", Play()),
            ("timer", f"Play at {speed(next_rate(self.player.rate))}", Speed()),
        )
        for glyph, words, wanted in offers:
            action = menu.addAction(icon(glyph, ink, 16), words)
            action.triggered.connect(lambda _on=False, w=wanted: self._on_wanted(message, w))

    def _sounds(self, view: TransferView) -> bool:
        look = self._looks.find(view)
        return look is not None and look.has_sound and not look.has_film

    def hush(self) -> None:
        """Hold what plays."""
        self._awaited = None
        self.player.pause()

    def close(self) -> None:
        """Let go of what plays."""
        self._awaited = None
        self.player.stop()

    def _on_wanted(self, message: MessageView, wanted: SoundHit | Skip) -> None:
        view = self._known().get(message.event)
        if view is None:
            return
        match wanted:
            case Play() if not is_here(view):
                self._fetch(view)
            case Play() if self.player.current == view.transfer and self.player.playing:
                self.player.pause()
            case Play():
                self.play(view)
            case Speed():
                self.player.faster()
                self._tasks.spawn(self._store())
                self._messages.viewport().update()
            case Seek(share):
                self._seek(view, round(self._lasts(view) * share))
            case Skip(ms):
                self._seek(view, self.player.sounding(view.transfer).at_ms + ms)

    def _seek(self, view: TransferView, ms: int) -> None:
        if is_here(view):
            self.player.seek(view.transfer, min(max(ms, 0), max(self._lasts(view) - 1, 0)))

    def _lasts(self, view: TransferView) -> int:
        look = self._looks.find(view)
        known = view.voice_ms or (look.ms if look is not None else 0)
        return self.player.sounding(view.transfer, known).ms

    def _fetch(self, view: TransferView) -> None:
        """Let it come first; it plays then."""
        self._awaited = view.transfer
        deed = next((each for each in _FETCHED_BY if each in deeds(view)), None)
        if deed is not None:
            self._do(view.transfer, deed)

    async def _play(self, view: TransferView) -> None:
        await load_media()
        look = await self._looks.look(view)
        if not look.has_sound:
            raise AppError("cannot-play")
        self.player.play(view.transfer, view.path, view.voice_ms or look.ms)
        if view.voice_ms and not view.own and view.transfer not in self._heard:
            self._heard[view.transfer] = None
            await self._store()

    async def _store(self) -> None:
        for event in list(self._heard)[:-HEARD]:
            del self._heard[event]
        kept = {"rate": self.player.rate, "heard": [to_text(each) for each in self._heard]}
        await self._backend.set_setting(SETTING, json.dumps(kept))

    def _on_changed(self, which: EventId | None) -> None:
        if which is not None:
            self._messages.sounded(which)

    def _on_finished(self, which: EventId) -> None:
        """Go on with the next voice of that conversation that is new, if it is here."""
        ended = self._known().get(which)
        if ended is None or not ended.voice_ms:
            return
        same = (view for view in self._known().values() if view.room == ended.room)
        theirs = (view for view in same if view.voice_ms and not view.own)
        later = (view for view in theirs if view.offered_ms > ended.offered_ms)
        following = min(later, key=lambda view: view.offered_ms, default=None)
        if following is not None and self.sounding(following.transfer, 0).new:
            self.play(following)

    def _on_failed(self, _which: EventId, error: AppError) -> None:
        self._window.trouble.say("", wording.words_for(error), closable=True)
