"""Keeps us from forking our own log when this disk has less of it than others have.

That is so after an old copy of the profile was put back, and in a room that we had forgotten.
"""

from __future__ import annotations

import asyncio

from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId, to_text
from app.services.conversation import Conversation

PATIENCE = 5.0


class CatchUp:
    """Holds our writing back while members have more of our log than this disk.

    What we know ourselves is waited for until it comes. For what a member says, once in vain is
    enough: whoever claims what it never sends delays us one time in each room.
    """

    def __init__(self, me: PeerId) -> None:
        self._me = me
        self._claimed: dict[RoomId, int] = {}
        self._given_up: set[RoomId] = set()
        self._grew = asyncio.Event()

    def claim(self, conversation: Conversation, seq: int) -> None:
        """A member says that it has our events up to `seq`."""
        room = conversation.room
        if seq > max(self._own(conversation), self._claimed.get(room, 0)):
            self._claimed[room] = seq

    def is_behind(self, conversation: Conversation) -> bool:
        room, own = conversation.room, self._own(conversation)
        claimed = 0 if room in self._given_up else self._claimed.get(room, 0)
        return own < max(conversation.remembered, claimed)

    def grew(self) -> None:
        """Some log has grown."""
        self._grew.set()
        self._grew.clear()

    async def wait(self, conversation: Conversation) -> None:
        """Return once nothing of our log is known to be missing.

        Raises AppError("log-behind") if that takes too long and writing now would fork our log.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while self.is_behind(conversation):
                    await self._grew.wait()
        except TimeoutError as error:
            self._given_up.add(conversation.room)
            if self.is_behind(conversation):
                raise AppError("log-behind", {"room": to_text(conversation.room)}) from error

    def _own(self, conversation: Conversation) -> int:
        return conversation.vector.get(self._me, 0)
