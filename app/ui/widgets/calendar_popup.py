"""A month to choose a day from, by mouse or by keys."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QToolButton, QVBoxLayout, QWidget

from app.ui.theme import Theme, icon

LATER_DAYS = 42
"""Days to come that one page can show."""


class CalendarPopup(QFrame):
    """Emits `picked` with a day up to `today` and closes; Esc closes it."""

    picked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget, day: date, today: date) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Go to a day")
        self.calendar = QCalendarWidget()
        self.calendar.setAccessibleName("Day")
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.calendar.setMaximumDate(QDate(today.year, today.month, today.day))
        self.calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        self.calendar.setFixedSize(300, 250)
        self._dress()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.calendar)
        self.calendar.clicked.connect(self._pick)
        self.calendar.activated.connect(self._pick)

    def open_at(self, at: QPoint) -> None:
        """Open below a global point, inside the screen."""
        self.adjustSize()
        area = self.screen().availableGeometry()
        x = min(max(at.x() - self.width() // 2, area.left()), area.right() - self.width())
        self.move(x, min(max(at.y(), area.top()), area.bottom() - self.height()))
        self.show()
        self.calendar.setFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(self._theme.palette.line, 1))
        painter.setBrush(self._theme.palette.panel)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _dress(self) -> None:
        palette = self._theme.palette
        plain, head = QTextCharFormat(), QTextCharFormat()
        plain.setForeground(palette.text)
        head.setForeground(palette.text2)
        head.setBackground(palette.panel)
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.calendar.setWeekdayTextFormat(day, plain)
        self.calendar.setHeaderTextFormat(head)
        later = QTextCharFormat()
        later.setForeground(palette.offline)
        for ahead in range(1, LATER_DAYS):
            self.calendar.setDateTextFormat(self.calendar.maximumDate().addDays(ahead), later)
        arrows = (("prev", "chevron-left", "Previous"), ("next", "chevron-right", "Next"))
        for end, glyph, word in arrows:
            button = self.calendar.findChild(QToolButton, f"qt_calendar_{end}month")
            if isinstance(button, QToolButton):
                button.setIcon(icon(glyph, palette.text2, 18))
                button.setAccessibleName(f"{word} month")
        self.calendar.setStyleSheet(
            f"QCalendarWidget QWidget {{ background: {palette.panel.name()}; }}"
            f"QCalendarWidget QToolButton {{ color: {palette.text.name()}; font-weight: 600;"
            " padding: 4px 8px; }"
            "QCalendarWidget QToolButton::menu-indicator { image: none; }"
            f"QCalendarWidget QAbstractItemView {{ selection-background-color: "
            f"{palette.accent.name()}; selection-color: {palette.on_accent.name()}; outline: 0; }}"
            f"QCalendarWidget QAbstractItemView:disabled {{ color: {palette.offline.name()}; }}"
        )

    def _pick(self, day: QDate) -> None:
        self.picked.emit(date(day.year(), day.month(), day.day()))
        self.close()
