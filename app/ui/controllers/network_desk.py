"""The network's page kept true, and what leads to it and from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QDialog

from app.domain.capabilities import Capabilities, CapabilitiesChanged, Sharing
from app.domain.changes import Change, LinkChanged, LinkState, ServerChanged
from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.services.api import LanChoices, LinkView
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.diagnosing import Diagnosing
from app.ui.controllers.network_menu import NetworkMenu
from app.ui.network import abilities, measures, phrases
from app.ui.network.facts import NearRow, PersonRow, ServerRow
from app.ui.network.findings import Place
from app.ui.network.history import STEP_MS, History
from app.ui.network.model import NetworkModel
from app.ui.network.page import NetworkPage
from app.ui.network.settings_sheet import NetworkSettingsSheet
from app.ui.people_phrases import called

Ask = Callable[[QDialog], Awaitable[bool]]
Flow = Callable[[], Coroutine[None, None, None]]
Profile = Callable[[PeerId], Coroutine[None, None, object]]


class NetworkDesk(QObject):
    """Shows what `backend.network` and `backend.insight` know.

    `servers`, `helpers` and `blocked` are the dialogs of the settings, `profile` shows a person.
    `changed` is emitted after the settings of the network were.
    """

    changed = Signal()

    def __init__(  # noqa: PLR0913, PLR0917 - what it shows, and where it leads
        self,
        desk: Desk,
        conversation: ConversationController,
        ask: Ask,
        servers: Flow,
        helpers: Flow,
        blocked: Flow,
        updates: Flow,
        profile: Profile,
    ) -> None:
        super().__init__(desk.window)
        window = desk.window
        self._window, self._conversation, self._tasks = window, conversation, desk.tasks
        self._backend, self._ask = desk.backend, ask
        self._servers, self._helpers = servers, helpers
        self._history = History()
        self.model = NetworkModel(self)
        self.page = NetworkPage(window.theme, self.model)
        window.add_page(self.page)
        places = {
            Place.SETTINGS: servers,
            Place.HELPERS: helpers,
            Place.NETWORK: self.settings,
            Place.PEOPLE: blocked,
            Place.UPDATES: updates,
            Place.AGAIN: self._try_now,
        }
        self.diagnosing = Diagnosing(desk, ask, places, profile)
        people = {
            "Connection…": self.diagnosing.person,
            "Profile…": profile,
            "Message": self._write_to,
        }
        self.menu = NetworkMenu(window, desk.tasks, people, servers)
        self._pulse = QTimer(self)
        self._pulse.setInterval(STEP_MS)
        self._pulse.timeout.connect(self.sample)
        self._connect()

    def start(self) -> None:
        """Sample the links from now on."""
        self._window.members.know_abilities(self.able)
        self._pulse.start()
        self.sample()

    def stop(self) -> None:
        self._pulse.stop()

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop."""
        if any(isinstance(change, ServerChanged | LinkChanged) for change in changes):
            self._renew()
        if any(isinstance(change, CapabilitiesChanged | LinkChanged) for change in changes):
            self._window.members.know_abilities(self.able)

    def able(self, peer: PeerId) -> Capabilities | None:
        """What somebody says that they can do for others, if they say it."""
        try:
            return self._backend.insight.capabilities(peer)
        except AppError:  # not linked, or of a version that does not tell
            return None

    def connection(self, peer: PeerId) -> tuple[str, ...]:
        """How somebody is reached and what they can do, in lines."""
        links = self._backend.network.links()
        link = next((each for each in links if each.peer == peer), None)
        through = "" if link is None or link.through is None else self._name(link.through)
        now_ms = round(self._window.now().timestamp() * 1000)
        return abilities.connection_lines(link, through, self.able(peer), now_ms)

    def sample(self) -> None:
        """Note how the links do now."""
        links = self._backend.network.links()
        self._history.note(
            {each.peer: each.rtt_ms for each in links if each.state is LinkState.ONLINE}
        )
        self._renew()

    def open(self) -> None:
        """Show the page beside the list."""
        self._conversation.close()
        self._window.show_page(self.page)
        self._window.panes.show_content(shown=True)
        self._renew()
        self.page.list.choose_first()
        self.page.give_keys()

    async def settings(self) -> None:
        """Show what others may use and know, and store what is changed there."""
        window, then = self._window, []
        sharing, lan = self._backend.insight.sharing, self._backend.network.lan()
        sheet = NetworkSettingsSheet(
            window.theme, window, self._tasks, sharing, lan, self._store_settings
        )

        def leave_for(flow: Flow) -> None:
            then.append(flow)
            sheet.reject()

        sheet.servers_asked.connect(lambda: leave_for(self._servers))
        sheet.helpers_asked.connect(lambda: leave_for(self._helpers))
        await self._ask(sheet)
        for flow in then:
            await flow()

    async def _store_settings(self, sharing: Sharing, lan: LanChoices) -> None:
        await self._backend.insight.set_sharing(sharing)
        if lan != self._backend.network.lan():
            await self._backend.network.set_lan(lan)
        self.changed.emit()

    def _connect(self) -> None:
        page, window, spawn = self.page, self._window, self._tasks.spawn
        page.back.clicked.connect(lambda: window.panes.show_content(shown=False))
        window.panes.arranged.connect(lambda: page.back.setVisible(window.panes.single))
        page.check.clicked.connect(lambda: spawn(self.diagnosing.network()))
        page.check_now.clicked.connect(lambda: spawn(self.diagnosing.network()))
        page.again.clicked.connect(lambda: spawn(self._try_now()))
        page.settings.clicked.connect(lambda: spawn(self.settings()))
        page.tabs.chosen.connect(lambda _at: self._renew())
        page.charts.reset.clicked.connect(lambda: spawn(self._reset()))
        page.list.chosen.connect(self._on_chosen)
        page.list.menu_wanted.connect(self.menu.show)
        window.sidebar.header.state.clicked.connect(self.open)

    def _on_chosen(self, row: object) -> None:
        if isinstance(row, PersonRow):
            self._tasks.spawn(self.diagnosing.person(row.peer))
        elif isinstance(row, ServerRow):
            self._tasks.spawn(self._servers())
        elif isinstance(row, NearRow):
            self._tasks.spawn(self.settings())

    async def _write_to(self, peer: PeerId) -> None:
        room = await self._backend.chats.open_direct(peer, self._name(peer))
        await self._conversation.open(room)

    async def _try_now(self) -> None:
        self._backend.network.try_now()
        self._renew()

    async def _reset(self) -> None:
        await self._backend.insight.reset_measurements()
        self._renew()

    def _renew(self) -> None:
        if not self.page.isVisible() and not self._window.shows(self.page):
            return
        network = self._backend.network
        servers, links = network.servers(), network.links()
        self.page.say(phrases.summary(servers, links))
        if self.page.measuring:
            found = self._backend.insight.measurements()
            about = measures.about(found, self._window.now())
            self.page.charts.show_charts(measures.charts(found.kept), about)
            return
        rows = [ServerRow(each.url, each.state, phrases.server_line(each)) for each in servers]
        now_ms = round(self._window.now().timestamp() * 1000)
        people = [self._row(each, now_ms) for each in links]
        self.model.show(rows, people, near=network.meets_near_by())

    def _row(self, link: LinkView, now_ms: int) -> PersonRow:
        known = self._backend.contacts.of(link.peer)
        through = "" if link.through is None else self._name(link.through)
        line = phrases.link_line(link, through, now_ms)
        quality = phrases.quality_of(link)
        rtt = link.rtt_ms if link.state is LinkState.ONLINE else None
        return PersonRow(
            link.peer,
            called(known),
            link.state,
            line,
            presence=known.presence,
            route=link.route or "",
            figure="" if rtt is None else phrases.milliseconds(rtt),
            quality=quality,
            past=self._history.of(link.peer),
            spoken=phrases.spoken_link(link, line, quality),
        )

    def _name(self, peer: PeerId) -> str:
        return called(self._backend.contacts.of(peer))
