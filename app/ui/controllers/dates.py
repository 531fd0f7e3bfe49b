"""Going to the first message of a day."""

from __future__ import annotations

from datetime import date, datetime, time

from PySide6.QtCore import QObject, QPoint

from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.messages import Clock
from app.ui.views.conversation import ConversationView
from app.ui.widgets.calendar_popup import CalendarPopup


class DateController(QObject):
    """Opens the calendar where a date was clicked, or by its key."""

    def __init__(
        self,
        desk: Desk,
        view: ConversationView,
        conversation: ConversationController,
        clock: Clock,
    ) -> None:
        super().__init__(view)
        self._window, self._tasks, self._clock = desk.window, desk.tasks, clock
        self._conversations = desk.backend.conversations
        self._messages, self._conversation = view.messages, conversation
        view.messages.date_wanted.connect(self.open_at)

    def open(self) -> None:
        """Open the calendar at the day of the uppermost message in sight."""
        shown = self._messages.visible_messages()
        if shown and self._conversation.room is not None:
            area = self._messages.viewport()
            where = area.mapToGlobal(QPoint(area.width() // 2, 8))
            self.open_at(self._clock.at(shown[0].time_ms).date(), where)

    def open_at(self, day: date, where: QPoint) -> None:
        """Open the calendar with this day chosen, below a global point."""
        popup = CalendarPopup(self._window.theme, self._window, day, self._clock.today())
        popup.picked.connect(self.go_to)
        popup.open_at(where)

    def go_to(self, day: date) -> None:
        """Show the first message of a day, or the first one after it."""
        self._tasks.spawn(self._go_to(day))

    async def _go_to(self, day: date) -> None:
        room = self._conversation.room
        if room is None:
            return
        start = datetime.combine(day, time(), self._clock.zone).astimezone()
        place = await self._conversations.at_time(room, round(start.timestamp() * 1000))
        if place is not None and room == self._conversation.room:
            self._messages.go_to(place, flash=True)
