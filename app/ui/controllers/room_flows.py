"""Rooms made, people let in, links made and taken back: each from its dialog to its effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import astuple

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog

from app.domain.couriers import CourierView
from app.domain.errors import AppError
from app.domain.governing import Banned, RoomLink
from app.domain.ids import PeerId, RoomId
from app.domain.rules import NO_RULES, Rule
from app.domain.views import PersonView, RoomInvitation, RoomKind
from app.protocol.invitation import ContactInvite, looks_like_invite, parse
from app.ui import government
from app.ui.controllers.desk import Desk
from app.ui.dialogs.create_room import CreateRoomSheet, NewRoom
from app.ui.dialogs.forms import ConfirmSheet, Question
from app.ui.dialogs.invite import InviteSheet
from app.ui.dialogs.people_picker import Search
from app.ui.dialogs.room_invite import LINK, PEOPLE, Doorway, RoomInviteSheet
from app.ui.dialogs.write_to import WriteToSheet
from app.ui.models.candidates import Candidate
from app.ui.phrases import one_line

LINK_LINE = "Anybody who has this can join, until it is taken back."
_REVOKE = (
    "Nobody gets in by it any more. The room's key changes, so that whoever kept the link and never"
    " joined can read nothing new."
)
_DISMISS = "It is given nothing new. What it holds, nobody can read without the room's key."
COURIER = "Add a courier"
_ALREADY = "Invited already"
_BANNED = "Banned from this room"

Ask = Callable[[QDialog], Awaitable[bool]]


class RoomFlows(QObject):
    """Each public coroutine is one thing that a person does about a room."""

    def __init__(self, desk: Desk, ask: Ask, opener: Callable[[RoomId], object]) -> None:
        super().__init__(desk.window)
        self._window, self._backend, self._tasks = desk.window, desk.backend, desk.tasks
        self._theme, self._ask, self._opener = desk.window.theme, ask, opener
        self._governance = desk.backend.governance

    async def create(self) -> None:
        """Ask for a room, make it, open it, show how to get in."""
        made: list[RoomId] = []

        async def make(wanted: NewRoom) -> None:
            if not made:  # what follows may fail, and be tried again
                made.append((await self._backend.chats.create_room(wanted.name)).room)
            await self._furnish(made[0], wanted)

        sheet = CreateRoomSheet(self._theme, self._window, self._tasks, self._search(None), make)
        accepted = await self._ask(sheet)
        if made:
            self._opener(made[0])
        if accepted and not sheet.picker.chosen():
            await self.invite(made[0], LINK)

    async def write_to(
        self, others: Sequence[QAction], chosen: Callable[[PersonView], object]
    ) -> None:
        """Ask whom to write to; `others` are what else may be begun."""
        search = self._search(None)
        sheet = WriteToSheet(self._theme, self._window, self._tasks, search, others)
        sheet.chosen.connect(lambda one: chosen(PersonView(one.peer, one.name, one.online)))
        await self._ask(sheet)

    async def invite(self, room: RoomId, page: int = PEOPLE) -> None:
        """Let people in by name, or by a link or a code."""
        name = (await self._backend.chats.room(room)).name
        links = self._governance.links(room)
        sheet = RoomInviteSheet(
            self._theme, self._window, self._tasks, f"Invite to {name}", self._doorway(room), links
        )
        sheet.show_page(page)
        await self._ask(sheet)

    async def show_link(self, room: RoomId, link: RoomLink) -> None:
        """Show one link with its code and QR code."""
        name = (await self._backend.chats.room(room)).name
        invitation = RoomInvitation(room, link.link, link.code)
        title = f"{government.link_title(link)} of {name}"
        await self._ask(InviteSheet(self._theme, self._window, title, invitation, LINK_LINE))

    async def revoke(self, room: RoomId, link: RoomLink) -> None:
        """Take a link back, after asking."""
        title = f"Revoke the {government.link_title(link).lower()}?"
        question = Question(title, _REVOKE, "Revoke")
        if await self._ask(ConfirmSheet(self._theme, self._window, question)):
            await self._governance.revoke(room, link.id)

    async def readmit(self, room: RoomId, who: Banned) -> None:
        """Lift a ban."""
        await self._governance.readmit(room, who.peer)

    async def add_courier(self, room: RoomId) -> None:
        """Ask who is to keep the sealed messages of a room, and say so there."""
        chosen: list[Candidate] = []
        prompt = "Name or contact link of a courier"
        sheet = WriteToSheet(
            self._theme, self._window, self._tasks, self._courier_search(room), (), COURIER, prompt
        )
        sheet.chosen.connect(chosen.append)
        await self._ask(sheet)
        for one in chosen:
            await self._governance.add_courier(room, one.peer, one.name)

    async def remove_courier(self, room: RoomId, courier: CourierView) -> None:
        """Ask, and have a courier keep nothing more."""
        title = f"Remove the courier {one_line(courier.name)}?"
        question = Question(title, _DISMISS, "Remove")
        if await self._ask(ConfirmSheet(self._theme, self._window, question)):
            await self._governance.remove_courier(room, courier.peer)

    def _courier_search(self, room: RoomId) -> Search:
        """Look for somebody by name, or take whom a contact link names."""
        by_name = self._search(None)

        async def search(query: str) -> Sequence[Candidate]:
            if not looks_like_invite(query):
                members = {each.peer for each in await self._backend.chats.members(room)}
                return [each for each in await by_name(query) if each.peer not in members]
            try:
                found = parse(query)
            except AppError:  # it is still being typed
                return ()
            if not isinstance(found, ContactInvite):
                return ()
            return [Candidate(found.peer, found.name)]

        return search

    def _doorway(self, room: RoomId) -> Doorway:
        governance = self._governance

        async def invite(people: Sequence[PeerId]) -> None:
            for peer in people:
                await governance.invite(room, peer)

        return Doorway(
            self._search(room),
            invite,
            lambda until: governance.make_link(room, until),
            lambda link: governance.revoke(room, link.id),
            self._window.now,
        )

    async def _furnish(self, room: RoomId, wanted: NewRoom) -> None:
        """Give a new room its topic and rules, and invite people to it."""
        if wanted.topic:
            await self._backend.chats.set_topic(room, wanted.topic)
        usual = astuple(NO_RULES)
        for rule, value, before in zip(Rule, astuple(wanted.rules), usual, strict=True):
            if value != before:
                await self._governance.set_rule(room, rule, int(value))
        there = {each.peer for each in self._governance.invited(room)}
        for peer in wanted.people:
            if peer not in there:
                await self._governance.invite(room, peer)

    def _search(self, room: RoomId | None) -> Search:
        """Look for people who are not in this room; in none yet for None."""

        async def search(query: str) -> Sequence[Candidate]:
            notes, members = await self._known(room)
            found = [
                Candidate(
                    each.peer,
                    each.alias or each.name,
                    each.name if each.alias else "",
                    each.online,
                    notes.get(each.peer, ""),
                )
                for each in await self._backend.contacts.find(query)
                if each.state != "blocked" and each.peer not in members
            ]
            asked = query.strip().casefold()
            talked = (
                Candidate(peer, summary.name, note=notes.get(peer, ""))
                for summary in self._window.rooms.conversations()
                if summary.kind is RoomKind.DIRECT
                and (peer := summary.peer) is not None
                and peer not in members
                and any(word.startswith(asked) for word in summary.name.casefold().split())
            )
            return [*found, *talked]

        return search

    async def _known(self, room: RoomId | None) -> tuple[dict[PeerId, str], set[PeerId]]:
        """Who cannot be chosen, with the reason, and who is in already."""
        me = self._backend.profile.peer
        if room is None:
            return {}, {me}
        members = {member.peer for member in await self._backend.chats.members(room)}
        notes = {each.peer: _ALREADY for each in self._governance.invited(room)}
        notes |= {each.peer: _BANNED for each in self._governance.banned(room)}
        return notes, members | {me}
