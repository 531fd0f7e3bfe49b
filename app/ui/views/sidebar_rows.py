"""How the sidebar's rows are painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.domain.views import MessageState, MessageView, RoomKind, RoomSummary
from app.ui import people_phrases, phrases
from app.ui.models.rows import (
    ArchiveRow,
    HitRow,
    InvitationsRow,
    PersonRow,
    PlaceRow,
    RequestsRow,
    RoomRow,
    SectionRow,
    SidebarRow,
)
from app.ui.theme import Radius, Size, TextSize, Theme, Weight, font, paint_icon
from app.ui.views.row_lines import CENTRE, RowLines
from app.ui.widgets.avatar import Face, face_of, paint_face
from app.ui.widgets.rows import RowDelegate, State, paint_heading

SECTION, ARCHIVE = 34, 44
_TICKS = {
    MessageState.QUEUED: "clock",
    MessageState.SENT: "check",
    MessageState.DELIVERED: "check-check",
    MessageState.READ: "check-check",
}
_MANY = 999


def tick_of(message: MessageView | None) -> str:
    """The icon of an own message's state; "" for somebody else's, and where nothing was written."""
    written = message is not None and message.own and (message.is_live or message.deleted)
    return _TICKS[message.state] if message is not None and written else ""


class SidebarDelegate(RowDelegate):
    """Paints conversations, people, search hits and headings."""

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__(theme)
        self._now = now

    def height(self, row: SidebarRow) -> int:
        match row:
            case SectionRow():
                return SECTION
            case ArchiveRow():
                return ARCHIVE
            case _:
                return Size.ROW

    def paint_row(self, painter: QPainter, area: QRectF, state: State, row: SidebarRow) -> None:
        if isinstance(row, SectionRow):
            paint_heading(painter, area.adjusted(20, 6, -20, 0), self._theme.palette, row.title)
        else:
            inset = Size.ROW_INSET
            tile = area.adjusted(inset, 1, -inset, -1)
            line = RowLines(painter, self._theme, tile.adjusted(66, 0, -12, 0))
            behind = self._paint_tile(painter, tile, state)
            match row:
                case RoomRow():
                    face = face_of(row.summary, row.online, row.presence)
                    self._paint_face(painter, tile, face, behind)
                    selected = state & State.State_Selected
                    self._paint_room(line, row, draft=not selected)
                case PersonRow(person):
                    face = Face(person.peer, person.name, online=person.online)
                    self._paint_face(painter, tile, face, behind)
                    line.upper(person.name)
                    line.lower("Click to say hello")
                case HitRow():
                    message = row.hit.message
                    face = Face(message.author, message.author_name)
                    self._paint_face(painter, tile, face, behind)
                    self._paint_hit(line, row)
                case PlaceRow():
                    self._paint_disc(painter, tile, row.icon)
                    line.upper(row.title)
                    line.lower(row.line)
                case ArchiveRow():
                    self._paint_archive(painter, tile, row)
                case InvitationsRow(waiting):
                    self._paint_disc(painter, tile, "mail")
                    line.upper("Invitations")
                    line.badge(str(min(len(waiting), _MANY)), quiet=False)
                    line.lower(phrases.invitations_line(waiting))
                case RequestsRow(asking):
                    self._paint_disc(painter, tile, "user-plus")
                    line.upper("Requests")
                    line.badge(str(min(len(asking), _MANY)), quiet=False)
                    line.lower(people_phrases.requests_line(asking))

    def _paint_disc(self, painter: QPainter, tile: QRectF, icon: str) -> None:
        size = Size.AVATAR_ROW
        disc = QRectF(tile.left() + 10, tile.center().y() - size / 2, size, size)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.palette.accent_soft)
        painter.drawEllipse(disc)
        inner = disc.adjusted(12, 12, -12, -12)
        paint_icon(painter, inner, icon, self._theme.palette.accent_text)

    def _paint_archive(self, painter: QPainter, tile: QRectF, row: ArchiveRow) -> None:
        palette, middle = self._theme.palette, tile.center().y()
        icon = QRectF(tile.left() + 22, middle - 10, 20, 20)
        paint_icon(painter, icon, "archive", palette.text2)
        painter.setFont(font(TextSize.BODY, Weight.MEDIUM))
        painter.setPen(palette.text2)
        painter.drawText(tile.adjusted(66, 0, -60, 0), CENTRE, "Archived")
        chevron = QRectF(tile.right() - 28, middle - 8, 16, 16)
        name = "chevron-down" if row.open else "chevron-right"
        paint_icon(painter, chevron, name, palette.text3, 2)
        painter.setFont(font(TextSize.SMALL, Weight.MEDIUM, tabular=True))
        right = Qt.AlignmentFlag.AlignRight | CENTRE
        number = str(row.unread or row.rooms)
        painter.setPen(palette.text if row.unread else palette.text3)
        painter.drawText(tile.adjusted(66, 0, -36, 0), right, number)

    def _paint_tile(self, painter: QPainter, tile: QRectF, state: State) -> QColor:
        palette = self._theme.palette
        selected = bool(state & State.State_Selected)
        hovered = bool(state & State.State_MouseOver)
        focused = bool(state & State.State_HasFocus)
        fill = palette.selected if selected else palette.hover if hovered else palette.sidebar
        painter.setBrush(fill)
        painter.setPen(palette.accent if focused else Qt.PenStyle.NoPen)
        if selected or hovered or focused:
            frame = tile.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(frame, Radius.ROW, Radius.ROW)
        return fill

    def _paint_face(self, painter: QPainter, tile: QRectF, face: Face, behind: QColor) -> None:
        square = QRectF(tile.left() + 10, 0, Size.AVATAR_ROW, Size.AVATAR_ROW)
        square.moveTop(tile.center().y() - Size.AVATAR_ROW / 2)
        paint_face(painter, square, face, self._theme, behind)

    def _paint_room(self, line: RowLines, row: RoomRow, *, draft: bool) -> None:
        # The draft of the open conversation stands in the composer already.
        summary = row.summary if draft else replace(row.summary, draft="")
        palette = self._theme.palette
        quiet = phrases.is_muted(summary, self._now())
        if summary.last is not None:
            colour = palette.accent_text if summary.unread and not quiet else palette.text2
            line.time(phrases.short_time(summary.last.time_ms, self._now()), colour)
            read = summary.last.state is MessageState.READ
            tick = tick_of(summary.last) if summary.kind is not RoomKind.NOTES else ""
            line.tick(tick, palette.accent_text if read else palette.text3)
        line.upper(summary.name, "bell-off" if quiet else "")
        self._paint_marks(line, summary, quiet=quiet)
        preview = phrases.preview(summary)
        if row.typing:
            group = summary.kind is RoomKind.GROUP
            said = phrases.typing_line(row.typing) if group else "typing…"
            line.lower(said, palette.accent_text, Weight.MEDIUM)
        else:
            line.lead(preview.lead, palette.danger if preview.draft else palette.text)
            line.lower(preview.text)

    def _paint_marks(self, line: RowLines, summary: RoomSummary, *, quiet: bool) -> None:
        if summary.unread:
            line.badge(str(min(summary.unread, _MANY)), quiet=quiet)
        elif summary.marked_unread:
            line.dot(quiet=quiet)
        if summary.mentions:
            line.badge("@", quiet=False)
        if summary.pinned:
            line.mark("pin")

    def _paint_hit(self, line: RowLines, row: HitRow) -> None:
        message = row.hit.message
        line.time(phrases.short_time(message.time_ms, self._now()), self._theme.palette.text2)
        line.upper(row.room_name)
        line.lead(f"{phrases.first_name(message.author_name)}:", self._theme.palette.text)
        line.lower(phrases.plain_snippet(row.hit.snippet))
