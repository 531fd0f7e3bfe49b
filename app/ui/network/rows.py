"""How servers and links are painted."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from app.domain.changes import LinkState, ServerState
from app.ui.network.charts import paint_past
from app.ui.network.facts import Heading, NearRow, NetworkRow, PersonRow, Quality, ServerRow
from app.ui.network.history import KEPT
from app.ui.theme import Palette, Radius, TextSize, Weight, font, paint_icon
from app.ui.widgets.avatar import Face, paint_face
from app.ui.widgets.rows import POINTED, RowDelegate, State, paint_ground, paint_heading

ROW, SECTION = 54, 34
INSET, TILE = 12, 36
FIGURE, PAST = 64, 96
ICON_SPACE = 17
ROOMY = 460
"""From this width on a row has a chart."""
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | _MIDDLE
_SPARE = 18
_ROUTE_ICONS = {"lan": "zap", "direct": "zap", "relay": "route"}


def tone_of(quality: Quality, palette: Palette) -> QColor:
    """The colour that goes with how well a link does."""
    match quality:
        case Quality.POOR:
            return palette.danger
        case Quality.FAIR:
            return palette.warn
        case _:
            return palette.ok


class NetworkDelegate(RowDelegate):
    """Paints icon or face, name, line, and for a link its round trip as figure and as chart."""

    def height(self, row: NetworkRow) -> int:
        return SECTION if isinstance(row, Heading) else ROW

    def paint_row(self, painter: QPainter, area: QRectF, state: State, row: NetworkRow) -> None:
        palette = self._theme.palette
        if isinstance(row, Heading):
            paint_heading(painter, area.adjusted(20, 8, -20, 0), palette, row.title)
        else:
            tile = area.adjusted(INSET, 1, -INSET, -1)
            behind = paint_ground(painter, tile, palette, lit=bool(state & POINTED))
            if isinstance(row, ServerRow):
                tones = {ServerState.ONLINE: "ok", ServerState.OFFLINE: "danger"}
                texts = (row.url, row.line, tones.get(row.state, "text2"))
                self._paint_way(painter, tile, "server", texts)
            elif isinstance(row, NearRow):
                self._paint_way(painter, tile, "radio-tower", (row.title, row.line, "ok"))
            else:
                self._paint_person(painter, tile, row, behind)

    def _paint_way(
        self, painter: QPainter, tile: QRectF, icon: str, texts: tuple[str, str, str]
    ) -> None:
        """Draw an icon on a tile, a name, and a line in a tone of the palette."""
        palette = self._theme.palette
        square = QRectF(tile.left() + 8, tile.center().y() - TILE / 2, TILE, TILE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent_soft)
        painter.drawRoundedRect(square, Radius.CODE, Radius.CODE)
        paint_icon(painter, square.adjusted(9, 9, -9, -9), icon, palette.accent_text)
        name, line, tone = texts
        area = tile.adjusted(56, 0, -12, 0)
        self._paint_name(painter, area, name)
        self._paint_line(painter, area, line, getattr(palette, tone))

    def _paint_person(
        self, painter: QPainter, tile: QRectF, row: PersonRow, behind: QColor
    ) -> None:
        palette, linked = self._theme.palette, row.state is LinkState.ONLINE
        square = QRectF(tile.left() + 8, tile.center().y() - TILE / 2, TILE, TILE)
        face = Face(row.peer, row.name, online=linked, picture=row.picture, presence=row.presence)
        paint_face(painter, square, face, self._theme, behind)
        texts = tile.adjusted(56, 0, -12, 0)
        if linked:
            texts = self._paint_figures(painter, tile, texts, row)
        icon = _ROUTE_ICONS.get(row.route, "") if linked else ""
        if icon:
            spot = QRectF(texts.left(), tile.center().y() + 2, 13, 13)
            colour = palette.warn if row.route == "relay" else palette.ok
            paint_icon(painter, spot, icon, colour, 2)
        self._paint_name(painter, texts, row.name)
        beside = texts.adjusted(ICON_SPACE if icon else 0, 0, 0, 0)
        self._paint_line(painter, beside, row.line, palette.text2)

    def _paint_figures(
        self, painter: QPainter, tile: QRectF, texts: QRectF, row: PersonRow
    ) -> QRectF:
        """Draw what stands at the right; return what is left of `texts`."""
        palette = self._theme.palette
        box = QRectF(texts.right() - FIGURE, tile.center().y() - 20, FIGURE, 20)
        painter.setFont(font(TextSize.PREVIEW, Weight.MEDIUM, tabular=True))
        painter.setPen(palette.text)
        painter.drawText(box, _RIGHT, row.figure)
        painter.setFont(font(TextSize.SMALL, Weight.MEDIUM))
        colour = tone_of(row.quality, palette)
        painter.setPen(colour)
        painter.drawText(box.translated(0, 20), _RIGHT, row.quality.value)
        left = box.left()
        if tile.width() >= ROOMY:
            chart = QRectF(left - PAST, tile.center().y() - 14, PAST, 28)
            paint_past(painter, chart, row.past, colour, KEPT)
            left = chart.left()
        return QRectF(texts.left(), texts.top(), left - _SPARE - texts.left(), texts.height())

    def _paint_name(self, painter: QPainter, area: QRectF, name: str) -> None:
        painter.setFont(font(TextSize.BODY, Weight.MEDIUM))
        painter.setPen(self._theme.palette.text)
        upper = QRectF(area.left(), area.center().y() - 20, area.width(), 20)
        _draw(painter, upper, name)

    def _paint_line(self, painter: QPainter, area: QRectF, line: str, colour: QColor) -> None:
        painter.setFont(font(TextSize.SMALL, tabular=True))
        painter.setPen(colour)
        _draw(painter, QRectF(area.left(), area.center().y(), area.width(), 18), line)


def _draw(painter: QPainter, area: QRectF, text: str) -> None:
    elide = Qt.TextElideMode.ElideRight
    painter.drawText(
        area, _MIDDLE, painter.fontMetrics().elidedText(text, elide, int(area.width()))
    )
