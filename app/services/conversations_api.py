"""What a front end may ask about conversations as a whole; a part of `app.services.api`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.domain.ids import EventId, RoomId
from app.domain.views import MessageView, Position


class Conversations(Protocol):
    """Every call about a room may raise AppError("unknown-room"); RoomChanged tells of it.

    What is muted, pinned, archived or marked is known to this machine only.
    """

    async def mute(self, room: RoomId, until_ms: int) -> None:
        """Be quiet until then: Unix ms, 0 for not at all, -1 for ever."""
        ...

    async def pin(self, room: RoomId, on: bool) -> None:
        """Keep it at the top of the list. What is pinned last goes to the end of those."""
        ...

    async def archive(self, room: RoomId, on: bool) -> None:
        """Take it out of the main list; a message of somebody else brings it back if not muted."""
        ...

    async def mark_unread(self, room: RoomId, on: bool = True) -> None:
        """Mark it, until it is read."""
        ...

    async def leave(self, room: RoomId, *, keep: bool) -> None:
        """Leave a group; with `keep` it stays to be read, its standing is "left".

        Any other conversation, and one that was left already, is forgotten, or stays as it is.
        """
        ...

    async def delete_history(self, room: RoomId) -> None:
        """Delete all messages on this machine without leaving; HistoryDeleted tells of it."""
        ...

    async def set_vanish(self, room: RoomId, seconds: int) -> None:
        """Let what is written from now on disappear so long after it was read; 0 for never.

        Raises AppError("bad-rule" | "not-allowed").
        """
        ...

    async def forward(
        self, messages: Sequence[EventId], rooms: Sequence[RoomId], *, named: bool = True
    ) -> None:
        """Write messages again, in their order, to each of `rooms`; `named` says whose they are.

        Raises AppError("unknown-message" | "not-a-message" | "message-deleted" | ...) before
        anything was written.
        """
        ...

    async def pinned(self, room: RoomId) -> Sequence[MessageView]:
        """The pinned messages in the room's order."""
        ...

    async def at_time(self, room: RoomId, time_ms: int) -> Position | None:
        """The first message from that moment on, else the last one; None if there is none."""
        ...

    async def first_mention(self, room: RoomId) -> Position | None:
        """The first unread message that mentions us."""
        ...

    async def picture(self, digest: str) -> bytes:
        """The encoded image that a view's `picture` names: data of a stranger, not to be trusted.

        Raises AppError("unknown-picture").
        """
        ...

    async def set_own_picture(self, image: bytes) -> None:
        """Show this picture of ours in every conversation; b"" takes it away.

        At most 16 KiB of PNG, JPEG or WebP. Raises AppError("picture-too-large" | "bad-picture").
        """
        ...

    async def set_room_picture(self, room: RoomId, image: bytes) -> None:
        """The same for a group. Raises AppError("not-renamable" | "not-allowed") as well."""
        ...
