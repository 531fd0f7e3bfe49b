"""Writes what governs a group, if we may, and does at once what follows from it."""

from __future__ import annotations

from app.domain.entitlement import may
from app.domain.errors import AppError
from app.domain.events import Governing
from app.domain.ids import PeerId, RoomId, to_text
from app.domain.views import RoomKind
from app.services.clocks import WallClock
from app.services.conversation import Conversation, RoomBook
from app.services.group_keeper import GroupKeeper
from app.services.key_rotator import KeyRotator
from app.services.me import Me
from app.services.room_logs import RoomLogs


class GroupActs:
    def __init__(self, me: Me, book: RoomBook, logs: RoomLogs, keeper: GroupKeeper) -> None:
        self.me = me
        self.book = book
        self._logs = logs
        self._keeper = keeper

    @property
    def wall(self) -> WallClock:
        return self._logs.wall

    @property
    def _rotator(self) -> KeyRotator:
        return self._keeper.rotator

    def group(self, room: RoomId) -> Conversation:
        """Raises AppError("unknown-room" | "not-a-group")."""
        conversation = self.book.listed(room)
        if conversation.kind is not RoomKind.GROUP:
            raise AppError("not-a-group", {"room": to_text(room)})
        return conversation

    def check(self, conversation: Conversation, body: Governing) -> None:
        """Raise AppError("not-allowed" | "room-waiting" | "room-refused") if it has no effect."""
        _check_inside(conversation)
        if not may(conversation.state, self.me.peer, body):
            raise AppError("not-allowed", {"room": to_text(conversation.room)})

    def check_charge(self, conversation: Conversation) -> None:
        """Raise AppError if we are neither owner nor admin.

        Its code is "not-allowed", "room-waiting" or "room-refused".
        """
        _check_inside(conversation)
        if not self._rotator.is_in_charge(conversation):
            raise AppError("not-allowed", {"room": to_text(conversation.room)})

    async def write(self, conversation: Conversation, body: Governing) -> None:
        """Raises AppError as `check` does."""
        self.check(conversation, body)
        await self._logs.append(conversation.room, body)
        await self._keeper.look_at(conversation)

    async def write_and_rekey(
        self, conversation: Conversation, body: Governing, *without: PeerId
    ) -> None:
        """The same, with a new key for all members but `without`, if we are in charge."""
        self.check(conversation, body)
        if self._rotator.is_in_charge(conversation):
            rekeyed = self._rotator.rotation(conversation, *without)
            await self._logs.append(conversation.room, body, rekeyed)
        else:
            await self._logs.append(conversation.room, body)
        await self._keeper.look_at(conversation)

    async def hide_history(self, conversation: Conversation) -> None:
        """Make sure that whoever is let in from now on reads nothing older, if that is the rule."""
        await self._rotator.hide_history(conversation)


def _check_inside(conversation: Conversation) -> None:
    if conversation.standing in {"waiting", "refused"}:
        conversation.check_standing()
