"""The widget of a conversation: keys and the mouse over what the canvas shows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from app.domain.views import MessageView
from app.ui.messages import text
from app.ui.messages.canvas import MessageCanvas
from app.ui.messages.copying import selected_messages, selected_text
from app.ui.messages.dates import date_at
from app.ui.messages.extras import Author, CopyCode, Hit, Jump, Toggle
from app.ui.messages.invitation import Answer
from app.ui.messages.layout import Item
from app.ui.messages.pointer import hit_at, over_text, row_at, target_at
from app.ui.messages.scrolling import LINE, key_step, wheel_step
from app.ui.messages.selection import Selection
from app.ui.messages.sound import Play, Seek, Speed, hint, sound_key
from app.ui.messages.source import Clock, MessageSource
from app.ui.messages.transfer import Do, is_handle
from app.ui.tasks import TaskOwner
from app.ui.theme import Theme
from app.ui.widgets.keys import is_menu_key

AUTOSCROLL_MS = 30


class MessageList(MessageCanvas):
    """Adds selecting, clicking and moving about.

    `menu_wanted` and `react_wanted` carry a message and a global point; `reply_wanted` a message;
    `original_wanted` the id of one that was quoted; `invitation_answered` one that carries an
    invitation, and whether to join; `reaction_toggled` a message, an emoji, and
    whether it is to be put; `copied` how many messages went to the clipboard; `author_wanted` the
    peer id of whose picture or name was clicked; `transfer_deed` a message that offers a file and
    what is to be done with that; `sound_wanted` one that plays and a `SoundHit` or `Skip`.
    """

    link_activated = Signal(str)
    reply_wanted = Signal(object)
    menu_wanted = Signal(object, QPoint)
    react_wanted = Signal(object, QPoint)
    reaction_toggled = Signal(object, str, bool)
    original_wanted = Signal(object)
    invitation_answered = Signal(object, bool)
    transfer_deed = Signal(object, object)
    file_dragged = Signal(object)
    """A message whose file is carried away by its icon or its picture."""
    sound_wanted = Signal(object, object)
    copied = Signal(int)
    date_wanted = Signal(object, QPoint)
    author_wanted = Signal(object)

    def __init__(
        self,
        theme: Theme,
        source: MessageSource,
        tasks: TaskOwner,
        clock: Clock | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, source, tasks, clock, parent)
        self._drag_at = QPoint()
        self._carried: tuple[MessageView, QPoint] | None = None
        self._autoscroll = self._timer(AUTOSCROLL_MS, self._scroll_on)
        self._hover.reply.connect(self.reply_wanted)
        self._hover.react.connect(lambda row: self.react_wanted.emit(row, self._below(row)))
        self._hover.more.connect(lambda row: self.menu_wanted.emit(row, self._below(row)))

    def select_all(self) -> None:
        """Select the whole conversation, loaded or not."""
        self._pointer.selection = Selection.everything()
        self.viewport().update()

    def copy(self) -> None:
        """Put the selected text on the clipboard, read from the store; emits `copied`."""
        if self._pointer.selection is not None:
            self._tasks.spawn(self._copy(self._pointer.selection))

    async def _copy(self, selection: Selection) -> None:
        room = self.stage.pager.room
        if room is not None:
            text, number = await selected_text(self._source, room, selection, self._clock)
            QGuiApplication.clipboard().setText(text)
            self.copied.emit(number)

    def several_selected(self, with_this: MessageView | None = None) -> bool:
        """Whether more than one message is selected, and `with_this` among them."""
        chosen = self._pointer.selection
        if chosen is None or chosen.ends[0].place == chosen.ends[1].place:
            return False
        return with_this is None or chosen.range_in(with_this) is not None

    async def selected(self) -> list[MessageView]:
        """The selected messages, read from the store. May raise AppError."""
        room, chosen = self.stage.pager.room, self._pointer.selection
        if room is None or chosen is None:
            return []
        return await selected_messages(self._source, room, chosen)

    def _step(self, by: int) -> None:
        """Make the next or previous message the current one and keep it in view."""
        place = self._marks.step(self.stage.window.rows, self._marks.find(self._rows), by)
        row = next((row for row in self._rows if row.item.message.position == place), None)
        if row is None:
            self._scroll(by * LINE)
        elif row.y < 0 or row.bottom > self.viewport().height():
            self._scroll(row.y - LINE if row.y < 0 else row.bottom - self.viewport().height() + 8)

    def _sounds(self) -> MessageView | None:
        """The message that keys are about, if it can be played."""
        row = self._marks.find(self._rows)
        if row is None or row.item.transfer is None:
            return None
        return row.item.message if row.item.transfer.sound is not None else None

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._scroll(wheel_step(event))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_Home:
            self.go_to_start()
        elif event.key() == Qt.Key.Key_End:
            self.go_to_end()
        elif event.key() == Qt.Key.Key_Escape and self._pointer.selection is not None:
            self._pointer.selection = None
            self.viewport().update()
        elif event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self._step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif (wanted := sound_key(event)) is not None and self._sounds():
            self.sound_wanted.emit(self._sounds(), wanted)
        elif is_menu_key(event) or event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open_menu()
        elif step := key_step(event, self.viewport().height()):
            self._scroll(step)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            at = event.position().toPoint()
            self._pointer.press(at, extend=extend)
            found = self._locate(at)
            held = found is not None and not extend and is_handle(found[0].transfer, found[1])
            self._carried = (found[0].message, at) if found is not None and held else None
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._drag_at = event.position().toPoint()
        if self._carried is not None:
            self._carry(*self._carried)
        elif self._pointer.dragging:
            self._pointer.drag(self._drag_at)
            outside = not 0 <= self._drag_at.y() < self.viewport().height()
            self._autoscroll.start() if outside else self._autoscroll.stop()
            self.viewport().update()
        else:
            self.viewport().setCursor(self._cursor_at(self._drag_at))
            self._show_hover(self._drag_at)

    def _carry(self, message: MessageView, since: QPoint) -> None:
        """Begin to carry a file away once the mouse has gone far enough."""
        if (self._drag_at - since).manhattanLength() >= QApplication.startDragDistance():
            self._carried = None
            self._pointer.give_up()
            self.file_dragged.emit(message)

    def _show_hover(self, at: QPoint) -> None:
        row = row_at(self._rows, at.y())
        if row is None or not row.y <= at.y() < row.bottom:
            self._hover.hide()
            return
        self._hover.show_for(row.item.message, row.item.bubble.translated(0, row.y).toRect())

    def _cursor_at(self, at: QPoint) -> Qt.CursorShape:
        found = self._locate(at)
        if found is None:
            return Qt.CursorShape.ArrowCursor
        if target_at(*found) is not None:
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.IBeamCursor if over_text(*found) else Qt.CursorShape.ArrowCursor

    def _scroll_on(self) -> None:
        """The mouse draws a selection beyond an edge: the rows follow."""
        y, height = self._drag_at.y(), self.viewport().height()
        self._scroll(y // 4 - 1 if y < 0 else max((y - height) // 4 + 1, 0))
        self._pointer.drag(self._drag_at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._autoscroll.stop()
        self._carried = None
        at = event.position().toPoint()
        if event.button() == Qt.MouseButton.BackButton:
            self.go_back()
            return
        if self._pointer.selection is None or self._pointer.selection.empty:
            self._click_date(at)
        target, message = self._pointer.release(at), self._pointer.message_at(at)
        if message is not None and target is not None:
            self._clicked(target, message)

    def _click_date(self, at: QPoint) -> None:
        floats, width = self._sticky.isActive(), self.viewport().width()
        day = date_at(self._rows, at, width, self._clock, floats=floats)
        if day is not None:
            self.date_wanted.emit(day, self.viewport().mapToGlobal(at))

    def _clicked(self, target: str | Hit, message: MessageView) -> None:
        match target:
            case Jump(event):
                self.original_wanted.emit(event)
            case Toggle(emoji, own):
                self.reaction_toggled.emit(message, emoji, not own)
            case Author(peer):
                self.author_wanted.emit(peer)
            case Answer(join):
                self.invitation_answered.emit(message, join)
            case Play() | Seek() | Speed():
                self.sound_wanted.emit(message, target)
            case Do(deed):
                self.transfer_deed.emit(message, deed)
            case CopyCode(code):
                QGuiApplication.clipboard().setText(code)
                self.copied.emit(1)
            case text.UNFOLD:
                self.stage.unfold(message)
            case str():
                self.link_activated.emit(target)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        message = self._pointer.message_at(event.position().toPoint())
        if message is not None:
            self.reply_wanted.emit(message)

    def _open_menu(self) -> None:
        current = self.current_message()
        if current is not None:
            self.menu_wanted.emit(*current)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._open_menu()
            return
        message = self._pointer.message_at(event.pos())
        if message is not None:
            self.menu_wanted.emit(message, event.globalPos())

    @staticmethod
    def _tip(item: Item, hit: Hit | None) -> str:
        if isinstance(hit, Toggle):
            return hit.who
        if item.transfer is None:
            return ""
        if isinstance(hit, Play | Seek | Speed) and item.transfer.sound is not None:
            return hint(hit, item.transfer.sound)
        return hit.deed.value if isinstance(hit, Do) else item.transfer.name

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave and not self._hover.underMouse():
            self._hover.hide()
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._locate(event.pos())
            hit = hit_at(*found) if found else None
            QToolTip.showText(event.globalPos(), self._tip(found[0], hit) if found else "", self)
            return True
        return super().viewportEvent(event)
