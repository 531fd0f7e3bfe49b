"""How the three panes share the window's width."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.theme import Size

ONE_PANE = 514
"""Below this width of the window, list and conversation take turns."""

DOCKED_DRAWER = 606
"""Below this width of what is beside the list, the drawer folds away."""


class Panes(QWidget):
    """Places list, content and drawer. `arranged` tells that what is visible changed.

    The drawer is docked where there is room; elsewhere it lies over the content when asked for.
    """

    arranged = Signal()

    def __init__(self, sidebar: QWidget, content: QWidget, drawer: QWidget) -> None:
        super().__init__()
        self._sidebar, self._content, self._drawer = sidebar, content, drawer
        self._wants_drawer = True
        self._over = False
        self._in_content = False
        self._possible = False
        for pane in (sidebar, content, drawer):
            pane.setParent(self)
        drawer.hide()

    @property
    def single(self) -> bool:
        """Whether list and conversation take turns."""
        return self.width() < ONE_PANE

    @property
    def docks(self) -> bool:
        """Whether there is room for the drawer beside the content."""
        return not self.single and self.width() - Size.SIDEBAR >= DOCKED_DRAWER

    @property
    def drawer_shown(self) -> bool:
        return self._possible and (self._wants_drawer if self.docks else self._over)

    def show_content(self, shown: bool) -> None:
        """In one pane: show the conversation, or else the list."""
        self._in_content = shown
        self._over = self._over and shown
        self._arrange()

    def allow_drawer(self, possible: bool) -> None:
        """Say whether there is a conversation whose details could be shown."""
        self._possible = possible
        self._over = self._over and possible
        self._arrange()

    def toggle_drawer(self) -> None:
        if self.docks:
            self._wants_drawer = not self._wants_drawer
        else:
            self._over = not self._over
        self._arrange()

    def fold_overlay(self) -> bool:
        """Take away a drawer that lies over the content; False if none did."""
        if self.docks or not self.drawer_shown:
            return False
        self._over = False
        self._arrange()
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        width, height = self.width(), self.height()
        left = 0 if self.single else int(Size.SIDEBAR)
        list_shown = not self.single or not self._in_content
        drawer = self.drawer_shown
        docked = Size.DRAWER if drawer and self.docks else 0
        over = min(int(Size.DRAWER), width)
        self._sidebar.setGeometry(QRect(0, 0, width if self.single else left, height))
        self._content.setGeometry(QRect(left, 0, width - left - docked, height))
        self._drawer.setGeometry(QRect(width - over, 0, over, height))
        self._sidebar.setVisible(list_shown)
        self._content.setVisible(not self.single or self._in_content)
        self._drawer.setVisible(drawer)
        self._drawer.raise_()
        self.arranged.emit()
