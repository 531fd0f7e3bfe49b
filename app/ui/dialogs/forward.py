"""Forwarding: search, choose one or several conversations, add a word, send. Keys suffice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.ids import RoomId
from app.domain.views import MessageView, RoomSummary
from app.ui import phrases
from app.ui.dialogs.base import Sheet
from app.ui.models.targets import Target, TargetsModel
from app.ui.tasks import TaskOwner
from app.ui.theme import TextSize, Theme, Weight, font
from app.ui.widgets.avatar import face_of, paint_face
from app.ui.widgets.buttons import push_button
from app.ui.widgets.fields import SearchField, text_field
from app.ui.widgets.lists import RowList
from app.ui.widgets.rows import MARKED, RowDelegate, State, paint_disc, paint_ground
from app.ui.widgets.surfaces import Label
from app.ui.widgets.switch import Switch

ROW, SHOWN = 48, 6
COMMENT_LIMIT = 4000
NONE_CHOSEN = "Enter chooses the marked conversation, Ctrl+Enter sends."
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}

Send = Callable[[Sequence[RoomId], str, bool], Awaitable[object]]
"""Called with the conversations, the comment ("" for none) and whether to name the author."""


class TargetDelegate(RowDelegate):
    """Paints a conversation with a disc that is ticked once it is chosen."""

    def height(self, _row: Target) -> int:
        return ROW

    def paint_row(self, painter: QPainter, area: QRectF, state: State, row: Target) -> None:
        palette = self._theme.palette
        tile = area.adjusted(0, 1, 0, -1)
        behind = paint_ground(painter, tile, palette, lit=bool(state & MARKED))
        square = QRectF(tile.left() + 8, tile.center().y() - 17, 34, 34)
        paint_face(painter, square, face_of(row.summary), self._theme, behind)
        texts = tile.adjusted(54, 0, -46, 0)
        painter.setFont(font(TextSize.BODY, Weight.MEDIUM))
        painter.setPen(palette.text)
        elide, metrics = Qt.TextElideMode.ElideRight, painter.fontMetrics()
        name = metrics.elidedText(row.summary.name, elide, int(texts.width()))
        painter.drawText(texts, Qt.AlignmentFlag.AlignVCenter, name)
        paint_disc(painter, tile, palette, chosen=row.chosen)


class ForwardSheet(Sheet):
    """Stays open, and says why, if it could not be sent."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is sent, where to, and how
        self,
        theme: Theme,
        parent: QWidget,
        tasks: TaskOwner,
        messages: Sequence[MessageView],
        rooms: Sequence[RoomSummary],
        send: Send,
    ) -> None:
        title = "Forward" if len(messages) == 1 else f"Forward {len(messages)} messages"
        super().__init__(theme, parent, title)
        self._tasks, self._send = tasks, send
        self._model = TargetsModel(rooms)
        preview = Label(theme, TextSize.PREVIEW, tone="text2", elide=True)
        preview.setText(" · ".join(phrases.message_line(message) for message in messages[:3]))
        self.field = SearchField(theme, "Search conversations")
        self.rows = RowList("Conversations", self._model, TargetDelegate(theme))
        self.rows.setFixedHeight(min(max(len(rooms), 1), SHOWN) * ROW)
        self.chosen = Label(theme, TextSize.SMALL, tone="text2")
        self.chosen.setWordWrap(True)
        self.comment = text_field("Comment", "Add a comment (optional)", limit=COMMENT_LIMIT)
        self.named = Switch(theme, "Say whose words they are")
        self.named.setChecked(True)
        self.go = push_button("Forward", "primary")
        for widget in (preview, self.field, self.rows, self.chosen, self.comment, self.named):
            self.add(widget)
        self.finish(self.cancel_button(), self.go)
        self._connect()
        self._show_chosen()
        self.rows.choose_first()
        self.field.setFocus()

    def _connect(self) -> None:
        self.field.textChanged.connect(self._ask)
        self.field.stepped.connect(self.rows.step)
        self.field.returnPressed.connect(lambda: self._toggle(self.rows.current_row()))
        self.field.left.connect(self.reject)
        self.rows.chosen.connect(self._toggle)
        self.comment.returnPressed.connect(self.submit)
        self.go.clicked.connect(self.submit)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.submit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _ENTER:  # those belong to the field that has the focus
            super().keyPressEvent(event)

    def submit(self) -> None:
        """Send to what is chosen; to the marked conversation if nothing is."""
        row = self.rows.current_row()
        if not self._model.chosen() and isinstance(row, Target):
            self._model.toggle(row)
            self._show_chosen()
        if self._model.chosen() and self.go.isEnabled():
            self.go.setEnabled(False)
            self._tasks.spawn(self._carry_out())

    async def _carry_out(self) -> None:
        rooms = [summary.room for summary in self._model.chosen()]
        comment, named = self.comment.text().strip(), self.named.isChecked()
        await self.try_to(lambda: self._send(rooms, comment, named))
        self._show_chosen()

    def _ask(self, query: str) -> None:
        self._model.ask(query)
        self.rows.choose_first()

    def _toggle(self, row: object) -> None:
        if isinstance(row, Target):
            self._model.toggle(row)
            self._show_chosen()
            self.field.selectAll()

    def _show_chosen(self) -> None:
        names = [summary.name for summary in self._model.chosen()]
        self.chosen.setText(f"To {', '.join(names)}" if names else NONE_CHOSEN)
        self.chosen.setAccessibleName(self.chosen.text())
        self.go.setEnabled(bool(names))
