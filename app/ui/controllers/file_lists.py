"""Keeps the drawer's files, the panel and the sum in the sidebar true."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt

from app.domain.files import TransferView
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.transfers import TransferDeeds
from app.ui.files.deeds import Deed, deeds
from app.ui.files.model import TransfersModel
from app.ui.files.panel import TransfersPage
from app.ui.files.rows import FileList


class FileLists(QObject):
    """Shows what `transfers` knows."""

    def __init__(
        self, desk: Desk, conversation: ConversationController, transfers: TransferDeeds
    ) -> None:
        super().__init__(desk.window)
        window = desk.window
        self._window, self._conversation, self._transfers = window, conversation, transfers
        self.model = TransfersModel(window.now, self, grouped=True)
        self.page = TransfersPage(window.theme, self.model)
        window.add_page(self.page)
        self._tab, self._total = window.drawer.files, window.sidebar.total
        self._tab.show_keys(window.actions_registry.shown_keys("attach"))
        self._total.clicked.connect(self.open)
        self._tab.all.clicked.connect(self.open)
        self.page.back.clicked.connect(lambda: window.panes.show_content(shown=False))
        window.panes.arranged.connect(lambda: self.page.back.setVisible(window.panes.single))
        conversation.switched.connect(lambda _room: self._show_room())
        transfers.changed.connect(self._renew)
        for shown in (self.page.list, self._tab.list):
            self._connect(shown)

    def open(self) -> None:
        """Show all transfers beside the list."""
        self._conversation.close()
        self._window.show_page(self.page)
        self._window.panes.show_content(shown=True)
        self._renew()
        self.page.list.choose_first()
        self.page.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self, shown: FileList) -> None:
        shown.deed_wanted.connect(lambda view, deed: self._transfers.do(view.transfer, deed))
        shown.menu_wanted.connect(self._transfers.show_menu)
        shown.chosen.connect(lambda view: self._on_chosen(shown, view))

    def _on_chosen(self, shown: FileList, view: object) -> None:
        """A click or Enter opens what is here; else it asks what to do."""
        if not isinstance(view, TransferView):
            return
        if Deed.OPEN in deeds(view):
            self._transfers.do(view.transfer, Deed.OPEN)
            return
        place = shown.visualRect(shown.currentIndex()).bottomLeft() + QPoint(68, -8)
        self._transfers.show_menu(view, shown.viewport().mapToGlobal(place))

    def _renew(self) -> None:
        known = self._transfers.known.values()
        self._total.show_sum(known)
        self.page.show_any(some=bool(known))
        self.model.show(known)
        self._show_room()

    def _show_room(self) -> None:
        room = self._conversation.room
        known = self._transfers.known.values()
        self._tab.model.show(view for view in known if view.room == room)
