"""Paints measured rows: bubbles, names, lines, times, ticks, avatars."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QTextCharFormat, QTextLayout

from app.domain.views import MessageKind, MessageState, MessageView
from app.ui.messages.invitation import paint_card
from app.ui.messages.layout import FORWARD_MARK, LEFT, MARK, MARK_GAP, NAME_LINE, TICKS, Item
from app.ui.messages.paint_extras import ExtrasPainter
from app.ui.messages.paint_transfer import ON_PILL, TransferPainter
from app.ui.theme import (
    Palette,
    Radius,
    Scheme,
    Size,
    TextSize,
    Theme,
    Weight,
    font,
    name_colour,
    paint_icon,
)
from app.ui.widgets.avatar import Face, paint_face

AVATARS = 256
"""Painted avatars kept."""
STROKE, READ_STROKE = 1.75, 2.5
"""Ticks of a read message differ by more than their colour."""

BUBBLES = {
    MessageKind.TEXT,
    MessageKind.UNSUPPORTED,
    MessageKind.INVITATION,
    MessageKind.FILE,
}
_TICKS = {
    MessageState.QUEUED: "clock",
    MessageState.SENT: "check",
    MessageState.DELIVERED: "check-check",
    MessageState.READ: "check-check",
}


class RowPainter:
    """Draws rows in the theme's colours; keeps what is the same in every frame."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._name = font(TextSize.PREVIEW, Weight.SEMIBOLD)
        self._small = font(TextSize.SMALL, Weight.MEDIUM)
        self._meta = font(TextSize.META, tabular=True)
        self._extras = ExtrasPainter(theme)
        self._transfers = TransferPainter(theme)
        self._avatars: dict[tuple[Face, float, bool], QImage] = {}

    @property
    def _palette(self) -> Palette:
        return self._theme.palette

    def row(
        self, painter: QPainter, item: Item, y: int, selected: tuple[int, int] | None, clip: QRectF
    ) -> None:
        """Draw the bubble of `item` with its top at `y`; what is above it stays away."""
        painter.save()
        painter.translate(0, y)
        if item.message.kind not in BUBBLES:
            self._text(painter, item, self._palette.text2, selected, clip.translated(0, -y))
        else:
            self._bubble(painter, item)
            colour = self._palette.text_out if item.message.own else self._palette.text
            if item.message.kind is MessageKind.UNSUPPORTED or item.message.deleted:
                colour = self._quiet(item.message)
            self._extras.below_text(painter, item)
            self._text(painter, item, colour, selected, clip.translated(0, -y))
            self._extras.pills(painter, item)
            if item.card is not None:
                paint_card(painter, item.card, self._theme, own=item.message.own)
            if item.transfer is not None:
                self._transfers.paint(painter, item.transfer, own=item.message.own)
            self._time(painter, item)
        painter.restore()

    def _quiet(self, message: MessageView) -> QColor:
        return self._palette.meta_out if message.own else self._palette.text3

    def _bubble(self, painter: QPainter, item: Item) -> None:
        palette, own = self._palette, item.message.own
        path = bubble_path(item.bubble, own, item.setting.starts, item.setting.ends)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._theme.scheme is Scheme.LIGHT and not own:
            painter.fillPath(path.translated(0, 1), QColor(22, 24, 29, 16))
        painter.fillPath(path, palette.bubble_out if own else palette.bubble_in)
        if item.name:
            painter.setFont(self._name)
            painter.setPen(name_colour(item.message.author, palette))
            top = QPointF(item.bubble.left() + Size.BUBBLE_PAD_X, Size.BUBBLE_PAD_Y)
            painter.drawText(QPointF(top.x(), top.y() + 13), item.name)
        if item.forwarded:
            self._forwarded(painter, item)

    def _forwarded(self, painter: QPainter, item: Item) -> None:
        """Draw the line that says whose words these are."""
        palette = self._palette
        colour = palette.meta_out if item.message.own else palette.text2
        top = Size.BUBBLE_PAD_Y + (NAME_LINE if item.name else 0)
        left = item.bubble.left() + Size.BUBBLE_PAD_X
        paint_icon(painter, QRectF(left, top + 2, 14, 14), "forward", colour, 2)
        painter.setFont(self._small)
        painter.setPen(colour)
        painter.drawText(QPointF(left + FORWARD_MARK, top + 13), item.forwarded)

    def avatar(self, painter: QPainter, face: Face, bottom: float) -> None:
        """Draw an author's avatar in the left column, ending at `bottom`."""
        size = Size.AVATAR_SMALL
        ratio = painter.device().devicePixelRatioF()
        is_here = bool(face.picture) and self._theme.pictures.find(face.picture) is not None
        known = (face, ratio, is_here)
        image = self._avatars.get(known)
        if image is None:
            image = QImage(
                round(size * ratio), round(size * ratio), QImage.Format.Format_ARGB32_Premultiplied
            )
            image.setDevicePixelRatio(ratio)
            image.fill(Qt.GlobalColor.transparent)
            inner = QPainter(image)
            square = QRectF(0, 0, size, size)
            paint_face(inner, square, face, self._theme, self._palette.canvas)
            inner.end()
            if len(self._avatars) >= AVATARS:
                self._avatars.clear()
            self._avatars[known] = image
        painter.drawImage(QPointF(LEFT, bottom - size), image)

    def _text(
        self,
        painter: QPainter,
        item: Item,
        colour: QColor,
        selected: tuple[int, int] | None,
        clip: QRectF,
    ) -> None:
        painter.setPen(colour)
        if item.stacked:
            painter.save()
            painter.setClipRect(item.bubble)
        for laid in item.blocks:
            marks = self._marks(selected, laid.block.start)
            laid.layout.draw(painter, laid.origin, marks, clip)
        if item.stacked:
            painter.restore()

    def _marks(self, selected: tuple[int, int] | None, start: int) -> list[QTextLayout.FormatRange]:
        if selected is None:
            return []
        style = QTextCharFormat()
        style.setBackground(self._palette.selection)
        mark = QTextLayout.FormatRange()
        mark.start = max(selected[0] - start, 0)
        mark.length = max(selected[1] - start - mark.start, 0)
        mark.format = style
        return [mark]

    def _time(self, painter: QPainter, item: Item) -> None:
        on_picture = item.transfer is not None and item.transfer.pill is not None
        painter.setFont(self._meta)
        painter.setPen(ON_PILL if on_picture else self._quiet(item.message))
        at = QPointF(item.time_at)
        for mark in item.marks:
            box = QRectF(at.x(), at.y() - MARK + 2, MARK, MARK)
            paint_icon(painter, box, mark, self._quiet(item.message), 2)
            at.setX(at.x() + MARK + MARK_GAP)
        painter.drawText(at, item.time)
        if item.message.own and not item.message.deleted:
            read = item.message.state is MessageState.READ
            right = item.bubble.right() - Size.BUBBLE_PAD_X
            colour = self._palette.accent_text if read else self._palette.meta_out
            if item.transfer is not None and item.transfer.pill is not None:
                right, colour = item.transfer.pill.right() - 8, ON_PILL
            box = QRectF(right - TICKS + 1, at.y() - TICKS + 3.5, TICKS, TICKS)
            stroke = READ_STROKE if read else STROKE
            paint_icon(painter, box, _TICKS[item.message.state], colour, stroke)


def bubble_path(box: QRectF, own: bool, starts: bool, ends: bool) -> QPainterPath:
    """Return the outline of a bubble: small corners where it meets its group's others."""
    outer, inner = float(Radius.BUBBLE), float(Radius.BUBBLE_INNER)
    upper = outer if starts else inner
    lower = outer if ends else inner
    # Clockwise from the top left.
    corners = (outer, upper, lower, outer) if own else (upper, outer, outer, lower)
    limit = min(box.width(), box.height()) / 2
    return _rounded(box, [min(radius, limit) for radius in corners])


def _rounded(box: QRectF, radii: list[float]) -> QPainterPath:
    top_left, top_right, bottom_right, bottom_left = (2 * radius for radius in radii)
    path = QPainterPath(QPointF(box.left() + radii[0], box.top()))
    path.arcTo(box.right() - top_right, box.top(), top_right, top_right, 90, -90)
    path.arcTo(
        box.right() - bottom_right, box.bottom() - bottom_right, bottom_right, bottom_right, 0, -90
    )
    path.arcTo(box.left(), box.bottom() - bottom_left, bottom_left, bottom_left, 270, -90)
    path.arcTo(box.left(), box.top(), top_left, top_left, 180, -90)
    path.closeSubpath()
    return path
