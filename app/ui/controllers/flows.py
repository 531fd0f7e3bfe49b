"""What dialogs lead to: rooms made, joined, left; names and settings changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from app.domain.contacts import ContactView
from app.domain.ids import RoomId
from app.domain.views import RoomInvitation, RoomKind
from app.services.privacy import READS_SETTING, TYPING_SETTING
from app.ui.controllers.desk import Desk
from app.ui.controllers.notifying import NotifyController
from app.ui.desktop.callers import Callers
from app.ui.desktop.choices import DesktopChoices
from app.ui.dialogs.base import ask
from app.ui.dialogs.blocked import BlockedSheet
from app.ui.dialogs.computer import ComputerSheet
from app.ui.dialogs.forms import FieldSheet, Question
from app.ui.dialogs.ice_servers import IceServersSheet
from app.ui.dialogs.invite import InviteSheet
from app.ui.dialogs.leave import LEAVE, LeaveSheet, away
from app.ui.dialogs.link import LinkSheet
from app.ui.dialogs.settings import STYLES, SettingsSheet
from app.ui.dialogs.shortcuts import ShortcutSheet
from app.ui.dialogs.updates import UpdatesSheet
from app.ui.invitation_text import hint_for
from app.ui.theme import Choice

THEME_KEY, KEYS_KEY, LISTED_KEY = "theme", "shortcuts", "profile.listed"
INVITE_LIMIT = 500
_CONTACT_LINE = "Whoever has this link can write to you."


async def nothing() -> None:
    """What is done where nothing can be."""


class DialogFlows(QObject):
    """Each public coroutine is one dialog from opening to its effect."""

    def __init__(
        self,
        desk: Desk,
        opener: Callable[[RoomId], object],
        renamed: Callable[[], object],
    ) -> None:
        super().__init__(desk.window)
        self._window, self._backend, self._tasks = desk.window, desk.backend, desk.tasks
        self._opener, self._renamed = opener, renamed
        self._theme = desk.window.theme
        self._open: QDialog | None = None
        self._free = asyncio.Event()
        self._free.set()
        self._stopped = self._following = False
        self.account: Callable[[], Awaitable[object]] = nothing
        """What the settings' way to the account leads to."""
        self.notifying: NotifyController | None = None
        self.files: Callable[[], Awaitable[object]] | None = None
        """What the settings' way to files leads to, if there is one."""
        self.network: Callable[[], Awaitable[object]] | None = None
        """What the settings' way to the network leads to, if there is one."""
        self.desktop = DesktopChoices()
        """What can be chosen about this computer."""

    async def join(self) -> None:
        """Ask for a link or a code and follow it."""
        joined: list[RoomId] = []

        async def join(text: str) -> None:
            joined.append(await self._backend.chats.join(text))

        question = Question(
            "Join or add a contact",
            "Paste a parlor: link, or type the words of a room code.",
            "Join",
            "Link or room code",
            "parlor:…  or  word-word-word-word-word-word",
            limit=INVITE_LIMIT,
            check=hint_for,
        )
        if await self.ask(self._field_sheet(question, join)):
            self._opener(joined[0])

    async def follow(self, callers: Callers) -> None:
        """Show the link that waits as soon as no other dialog is open, and follow it after a yes.

        One that the person has not answered, for the profile was locked, waits on.
        """
        if self._following:
            return
        self._following = True
        try:
            while (link := callers.link) and not self._stopped:
                while self._open is not None:
                    await self._free.wait()
                await self._show_link(link)
                if not self._stopped:
                    callers.answered(link)
        finally:
            self._following = False

    async def _show_link(self, link: str) -> None:
        joined: list[RoomId] = []

        async def follow(text: str) -> None:
            joined.append(await self._backend.chats.join(text))

        if await self.ask(LinkSheet(self._theme, self._window, self._tasks, link, follow)):
            self._opener(joined[0])

    async def own_contact(self) -> None:
        """Show our contact link."""
        profile = self._backend.profile
        invitation = RoomInvitation(RoomId(b""), profile.contact_link, "")
        await self._show_invitation("My contact link", invitation, _CONTACT_LINE)

    async def rename_room(self, room: RoomId) -> None:
        """Ask for another name of a room."""
        summary = await self._backend.chats.room(room)
        line = "Every member sees the new name."
        question = Question("Rename the room", line, "Rename", "Room name", text=summary.name)

        def rename(name: str) -> Awaitable[object]:
            return self._backend.chats.rename(room, name)

        await self.ask(self._field_sheet(question, rename))

    async def leave(self, room: RoomId) -> None:
        """Ask whether to leave a conversation, or to delete what is left of it, and do that."""
        summary = await self._backend.chats.room(room)
        member = summary.kind is RoomKind.GROUP and summary.standing == "member"
        sheet = LeaveSheet(
            self._theme, self._window, summary.name, LEAVE if member else away(summary)
        )
        if await self.ask(sheet):
            await self._backend.conversations.leave(room, keep=member and sheet.keeps)

    async def rename_profile(self) -> None:
        """Ask for our name."""
        name = self._backend.profile.name
        question = Question("My name", "This is how others see you.", "Save", "My name", text=name)
        await self.ask(self._field_sheet(question, self._backend.rename_profile))
        self._renamed()

    async def settings(self) -> None:
        """Show the settings; each takes effect at once."""
        listed = await self._backend.setting(LISTED_KEY, "yes") == "yes"
        network, profile = self._backend.network, self._backend.profile
        sheet = SettingsSheet(self._theme, self._window, network, self._tasks, profile)
        sheet.listed.setChecked(listed)
        for switch, chosen, key in (
            (sheet.reads, sheet.reads_chosen, READS_SETTING),
            (sheet.typing, sheet.typing_chosen, TYPING_SETTING),
        ):
            switch.setChecked(await self._backend.setting(key, "yes") == "yes")
            chosen.connect(lambda on, key=key: self._store(key, "yes" if on else "no"))
        if self.notifying is not None:
            sheet.notes.choose(STYLES.index(self.notifying.style))
            sheet.note_style_chosen.connect(self.notifying.choose)
        then: list[Callable[[], Awaitable[object]]] = []

        def leave_for(flow: Callable[[], Awaitable[object]]) -> None:
            then.append(flow)
            sheet.accept()

        sheet.theme_chosen.connect(self._choose_theme)
        sheet.listed_chosen.connect(lambda on: self._store(LISTED_KEY, "yes" if on else "no"))
        sheet.name_asked.connect(lambda: leave_for(self.rename_profile))
        sheet.shortcuts_asked.connect(lambda: leave_for(self.shortcuts))
        sheet.about_asked.connect(lambda: leave_for(self.about))
        sheet.account_asked.connect(lambda: leave_for(self.account))
        sheet.blocked_asked.connect(lambda: leave_for(self.blocked))
        sheet.helpers_asked.connect(lambda: leave_for(self.helpers))
        sheet.updates_asked.connect(lambda: leave_for(self.updates))
        if self.files is not None:
            sheet.files.show()
            sheet.files_asked.connect(lambda files=self.files: leave_for(files))
        if self.network is not None:
            sheet.network.show()
            sheet.network_asked.connect(lambda network=self.network: leave_for(network))
        sheet.computer.setVisible(bool(self.desktop))
        sheet.computer_asked.connect(lambda: leave_for(self.computer))
        await self.ask(sheet)
        for flow in then:
            await flow()

    async def computer(self) -> None:
        """Show what this computer does with the program by itself."""
        await self.ask(ComputerSheet(self._theme, self._window, self._tasks, self.desktop))

    async def helpers(self) -> None:
        """Show the servers that help to connect, and take what is changed there."""
        await self.ask(
            IceServersSheet(self._theme, self._window, self._backend.network, self._tasks)
        )

    async def blocked(self) -> None:
        """Show who was blocked."""
        contacts = self._backend.contacts

        def blocked() -> list[ContactView]:
            return [each for each in contacts.all() if each.state == "blocked"]

        sheet = BlockedSheet(self._theme, self._window, self._tasks, blocked, contacts.unblock)
        await self.ask(sheet)

    async def shortcuts(self) -> None:
        """Show all keys, and store what is changed there."""
        actions = self._window.actions_registry
        sheet = ShortcutSheet(self._theme, self._window, actions)
        sheet.rebound.connect(lambda: self._store(KEYS_KEY, actions.dump()))
        await self.ask(sheet)

    async def updates(self) -> None:
        """Show where is asked for newer versions, and ask there if the person wants it."""
        updates = self._backend.updates
        source = await updates.source()
        await self.ask(UpdatesSheet(self._theme, self._window, self._tasks, updates, source))

    async def about(self) -> None:
        """Show the version, the licence and what the program is made of."""
        from app.services.notices import load_notices  # noqa: PLC0415 - a start does without
        from app.ui.dialogs.about import AboutSheet  # noqa: PLC0415 - same

        sheet = AboutSheet(self._theme, self._window, self._tasks, load_notices)
        sheet.updates_asked.connect(sheet.accept)
        sheet.updates_asked.connect(lambda: self._tasks.spawn(self.updates()))
        await self.ask(sheet)

    def close_open(self) -> None:
        """Close the dialog that is open, if any."""
        if self._open is not None:
            self._open.reject()

    def stop(self) -> None:
        """Close the dialog that is open, and show no more links."""
        self._stopped = True
        self.close_open()

    async def ask(self, sheet: QDialog) -> bool:
        """Open a sheet in the place of one that is open; whether it was accepted."""
        self.close_open()
        self._open = sheet
        self._free.clear()
        try:
            return await ask(sheet)
        finally:
            if self._open is sheet:
                self._open = None
                self._free.set()

    async def _show_invitation(self, title: str, invitation: RoomInvitation, line: str) -> None:
        await self.ask(InviteSheet(self._theme, self._window, title, invitation, line))

    def _field_sheet(
        self, question: Question, deed: Callable[[str], Awaitable[object]]
    ) -> FieldSheet:
        return FieldSheet(self._theme, self._window, self._tasks, question, deed)

    def _choose_theme(self, choice: Choice) -> None:
        self._theme.set_choice(choice)
        self._store(THEME_KEY, choice.value)

    def _store(self, key: str, value: str) -> None:
        self._tasks.spawn(self._backend.set_setting(key, value))
