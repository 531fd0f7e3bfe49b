"""The window: three panes and nothing that needs a backend, so that it can be shown at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.ui.actions import ActionRegistry
from app.ui.emoji_memory import EmojiMemory
from app.ui.models.members import MembersModel
from app.ui.models.sidebar import SidebarModel
from app.ui.theme import Theme
from app.ui.views.drawer import Drawer
from app.ui.views.empty import EmptyView
from app.ui.views.notices import Banner
from app.ui.views.offer import OfferCard
from app.ui.views.panes import Panes
from app.ui.views.sidebar import Sidebar
from app.ui.widgets.surfaces import Surface


def local_now() -> datetime:
    """The present time in the system's zone."""
    return datetime.now().astimezone()


SMALLEST = QSize(340, 420)
USUAL = QSize(1180, 760)
NARROW_EMPTY = 480


class MainWindow(QMainWindow):
    """Holds the panes. Times are shown in `zone`, None for the system's.

    `painted` is emitted after the first paint, `closing` on the way out.
    """

    painted = Signal()
    closing = Signal()

    def __init__(
        self, theme: Theme, now: Callable[[], datetime] = local_now, zone: tzinfo | None = None
    ) -> None:
        super().__init__()
        self.theme = theme
        self.now, self.zone = now, zone
        self.actions_registry = ActionRegistry(parent=self)
        self.emoji = EmojiMemory(self)
        self.rooms = SidebarModel(now, self)
        self.members = MembersModel(now, self)
        self.sidebar = Sidebar(theme, self.rooms, now)
        self.drawer = Drawer(theme, self.members, now)
        self.trouble = Banner(theme, "danger_bg", "danger", "circle-alert")
        self.offer = OfferCard(theme)
        self.empty = EmptyView(theme)
        self._blank = Surface(theme, "canvas")
        self._stack = QStackedWidget()
        self.panes = Panes(self.sidebar, self._content(), self.drawer)
        self.was_painted = False
        self.setWindowTitle("Parlor")
        self.setCentralWidget(self.panes)
        self.panes.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.panes.setFocus()  # or the first button would wear a ring before any key is pressed
        self.setMinimumSize(SMALLEST)
        self.resize(USUAL)
        self.panes.arranged.connect(self._fit_empty)

    def add_page(self, page: QWidget) -> None:
        """Take in another page that can be shown beside the list."""
        self._stack.addWidget(page)

    def show_page(self, page: QWidget | None) -> None:
        """Show a page beside the list; None for a blank one."""
        self._stack.setCurrentWidget(page or self._blank)

    def shows(self, page: QWidget) -> bool:
        """Whether this page is what is shown beside the list."""
        return self._stack.currentWidget() is page

    def cover(self, page: QWidget) -> None:
        """Show a page instead of everything."""
        self.takeCentralWidget()
        self.panes.hide()
        self.setCentralWidget(page)

    def uncover(self) -> None:
        """Take the page away again."""
        cover = self.centralWidget()
        if cover is not None and cover is not self.panes:
            self.takeCentralWidget()
            self.setCentralWidget(self.panes)
            self.panes.show()
            self.panes.setFocus()
            cover.deleteLater()

    def place(self) -> str:
        """Where the window stands and how large it is, as text to store."""
        return bytes(self.saveGeometry().toBase64().data()).decode("ascii")

    def set_place(self, stored: str) -> None:
        """Go where `place` was taken, as far as that is on a screen; "" changes nothing."""
        self.restoreGeometry(QByteArray.fromBase64(stored.encode("utf-8", "replace")))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.was_painted:
            self.was_painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_empty()

    def _content(self) -> QWidget:
        for page in (self._blank, self.empty):
            self._stack.addWidget(page)
        content = Surface(self.theme, "canvas")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.trouble)
        column.addWidget(self.offer)
        column.addWidget(self._stack, 1)
        return content

    def _fit_empty(self) -> None:
        self.empty.set_narrow(self._stack.width() < NARROW_EMPTY)
