"""Keeps the details of the open conversation true, and acts on what is asked for there."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.domain.changes import Change, LinkChanged, MemberChanged, RoomChanged
from app.domain.governing import PendingInvite, RoomLink
from app.domain.ids import RoomId
from app.domain.rules import Rule
from app.domain.views import MemberView, RoomKind, RoomSummary
from app.ui import government, phrases
from app.ui.controllers.conversation import ConversationController
from app.ui.controllers.desk import Desk
from app.ui.controllers.flows import DialogFlows
from app.ui.controllers.member_menu import MemberMenu
from app.ui.controllers.room_flows import RoomFlows
from app.ui.controllers.room_menu import RoomMenu
from app.ui.dialogs.forms import FieldSheet, Question
from app.ui.dialogs.room_invite import LINK, PEOPLE
from app.ui.invitation_text import Hint
from app.ui.views.room_facts import RoomFacts

TOPIC_LIMIT = 500
_CUSTOM = "Type a time such as 90 minutes, 12 hours or 3 days; at most 366 days."


async def _nothing(_room: RoomId) -> None:
    """What is shown before anything can be."""


class RoomPanel(QObject):
    """Joins the drawer to what governs the conversation that is open."""

    def __init__(  # noqa: PLR0913, PLR0917 - it joins what each of these does alone
        self,
        desk: Desk,
        conversation: ConversationController,
        dialogs: DialogFlows,
        flows: RoomFlows,
        menu: MemberMenu,
        rooms: RoomMenu,
    ) -> None:
        super().__init__(desk.window)
        self._window, self._backend, self._tasks = desk.window, desk.backend, desk.tasks
        self._drawer, self._people = desk.window.drawer, desk.window.members
        self._conversation, self._dialogs = conversation, dialogs
        self._flows, self._menu, self._rooms = flows, menu, rooms
        self._governance = desk.backend.governance
        self._me = desk.backend.profile.peer
        self.check: Callable[[RoomId], Coroutine[None, None, None]] = _nothing
        """Shows whether a room holds together."""
        self.vanish_menu = QMenu(desk.window)
        self.vanish_menu.setAccessibleName("Messages vanish after")
        conversation.switched.connect(self.show)
        self._connect()

    def apply(self, changes: Sequence[Change]) -> None:
        """Take in what happened in one turn of the loop; the room list has had it before."""
        room = self._conversation.room
        if any(
            (isinstance(change, RoomChanged) and change.summary.room == room)
            or (isinstance(change, MemberChanged) and change.room == room)
            or isinstance(change, LinkChanged)
            for change in changes
        ):
            self.show(room)

    def show(self, room: RoomId | None) -> None:
        """Say what is known of this conversation."""
        summary = None if room is None else self._window.rooms.summary(room)
        if summary is None:
            return
        self._drawer.show_mute(muted=phrases.is_muted(summary, self._window.now()))
        governed = summary.kind is RoomKind.GROUP and summary.standing == "member"
        if not governed:
            self._people.show_invited((), grouped=summary.kind is RoomKind.GROUP)
            self._drawer.info.show_facts(self._bare(summary), self._me)
            return
        invited = self._governance.invited(summary.room)
        self._people.show_invited(invited, grouped=True)
        self._drawer.info.show_facts(self._facts(summary), self._me)

    def _bare(self, summary: RoomSummary) -> RoomFacts:
        known = (summary.kind, summary.name, summary.topic, "", summary.standing)
        direct = summary.kind is RoomKind.DIRECT and summary.standing == "member"
        couriers = tuple(self._governance.couriers(summary.room)) if direct else ()
        return RoomFacts(*known, summary.rules, couriers=couriers)

    def _facts(self, summary: RoomSummary) -> RoomFacts:
        governance, room = self._governance, summary.room
        role, links = governance.own_role(room), tuple(governance.links(room))
        makers = {link.made_by: self._name_of(link) for link in links}
        return RoomFacts(
            summary.kind,
            summary.name,
            summary.topic,
            "" if role is None else role.value,
            summary.standing,
            governance.rules(room),
            links,
            tuple(governance.banned(room)),
            tuple(governance.couriers(room)),
            makers,
        )

    def _name_of(self, link: RoomLink) -> str:
        if link.made_by == self._me:
            return "you"
        member = self._people.member(link.made_by)
        return "somebody" if member is None else member.name

    def _connect(self) -> None:
        drawer, flows = self._drawer, self._flows
        info, spawn = drawer.info, self._with_room
        drawer.invite.clicked.connect(lambda: spawn(lambda room: flows.invite(room, PEOPLE)))
        drawer.add_people.clicked.connect(lambda: spawn(lambda room: flows.invite(room, PEOPLE)))
        drawer.code.clicked.connect(lambda: spawn(lambda room: flows.invite(room, LINK)))
        drawer.mute.clicked.connect(self._on_mute)
        drawer.people.menu_wanted.connect(self._on_menu)
        drawer.people.chosen.connect(self._on_chosen)
        info.rename.clicked.connect(lambda: spawn(self._dialogs.rename_room))
        info.retopic.clicked.connect(lambda: spawn(self._change_topic))
        info.check.clicked.connect(lambda: spawn(self.check))
        info.leave.clicked.connect(lambda: spawn(self._dialogs.leave))
        info.rules.rule_chosen.connect(
            lambda rule, value: spawn(lambda room: self._set(room, rule, value))
        )
        info.rules.vanish_asked.connect(self._choose_vanish)
        info.links.new_asked.connect(lambda: spawn(lambda room: flows.invite(room, LINK)))
        info.links.copy_asked.connect(
            lambda link: QGuiApplication.clipboard().setText(link.code or link.link)
        )
        info.links.code_asked.connect(lambda link: spawn(lambda room: flows.show_link(room, link)))
        info.links.revoke_asked.connect(lambda link: spawn(lambda room: flows.revoke(room, link)))
        info.couriers.add_asked.connect(lambda: spawn(flows.add_courier))
        info.couriers.remove_asked.connect(
            lambda who: spawn(lambda room: flows.remove_courier(room, who))
        )
        info.banned.readmit_asked.connect(lambda who: spawn(lambda room: flows.readmit(room, who)))

    def _with_room(self, flow: Callable[[RoomId], Coroutine[None, None, None]]) -> None:
        if self._conversation.room is not None:
            self._tasks.spawn(flow(self._conversation.room))

    def _on_mute(self) -> None:
        summary, tile = self._conversation.summary(), self._drawer.mute
        if summary is not None:
            self._rooms.open_mutes(summary, tile.mapToGlobal(QPoint(0, tile.height())))

    def _on_menu(self, person: MemberView | PendingInvite, where: QPoint) -> None:
        summary = self._conversation.summary()
        if summary is not None:
            self._menu.show(summary.room, self._role(summary), person, where)

    def _on_chosen(self, row: object) -> None:
        if isinstance(row, MemberView | PendingInvite) and row.peer != self._me:
            deed = government.Deed.PROFILE
            self._with_room(lambda room: self._menu.carry_out(deed, room, row))

    def _role(self, summary: RoomSummary) -> str:
        if summary.kind is not RoomKind.GROUP:
            return ""
        role = self._governance.own_role(summary.room)
        return "" if role is None else role.value

    async def _set(self, room: RoomId, rule: Rule, value: int) -> None:
        try:
            if rule is Rule.VANISH:
                await self._backend.conversations.set_vanish(room, value)
            else:
                await self._governance.set_rule(room, rule, value)
        finally:
            self._drawer.info.forget()  # a switch has moved already: let it show what holds
            self.show(room)

    async def _change_topic(self, room: RoomId) -> None:
        summary = await self._backend.chats.room(room)
        line = "Every member sees it below the name. An empty one takes it away."
        question = Question(
            "Topic", line, "Save", "Topic", text=summary.topic, limit=TOPIC_LIMIT, empty=True
        )
        await self._dialogs.ask(
            FieldSheet(
                self._window.theme,
                self._window,
                self._tasks,
                question,
                lambda text: self._backend.chats.set_topic(room, text),
            )
        )

    def _choose_vanish(self) -> None:
        menu, button = self.vanish_menu, self._drawer.info.rules.vanish
        menu.clear()
        for seconds in government.VANISH_CHOICES:
            self._offer(government.vanish_line(seconds), partial(self._vanish, seconds))
        self._offer("Another time…", self._ask_vanish)
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))
        menu.setActiveAction(menu.actions()[0])

    def _offer(self, words: str, flow: Callable[[RoomId], Coroutine[None, None, None]]) -> None:
        action = self.vanish_menu.addAction(words)
        action.triggered.connect(lambda: self._with_room(flow))

    async def _vanish(self, seconds: int, room: RoomId) -> None:
        await self._set(room, Rule.VANISH, seconds)

    async def _ask_vanish(self, room: RoomId) -> None:
        async def choose(text: str) -> None:
            await self._set(room, Rule.VANISH, government.parse_duration(text) or 0)

        def check(text: str) -> Hint:
            return Hint("" if government.parse_duration(text) else _CUSTOM)

        line = "What is written from now on goes away on every machine so long after it was read."
        question = Question("Messages vanish", line, "Set", "Time", "12 hours", check=check)
        await self._dialogs.ask(
            FieldSheet(self._window.theme, self._window, self._tasks, question, choose)
        )
