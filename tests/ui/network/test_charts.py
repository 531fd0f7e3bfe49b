from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.ui.network.charts import Chart, ChartCard, paint_past, pieces
from app.ui.network.history import History
from app.ui.theme import Theme
from tests.ui.fake_names import peer_of

AREA = QRectF(10, 10, 90, 20)
ONE, OTHER = peer_of("one"), peer_of("other")


def test_the_newest_is_at_the_right_and_the_greatest_on_top() -> None:
    (line,) = pieces([10.0, 40.0, 20.0], AREA, 10)
    assert [line.at(at).x() for at in range(3)] == [100, 90, 80]
    heights = [line.at(at).y() for at in range(3)]
    assert min(heights) == heights[1] > AREA.top()
    assert max(heights) == heights[2] < AREA.bottom()


def test_a_gap_parts_the_line() -> None:
    found = pieces([1.0, None, None, 2.0, 3.0], AREA, 10)
    assert [line.size() for line in found] == [2, 1]
    assert pieces([None, None], AREA, 10) == []
    assert pieces([], AREA, 10) == []


def test_small_differences_look_flat() -> None:
    (line,) = pieces([1.0, 1.4, 1.2], AREA, 10)
    heights = [line.at(at).y() for at in range(3)]
    assert max(heights) - min(heights) < 1


def test_a_single_sample_is_a_point() -> None:
    image = QImage(110, 40, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    paint_past(painter, AREA, [5.0], QColor("red"), 10)
    painter.end()
    assert image.pixelColor(100, 20) != QColor("white")


def test_history_keeps_a_few_and_forgets_who_is_gone() -> None:
    history = History(3)
    for value in range(5):
        history.note({ONE: float(value), OTHER: None})
    assert history.of(ONE) == (2.0, 3.0, 4.0)
    assert history.of(OTHER) == (None, None, None)
    history.note({OTHER: 1.0})
    assert history.of(ONE) == ()
    assert history.of(OTHER) == (None, None, 1.0)


def test_a_card_is_read_as_text(theme: Theme, qtbot: QtBot) -> None:
    card = ChartCard(theme)
    qtbot.addWidget(card)
    card.show_chart(Chart("Until it is there", "Half within 2 s", "3 links", (1, 2), "1 s", "2 s"))
    assert card.accessibleName() == "Until it is there. Half within 2 s. 3 links"
    assert not card.columns.isHidden()
    card.show_chart(Chart("Until it is there", "", "Nothing measured yet."))
    assert card.accessibleName() == "Until it is there. Nothing measured yet."
    assert card.columns.isHidden()
    card.resize(300, 160)
    card.setFocus()
    assert not card.grab().isNull()
