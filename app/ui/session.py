"""Joins a window to a backend: who hears of what, and what each action does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QAbstractScrollArea

from app.domain.changes import Change, ErrorRaised, PersonPictured, ServerChanged
from app.domain.contacts import Presence
from app.domain.errors import AppError
from app.domain.ids import RoomId
from app.domain.views import Position
from app.services.api import Account, Backend
from app.ui import wording
from app.ui.controllers.account import AccountFlows
from app.ui.controllers.acquaintance import Acquaintance
from app.ui.controllers.completion import CompletionController
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.dates import DateController
from app.ui.controllers.desk import Desk
from app.ui.controllers.files import FileDesk
from app.ui.controllers.find import FindController
from app.ui.controllers.flows import KEYS_KEY, THEME_KEY, DialogFlows
from app.ui.controllers.invitations import Invitations
from app.ui.controllers.links import LinkOpener
from app.ui.controllers.member_menu import MemberMenu
from app.ui.controllers.message_menu import MessageMenu
from app.ui.controllers.navigation import Navigation
from app.ui.controllers.network import NetworkController
from app.ui.controllers.network_desk import NetworkDesk
from app.ui.controllers.notifying import NotifyController
from app.ui.controllers.people import PeopleFlows
from app.ui.controllers.pins import PinController
from app.ui.controllers.presence import PresenceControl
from app.ui.controllers.requests import Requests
from app.ui.controllers.room_flows import RoomFlows
from app.ui.controllers.room_menu import RoomMenu
from app.ui.controllers.room_panel import RoomPanel
from app.ui.controllers.sidebar import SidebarController
from app.ui.controllers.standing import StandingKeeper
from app.ui.controllers.why import WhyAway
from app.ui.desktop.callers import Callers
from app.ui.desktop.choices import DesktopChoices
from app.ui.desktop_notes import desktop_notes
from app.ui.feed_pump import FeedPump
from app.ui.imaging import ImageProcess
from app.ui.main_window import MainWindow
from app.ui.messages import Clock, MessageList
from app.ui.pictures import Pictures
from app.ui.qr_reading import read_code
from app.ui.tasks import TaskOwner
from app.ui.theme import Choice
from app.ui.views.composer import Composer
from app.ui.views.conversation import ConversationView
from app.ui.widgets.avatar import Face

PLACE_KEY = "window.place"
EMOJI_KEY = "emoji"

log = logging.getLogger(__name__)


class Session(QObject):
    """Lives from the backend's coming up until the window goes.

    `leave` is called when the person asks to quit; `begin_anew` when another session over
    `account` is to follow in a window of its own, with True if it is to be locked first.
    """

    def __init__(
        self,
        window: MainWindow,
        backend: Backend,
        leave: Callable[[], object],
        account: Account | None = None,
        begin_anew: Callable[[bool], object] = lambda _lock: None,
    ) -> None:
        super().__init__(window)
        self._window, self._backend = window, backend
        self._tasks = TaskOwner(self.show_error)
        self._presence = Presence.ONLINE
        load = backend.conversations.picture
        images = ImageProcess()
        self.pictures = Pictures(window.theme, load, self._tasks, images)
        desk = Desk(window, backend, self._tasks)
        clock = Clock(window.now, window.zone)
        messages = MessageList(window.theme, backend.chats, self._tasks, clock)
        self.composer = Composer(window.theme, window.actions_registry)
        self.view = ConversationView(window.theme, clock, messages, self.composer)
        window.add_page(self.view)
        window.drawer.follow(self.composer.send)
        self.conversation = ConversationController(desk, self.view)
        self.sidebar = SidebarController(desk, self.open_room)
        self.network = NetworkController(desk)
        self.find = FindController(desk, self.view, self.conversation)
        self.flows = DialogFlows(desk, self.open_room, self._show_profile)
        self.room_menu = RoomMenu(desk, self.flows.ask, self.flows.leave)
        self.rooms = RoomFlows(desk, self.flows.ask, self.open_room)
        self.people = PeopleFlows(
            desk,
            self.flows.ask,
            self.open_room,
            self.flows.own_contact,
            partial(read_code, images),
        )
        self.members = MemberMenu(desk, self.flows.ask, self.open_room, self.people.show)
        menus = (self.members, self.room_menu)
        self.panel = RoomPanel(desk, self.conversation, self.flows, self.rooms, *menus)
        self.invitations = Invitations(
            desk, messages, self.conversation, self.flows.ask, self.open_room
        )
        self.presence = PresenceControl(desk, self.flows.own_contact, self._show_presence)
        self.requests = Requests(desk, self.conversation, self.people)
        self.acquaintance = Acquaintance(desk, self.view, self.conversation, self.people)
        self.standing = StandingKeeper(desk, self.view, self.conversation, self.flows.leave)
        self.files = FileDesk(desk, self.conversation, self.view, self.flows.ask, images)
        self.links = LinkOpener(desk)
        self.insight = NetworkDesk(
            desk,
            self.conversation,
            self.flows.ask,
            self.flows.settings,
            self.flows.helpers,
            self.flows.blocked,
            self.flows.updates,
            self.people.show,
        )
        self.menu = MessageMenu(desk, messages, self.conversation, clock)
        self.menu.report, self.menu.profile = self.people.report_message, self.people.about
        self.pins = PinController(desk, self.view, self.conversation)
        self.dates = DateController(desk, self.view, self.conversation, clock)
        self.completing = CompletionController(desk, self.view, self.conversation)
        self.navigation = Navigation(desk, self.view, self.conversation, self.sidebar, self.find)
        self.account: AccountFlows | None = None
        if account is not None:
            self.account = AccountFlows(desk, account, self.flows.ask, begin_anew)
            self.flows.account = self.account.show
        notes = desktop_notes(window.theme, window)
        self.notifying = NotifyController(
            desk, self.conversation, notes, self.open_room, self.requests.open
        )
        self.flows.notifying = self.notifying
        self._pump = FeedPump(backend.feed, self._deliver)
        self._connect()
        handlers = {**self.navigation.handlers(), **self._handlers(leave)}
        window.actions_registry.install(window, handlers)

    async def start(self) -> None:
        """Read settings and conversations and show them."""
        window, backend = self._window, self._backend
        window.set_place(await backend.setting(PLACE_KEY, ""))
        theme = await backend.setting(THEME_KEY, Choice.SYSTEM.value)
        if theme in {choice.value for choice in Choice}:
            window.theme.set_choice(Choice(theme))
        window.actions_registry.load(await backend.setting(KEYS_KEY, ""))
        await self.presence.start()
        await self.sidebar.load()
        await self.notifying.start()
        window.emoji.load(await backend.setting(EMOJI_KEY, ""))
        await self.invitations.load()
        await self.files.load()
        self.requests.load()
        window.show_page(window.empty)
        self.network.start()
        self.insight.start()
        if self.account is not None:
            await self.account.start()

    async def close(self) -> None:
        """Store drafts, end all tasks, hear nothing more."""
        self.hush()
        try:
            await self.conversation.finish()
            await self._backend.set_setting(PLACE_KEY, self._window.place())
        except AppError as error:
            log.warning("not all could be stored on the way out: %s", error)
        self.pictures.close()
        self.files.close()
        await self._tasks.close()

    def hush(self) -> None:
        """Hear nothing more and do nothing more by itself."""
        self._pump.close()
        self.flows.stop()
        self.notifying.stop()
        if self.account is not None:
            self.account.stop()
        self.network.stop()
        self.insight.stop()
        self.sidebar.stop()
        self.conversation.drafts.stop()

    def open_room(self, room: RoomId, place: Position | None = None) -> None:
        """Show a conversation."""
        self._tasks.spawn(self.conversation.open(room, place))

    def offer(self, choices: DesktopChoices) -> None:
        """Let the person choose this about the computer."""
        self.flows.desktop = choices
        self._window.offer.startup.setVisible(choices.startup is not None)

    def follow(self, callers: Callers) -> None:
        """Show the link that waits, if there is one."""
        self._tasks.spawn(self.flows.follow(callers))

    def show_error(self, error: Exception) -> None:
        """Say what went wrong, in words; the log has the rest."""
        if not isinstance(error, AppError):
            log.error("an action failed", exc_info=error)
        self._window.trouble.say("", wording.words_for(error), closable=True)

    def _deliver(self, changes: Sequence[Change]) -> None:
        self._window.rooms.apply(changes)
        self.network.apply(changes)
        self.insight.apply(changes)
        self.conversation.apply(changes)
        self.pins.apply(changes)
        self.notifying.apply(changes)
        self.panel.apply(changes)
        self.invitations.apply(changes)
        self.files.apply(changes)
        self.requests.apply(changes)
        self.acquaintance.apply(changes)
        self.standing.apply(changes)
        if self.account is not None:
            self.account.apply(changes)
        for change in changes:
            if isinstance(change, ServerChanged | PersonPictured):
                self._show_profile()
            if isinstance(change, ErrorRaised):
                words = wording.sentence(change.code, change.params)
                self._window.trouble.say("", words, closable=True)

    def _show_profile(self) -> None:
        profile = self._backend.profile
        online, picture = self.network.visible(), profile.picture
        visible = online and self._presence is not Presence.INVISIBLE
        shown = self._presence.name.lower()
        face = Face(profile.peer, profile.name, online=visible, picture=picture, presence=shown)
        self._window.sidebar.set_profile(face)

    def _show_presence(self, state: Presence) -> None:
        self._presence = state
        self._show_profile()

    def _show_pictures(self) -> None:
        for area in self._window.findChildren(QAbstractScrollArea):
            area.viewport().update()

    def _connect_insight(self) -> None:
        person = self.insight.diagnosing.person
        self.network.turned.connect(self._show_profile)
        self.flows.network = self.insight.settings
        self.insight.changed.connect(self.network.look_again)
        self.people.connection, self.people.diagnose = self.insight.connection, person
        self.members.diagnose = person
        self.panel.check = self.insight.diagnosing.room
        WhyAway(
            Desk(self._window, self._backend, self._tasks), self.view, self.conversation, person
        )

    def _connect(self) -> None:
        self._connect_insight()
        self._window.theme.pictured.connect(self._show_pictures)
        window, flows, spawn = self._window, self.flows, self._tasks.spawn
        self.files.deeds.delete = self.menu.delete_one
        self.files.deeds.reactions = self.menu.add_reactions
        self.files.deeds.talk = self.menu.add_talk
        flows.files = self.files.settings
        drawer, header = window.drawer, self.view.header
        self.view.messages.link_activated.connect(self.links.open)
        self.conversation.switched.connect(self._on_switched)
        self.composer.escaped.connect(self.navigation.peel)
        window.offer.startup_asked.connect(lambda: spawn(flows.computer()))
        window.empty.add_contact.clicked.connect(lambda: spawn(flows.join()))
        window.empty.create_room.clicked.connect(lambda: spawn(self.rooms.create()))
        window.empty.nearby.clicked.connect(self.navigation.find_nearby)
        window.sidebar.header.settings.clicked.connect(lambda: spawn(flows.settings()))
        window.sidebar.header.new.clicked.connect(self.navigation.show_new_menu)
        window.sidebar.left_search.connect(self.composer.field.setFocus)
        begin = self.navigation.new_menu
        begin.write_to.triggered.connect(
            lambda: spawn(self.rooms.write_to(begin.others, self.sidebar.open_person))
        )
        begin.create_room.triggered.connect(lambda: spawn(self.rooms.create()))
        begin.join.triggered.connect(lambda: spawn(flows.join()))
        begin.contact.triggered.connect(lambda: spawn(flows.own_contact()))
        drawer.back.clicked.connect(window.panes.fold_overlay)
        header.details_button.clicked.connect(window.panes.toggle_drawer)
        header.back.clicked.connect(lambda: window.panes.show_content(shown=False))
        window.panes.arranged.connect(self._on_arranged)
        window.emoji.changed.connect(
            lambda: spawn(self._backend.set_setting(EMOJI_KEY, window.emoji.dump()))
        )
        window.installEventFilter(self)

    def _handlers(self, leave: Callable[[], object]) -> Mapping[str, Callable[[], object]]:
        window, flows, spawn = self._window, self.flows, self._tasks.spawn
        return {
            "new": self.navigation.new_menu.write_to.trigger,
            "react": self.menu.react_to_current,
            "forward": self.menu.forward_current,
            "pinned": self.pins.show_all,
            "go-to-day": self.dates.open,
            "jump-back": self.view.messages.go_back,
            "emoji": self.completing.pick_emoji,
            "attach": self.files.attaching.choose_files,
            "voice": self.files.media.speaking.begin_or_send,
            "transfers": self.files.lists.open,
            "network": self.insight.open,
            "drawer": window.panes.toggle_drawer,
            "settings": lambda: spawn(flows.settings()),
            "shortcuts": lambda: spawn(flows.shortcuts()),
            "about": lambda: spawn(flows.about()),
            "lock": self._lock,
            "close": leave,
            "minimise": window.showMinimized,
            "quit": leave,
        }

    def _lock(self) -> None:
        if self.account is not None:
            self._tasks.spawn(self.account.lock())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate:
            self.conversation.looked_at()
        return super().eventFilter(watched, event)

    def _on_switched(self, room: RoomId | None) -> None:
        window = self._window
        window.sidebar.select(room)
        window.show_page(window.empty if room is None else self.view)
        window.panes.allow_drawer(room is not None)
        window.panes.show_content(room is not None)

    def _on_arranged(self) -> None:
        self.view.header.back.setVisible(self._window.panes.single)
        self.view.header.details_button.setChecked(self._window.panes.drawer_shown)
        self._window.drawer.back.setVisible(not self._window.panes.docks)
