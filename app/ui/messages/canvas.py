"""Shows a conversation of any length and paints only what is visible."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.domain.changes import Change, MessagesAdded, MessagesRemoved, RoomRemoved
from app.domain.files import TransferView
from app.domain.ids import EventId, PeerId
from app.domain.views import MessageView, Position, RoomSummary
from app.ui.files import phrases
from app.ui.files.steady import Steady
from app.ui.messages.accessible import Reader, Spoken
from app.ui.messages.down_button import DownButton
from app.ui.messages.hover import HoverBar
from app.ui.messages.layout import Item
from app.ui.messages.marks import Marks
from app.ui.messages.pointer import Pointer, row_at
from app.ui.messages.rows import ShownRow
from app.ui.messages.scene import Look, Scene
from app.ui.messages.scrolling import OrdinalScrollBar
from app.ui.messages.source import Clock, MessageSource
from app.ui.messages.stage import Stage
from app.ui.messages.wording import spoken
from app.ui.tasks import TaskOwner
from app.ui.theme import Size, Theme

STICKY_MS = 1200
TYPING_MS = 350
ANNOUNCED = 3
BUTTON_MARGIN = 10
MOST_BACK = 20


class MessageCanvas(QAbstractScrollArea):
    """Shows one room at a time; what happens is told by `apply`.

    `seen` carries the newest message that came into view and was unread.
    """

    seen = Signal(object)

    def __init__(
        self,
        theme: Theme,
        source: MessageSource,
        tasks: TaskOwner,
        clock: Clock | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._source = source
        self._tasks = tasks
        self._clock = clock or Clock()
        self._changes: list[Change] = []
        self._rows: list[ShownRow] = []
        self._phase = 0
        self._steady = Steady()
        self._came_from: list[Position | None] = []
        self.stage = Stage(theme, source, tasks, self._clock, self._later)
        self._scene = Scene(self.stage, theme, self._clock)
        self._pointer = Pointer(self._locate)
        self._reader = Reader(self, self._spoken_rows)
        self._bar = OrdinalScrollBar(self)
        self._bar.jumped.connect(self._jump)
        self.setVerticalScrollBar(self._bar)
        self._down = DownButton(theme, self.viewport())
        self._down.clicked.connect(self.go_to_end)
        self._down.hide()
        self._marks = Marks(self.viewport().update, self)
        self._hover = HoverBar(theme, self.viewport())
        self._set_timers()
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Messages")
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._theme.changed.connect(self._recolour)
        self._recolour()

    def _set_timers(self) -> None:
        self._settling = self._timer(0, self._settle, single=True)
        self._preparing = self._timer(0, self._prepare, single=True)
        self._sticky = self._timer(STICKY_MS, self.viewport().update, single=True)
        self._dots = self._timer(TYPING_MS, self._next_phase)

    def _timer(self, ms: int, slot: object, *, single: bool = False) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(ms)
        timer.setSingleShot(single)
        timer.timeout.connect(slot)
        return timer

    # What the window asks of it.

    def open(self, summary: RoomSummary) -> None:
        """Show a room: at its first unread message, else at its end."""
        self._enter(summary)

    def close_room(self) -> None:
        """Show nothing."""
        self._enter(None)

    def _enter(self, summary: RoomSummary | None) -> None:
        self._pointer.selection = None
        self._marks.clear()
        self._hover.hide()
        self._changes.clear()
        self._came_from.clear()
        self.stage.enter(summary)
        self._later()

    def set_people(self, names: Mapping[PeerId, str], me: PeerId) -> None:
        """Who is in the room that is shown, and which of them looks at it."""
        self.stage.set_people(names, me)

    def set_invitations(self, states: Mapping[EventId, str]) -> None:
        """What became of the invitations that were received: pending, accepted or gone."""
        self.stage.set_invitations(states)

    def set_transfers(self, views: Mapping[EventId, TransferView]) -> None:
        """How far all files are, by the messages that offer them."""
        self.stage.set_transfers(views)

    def sounded(self, event: EventId) -> None:
        """A sound stands otherwise: paint its row again, and let it be read."""
        for row in self._rows:
            if row.item.message.event == event:
                rect = QRect(0, row.y, self.viewport().width(), row.item.body)
                self.viewport().update(rect)
                self._reader.refresh()

    def apply(self, change: Change) -> None:
        """Something happened, here or in another room; taken in at the next turn of the loop."""
        self._changes.append(change)
        self._later()

    def go_to_end(self) -> None:
        self.stage.go_to_end()

    def go_to_start(self) -> None:
        self.stage.go_to_start()

    def go_to(self, place: Position, *, flash: bool = False) -> None:
        """Bring a message into view, loaded or not; let it `flash` to be seen among the others.

        `go_back` leads from one that flashed to what was shown before.
        """
        if flash:
            anchor = None if self.stage.track.pinned else self.stage.track.anchor
            place_now = anchor.place if anchor is not None else None
            self._came_from = [*self._came_from[-MOST_BACK:], place_now]
        self.stage.go_to(place)
        if flash:
            self._marks.current = place
            self._marks.flash_at(place)

    def go_back(self) -> bool:
        """Return to where the last jump began; False if there was none."""
        if not self._came_from:
            return False
        place = self._came_from.pop()
        self.stage.go_to_end() if place is None else self.stage.go_to(place)
        return True

    def clear_divider(self) -> None:
        """The person left the room's unread messages behind."""
        self.stage.clear_divider()

    def visible_messages(self) -> list[MessageView]:
        """The messages in the viewport, from the top."""
        return [row.item.message for row in self._rows]

    def current_message(self) -> tuple[MessageView, QPoint] | None:
        """The message that keys are about, and the global point below it."""
        row = self._marks.find(self._rows)
        return None if row is None else (row.item.message, self._below(row.item.message))

    def _below(self, message: MessageView) -> QPoint:
        """Where a menu about a visible message opens."""
        for row in self._rows:
            if row.item.message.event == message.event:
                y = min(max(row.y, 0) + Size.BODY_LINE, self.viewport().height())
                return self.viewport().mapToGlobal(QPoint(round(row.item.bubble.left()) + 12, y))
        return self.viewport().mapToGlobal(self.viewport().rect().center())

    # Keeping up.

    def _later(self) -> None:
        if not self._settling.isActive():
            self._settling.start()

    def _settle(self) -> None:
        """Take in the changes since the last turn and show what follows from them."""
        changes, self._changes = self._changes, []
        if changes:
            if any(isinstance(change, MessagesRemoved) for change in changes):
                self._hover.hide()
            self.stage.apply(changes)
            self._announce(changes)
            self._settling.stop()
            if any(isinstance(c, RoomRemoved) and c.room == self.stage.pager.room for c in changes):
                self.close_room()
        self.stage.resize(self.viewport().width(), self.viewport().height())
        self._rows = self.stage.place()
        if self.isVisible():
            self._note_seen()
        self._bar.show_place(self.stage.track.ordinals(), self.stage.window.total)
        self._place_button()
        self._dots.start() if self.stage.typing else self._dots.stop()
        self._preparing.start()
        self._reader.refresh()
        self.viewport().update()

    def _announce(self, changes: list[Change]) -> None:
        for change in changes:
            if isinstance(change, MessagesAdded) and change.room == self.stage.pager.room:
                for message in change.messages[-ANNOUNCED:]:
                    if not message.own:
                        file = self._spoken_file(message)
                        self._reader.announce(spoken(message, self._clock, file))

    def _note_seen(self) -> None:
        news = self.stage.note_seen(self._rows)
        if news is not None:
            self.seen.emit(news)

    def _prepare(self) -> None:
        if self.stage.prepare():
            self._preparing.start()

    def _place_button(self) -> None:
        stage, area = self.stage, self.viewport()
        _, lower = stage.track.ordinals()
        shown = max(len(self._rows), 1)
        self._down.setVisible(not stage.track.pinned and stage.window.total - lower > shown)
        self._down.set_unread(stage.unread.count)
        size = self._down.size()
        self._down.move(
            area.width() - size.width() - BUTTON_MARGIN + 4,
            area.height() - size.height() - BUTTON_MARGIN,
        )

    def _next_phase(self) -> None:
        self._phase += 1
        self.viewport().update()

    def _recolour(self) -> None:
        colour = self._theme.palette.canvas.name()
        self.setStyleSheet(f"MessageList {{ background: {colour}; }}")
        self.stage.recolour()
        self._later()

    def _spoken_file(self, message: MessageView) -> str:
        view = self.stage.measurer.transfers.get(message.event)
        if view is None:
            return ""
        said, sound = phrases.spoken(view), self.stage.measurer.files.sounds.spoken(view)
        state = (view.state, view.reason, sound.split(",")[0])
        said = ", ".join(each for each in (said, sound) if each)
        return self._steady.text(message.event, state, said)

    def _spoken_rows(self) -> list[Spoken]:
        width = self.viewport().width()
        return [
            Spoken(
                row.item.message.event,
                spoken(row.item.message, self._clock, self._spoken_file(row.item.message)),
                QRect(0, row.y, width, row.item.body),
            )
            for row in self._rows
        ]

    def _scroll(self, down: int) -> None:
        self._hover.hide()
        if down:
            self._sticky.start()
            self.stage.scroll(down)
            self._settling.stop()
            self._settle()

    def _jump(self, ordinal: float) -> None:
        self._sticky.start()
        if math.isinf(ordinal):
            self.stage.go_to_end()
        else:
            self.stage.go_to_ordinal(ordinal)

    def _locate(self, at: QPoint) -> tuple[Item, QPointF] | None:
        row = row_at(self._rows, at.y())
        if row is None:
            return None
        return row.item, QPointF(at.x(), at.y() - row.y)

    # Qt's questions.

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Nothing: the rows are painted where they are."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settling.stop()
        self._settle()

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._later()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        current = self._marks.current if self.hasFocus() else None
        look = Look(
            self._pointer.selection,
            self._sticky.isActive(),
            self._phase,
            self._marks.flash,
            current,
        )
        try:
            self._scene.paint(painter, self._rows, QRectF(event.rect()), look)
        finally:
            painter.end()
