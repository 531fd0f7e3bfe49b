"""From the button with the microphone to a voice message in the open conversation."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, Signal

from app.domain.errors import AppError
from app.domain.files import Voice
from app.domain.ids import EventId, RoomId
from app.media.pcm import Spoken
from app.services.transfers_api import Transfers
from app.ui import wording
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.views.conversation import ConversationView
from app.ui.voice.bar import RecordingBar
from app.ui.voice.recorder import LONGEST_MS, Recorder, State
from app.ui.voice.source import Source

FULL = f"A voice message lasts {LONGEST_MS // 60_000} minutes at most. This one can be sent now."
TOO_SHORT = "Nothing was recorded. Speak a little longer."
ELSEWHERE = "A recording in another conversation was not sent yet. Send or discard it first."
_NEEDED = ("app.media.voice", "app.ui.voice.microphone", "app.ui.voice.engine")

Open = Callable[[], Awaitable[Source]]


async def load_media() -> None:
    """Load what records and plays, beside the loop. Raises AppError("no-multimedia")."""
    try:
        for name in _NEEDED:
            await asyncio.to_thread(importlib.import_module, name)
    except ImportError as error:
        raise AppError("no-multimedia") from error


async def open_microphone() -> Source:
    """Return the microphone. Raises AppError."""
    await load_media()
    from app.ui.voice.microphone import microphone  # noqa: PLC0415 - loaded just now

    return await microphone()


class Speaking(QObject):
    """`open_source` gives what is recorded from; `began` tells that what plays is to be silent."""

    began = Signal()

    def __init__(
        self,
        desk: Desk,
        transfers: Transfers,
        conversation: ConversationController,
        view: ConversationView,
    ) -> None:
        super().__init__(view)
        self._window, self._tasks, self._transfers = desk.window, desk.tasks, transfers
        self._conversation, self._view = conversation, view
        self.open_source: Open = open_microphone
        self.recorder = Recorder(self)
        self.bar = RecordingBar(desk.window.theme)
        self._room: RoomId | None = None
        self._kept: Spoken | None = None
        self._answered: EventId | None = None
        self._busy = False
        view.composer.allow_voice(self.bar)
        view.composer.voice.clicked.connect(self.begin)
        conversation.switched.connect(self._on_switched)
        self.recorder.changed.connect(self._show)
        self.recorder.failed.connect(self._say)
        self.bar.sent.connect(self.send)
        self.bar.held.connect(self.hold)
        self.bar.dropped.connect(self.drop)
        self.bar.escaped.connect(self._peel)

    @property
    def is_going_on(self) -> bool:
        """Whether there is something recorded, or being recorded, that was not sent."""
        return self._room is not None

    def begin_or_send(self) -> None:
        """What the key does: begin, and the second time send."""
        if self.is_going_on and self._conversation.room == self._room:
            self.send()
        else:
            self.begin()

    def begin(self) -> None:
        """Record for the open conversation."""
        summary = self._conversation.summary()
        if summary is None or summary.standing != "member" or self._busy:
            return
        if self.is_going_on:
            self._view.composer.set_error(ELSEWHERE)
            return
        self._busy = True
        self._tasks.spawn(self._begin(summary.room))

    def hold(self) -> None:
        """Record nothing for a while, or go on."""
        if self.recorder.state is State.RECORDING:
            self.recorder.pause()
        else:
            self.recorder.resume()

    def send(self) -> None:
        """Send what was recorded so far."""
        if self._room is None or self._busy:
            return
        spoken = self._kept or self.recorder.finish()
        if spoken is None:
            self.drop()
            self._view.composer.set_error(TOO_SHORT)
            return
        self._kept, self._busy = spoken, True
        self._answered = self._answered or self._conversation.writing.take_reply()
        self._tasks.spawn(self._send(self._room, spoken))

    def drop(self) -> None:
        """Throw away what was recorded."""
        self._room, self._kept, self._answered = None, None, None
        self.recorder.drop()
        self._leave()

    def close(self) -> None:
        """Let go of the microphone."""
        self.recorder.drop()

    async def _begin(self, room: RoomId) -> None:
        self._view.composer.set_error("")
        try:
            source = await self.open_source()
            if self._conversation.room != room:
                return
            self.began.emit()
            self.recorder.begin(source)
        except AppError as error:
            self._view.composer.set_error(wording.words_for(error))
            return
        finally:
            self._busy = False
        self._room = room
        self.bar.say("")
        self._view.composer.show_recording(shown=True)
        self._show()

    async def _send(self, room: RoomId, spoken: Spoken) -> None:
        name = f"Voice {self._window.now():%Y-%m-%d %H.%M.%S}.ogg"
        self._view.messages.clear_divider()
        try:
            voice = Voice(spoken.ms, spoken.wave)
            await self._transfers.say(room, name, spoken.sound, voice, self._answered)
        except AppError as error:
            self._say(error)
            return
        finally:
            self._busy = False
        self.drop()

    def _leave(self) -> None:
        if not self.bar.isHidden():
            self._view.composer.show_recording(shown=False)

    def _peel(self) -> None:
        """Esc holds it first, and throws it away only then."""
        if self.recorder.state is State.RECORDING:
            self.recorder.pause()
        else:
            self.drop()

    def _show(self) -> None:
        state = self.recorder.state
        if self._kept is not None:
            self.bar.show_state(State.ENDED, self._kept.ms, b"")
        elif state is not State.IDLE:
            self.bar.show_state(state, self.recorder.ms, self.recorder.levels)
            if state is State.ENDED and self.recorder.is_full:
                self.bar.say(FULL)

    def _say(self, error: AppError) -> None:
        self.bar.say(wording.words_for(error), "danger")

    def _on_switched(self, room: RoomId | None) -> None:
        """A recording waits where it was begun, until one comes back."""
        if self._room is None:
            return
        if room == self._room:
            self._view.composer.show_recording(shown=True)
            self._show()
        else:
            self.recorder.pause()
            self._leave()
