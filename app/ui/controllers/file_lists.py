"""Keeps the drawer's files, the panel and the sum in the sidebar true."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QPoint, Qt

from app.domain.files import TransferState, TransferView
from app.domain.ids import EventId
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.transfers import TransferDeeds
from app.ui.files.cleared import Cleared
from app.ui.files.deeds import Deed, deeds
from app.ui.files.model import TransfersModel
from app.ui.files.panel import TransfersPage
from app.ui.files.rows import FileList

SEEK = "Show in conversation"
CLEARED_KEY = "transfers.cleared"
_OVER = {TransferState.DONE, TransferState.DECLINED, TransferState.CANCELLED}
_MOVING = {TransferState.RUNNING, TransferState.WAITING}
_STOPPED = {TransferState.PAUSED, TransferState.FAILED}
_FILTERS: tuple[Callable[[TransferView], bool], ...] = (
    lambda _view: True,
    lambda view: not view.own,
    lambda view: view.own,
)


class FileLists(QObject):
    """Shows what `transfers` knows."""

    def __init__(
        self, desk: Desk, conversation: ConversationController, transfers: TransferDeeds
    ) -> None:
        super().__init__(desk.window)
        window = desk.window
        self._window, self._conversation, self._transfers = window, conversation, transfers
        self._tasks, self._backend = desk.tasks, desk.backend
        self._cleared, self._chosen = Cleared(), 0
        self.model = TransfersModel(window.now, self, grouped=True)
        self.page = TransfersPage(window.theme, self.model)
        window.add_page(self.page)
        self._tab, self._total = window.drawer.files, window.sidebar.total
        self._tab.show_keys(window.actions_registry.shown_keys("attach"))
        self._total.clicked.connect(self.open)
        self._tab.all.clicked.connect(self.open)
        self.page.back.clicked.connect(lambda: window.panes.show_content(shown=False))
        window.panes.arranged.connect(lambda: self.page.back.setVisible(window.panes.single))
        self.page.filter.chosen.connect(self._choose)
        self.page.pause.clicked.connect(lambda: self._do_all(Deed.PAUSE, _MOVING))
        self.page.resume.clicked.connect(lambda: self._do_all(Deed.RESUME, _STOPPED))
        self.page.clear.clicked.connect(self._clear)
        conversation.switched.connect(lambda _room: self._show_room())
        transfers.changed.connect(self._renew)
        for shown in (self.page.list, self._tab.list):
            self._connect(shown)

    async def load(self) -> None:
        """Read what was cleared. May raise AppError."""
        self._cleared = Cleared(await self._backend.setting(CLEARED_KEY, ""))
        self._renew()

    def open(self) -> None:
        """Show all transfers beside the list."""
        self._conversation.close()
        self._window.show_page(self.page)
        self._window.panes.show_content(shown=True)
        self._renew()
        self.page.list.choose_first()
        target = self.page.settings if self.page.list.isHidden() else self.page.list
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self, shown: FileList) -> None:
        shown.deed_wanted.connect(lambda view, deed: self._transfers.do(view.transfer, deed))
        shown.menu_wanted.connect(self._show_menu)
        shown.chosen.connect(lambda view: self._on_chosen(shown, view))

    def _on_chosen(self, shown: FileList, view: object) -> None:
        """A click or Enter opens what is here; else it asks what to do."""
        if not isinstance(view, TransferView):
            return
        if Deed.OPEN in deeds(view):
            self._transfers.do(view.transfer, Deed.OPEN)
            return
        place = shown.visualRect(shown.currentIndex()).bottomLeft() + QPoint(68, -8)
        self._show_menu(view, shown.viewport().mapToGlobal(place))

    def _show_menu(self, view: object, where: QPoint) -> None:
        if isinstance(view, TransferView):
            seek = {SEEK: lambda: self._tasks.spawn(self._seek(view))} if view.is_offered else {}
            self._transfers.show_menu(view, where, seek)

    async def _seek(self, view: TransferView) -> None:
        message = await self._backend.chats.message(view.transfer)
        await self._conversation.open(view.room, message.position)

    def _renew(self) -> None:
        known = list(self._transfers.known.values())
        self._total.show_sum(known)
        listed = [view for view in known if not self._is_cleared(view)]
        shown = [view for view in listed if _FILTERS[self._chosen](view)]
        self.page.show_any(some=bool(listed), listed=bool(shown))
        self.page.allow(
            pause=any(self._fit(shown, Deed.PAUSE, _MOVING)),
            resume=any(self._fit(shown, Deed.RESUME, _STOPPED)),
            clear=any(view.state in _OVER for view in shown),
        )
        self.model.show(shown)
        self._show_room()

    def _is_cleared(self, view: TransferView) -> bool:
        return view.state in _OVER and view.transfer in self._cleared

    def _choose(self, which: int) -> None:
        self._chosen = which
        self._renew()

    @staticmethod
    def _fit(
        views: Iterable[TransferView], deed: Deed, states: set[TransferState]
    ) -> Iterable[EventId]:
        """Return which of them this makes sense for."""
        return [each.transfer for each in views if each.state in states and deed in deeds(each)]

    def _do_all(self, deed: Deed, states: set[TransferState]) -> None:
        for transfer in self._fit(self._shown(), deed, states):
            self._transfers.do(transfer, deed)

    def _shown(self) -> list[TransferView]:
        return [row for row in self.model.rows() if isinstance(row, TransferView)]

    def _clear(self) -> None:
        """Take what is over from the list; messages and files stay."""
        self._cleared.add(view.transfer for view in self._shown() if view.state in _OVER)
        self._tasks.spawn(self._backend.set_setting(CLEARED_KEY, self._cleared.dump()))
        self._renew()

    def _show_room(self) -> None:
        room = self._conversation.room
        known = self._transfers.known.values()
        self._tab.model.show(view for view in known if view.room == room)
