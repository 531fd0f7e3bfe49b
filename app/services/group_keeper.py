"""Does what follows from a change of who governs a group: keys, doors, links, places."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from app.domain.changes import MemberChanged
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId
from app.domain.room import RoomState
from app.domain.views import RoomKind
from app.protocol.frames import Dismissed, DoorAnswer, TurnedAway, Welcome
from app.services.connection_manager import ConnectionManager
from app.services.conversation import WAITING, Conversation, RoomBook
from app.services.key_rotator import KeyRotator, is_in_charge
from app.services.key_sharer import KeySharer
from app.services.publisher import Publisher
from app.services.room_doorkeeper import RoomDoorkeeper
from app.services.room_entry import RoomEntry
from app.services.room_places import RoomPlaces

LOOK_EVERY = 15.0
"""Seconds after which invitations that have expired are noticed."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeeperParts:
    """What the keeper works with."""

    book: RoomBook
    publisher: Publisher
    manager: ConnectionManager
    rotator: KeyRotator
    sharer: KeySharer
    doorkeeper: RoomDoorkeeper
    entry: RoomEntry
    places: RoomPlaces


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a room was like when we looked at it last."""

    conversation: Conversation = field(repr=False, compare=False)
    state: RoomState
    keys: int
    standing: str


class GroupKeeper:
    """Implements `Door`; watches the logs of groups."""

    def __init__(self, me: PeerId, parts: KeeperParts) -> None:
        self._me = me
        self._parts = parts
        self._book = parts.book
        self._due: set[RoomId] = set()
        self._wake = asyncio.Event()
        self._seen: dict[RoomId, _Seen] = {}

    @property
    def rotator(self) -> KeyRotator:
        return self._parts.rotator

    @property
    def sharer(self) -> KeySharer:
        return self._parts.sharer

    # -- Door

    def asked(self, peer: PeerId, room: RoomId, key: bytes) -> None:
        conversation = self._book.find(room)
        if conversation is not None:
            self._soon(self._parts.doorkeeper.asked(conversation, peer, key))

    def answered(self, peer: PeerId, frame: DoorAnswer) -> None:
        log.debug("%s answers %s", peer.hex()[:8], type(frame).__name__)
        match frame:
            case Welcome():
                self._soon(self._welcomed(peer, frame))
            case Dismissed():
                self._soon(self._dismissed(peer, frame))
            case TurnedAway():
                self._soon(self._turned_away(frame, self._token(frame)))

    def _soon(self, work: Coroutine[None, None, None]) -> None:
        if self._parts.publisher.background.is_open:
            task = self._parts.publisher.background.spawn(_patiently(work))
            # One that is cancelled before its first step would leave `work` unawaited.
            task.add_done_callback(lambda _: work.close())
        else:
            work.close()

    async def _welcomed(self, peer: PeerId, frame: Welcome) -> None:
        conversation = await self._parts.entry.welcomed(frame)
        if conversation is not None:
            await self.look_at(conversation)
        else:
            await self._parts.sharer.take(peer, frame)

    async def _dismissed(self, peer: PeerId, frame: Dismissed) -> None:
        conversation = await self._parts.entry.dismissed(frame)
        if conversation is not None and not self._is_heard_elsewhere(conversation, peer):
            await self._parts.entry.set_standing(conversation, "removed")
            name = conversation.name_of(self._me, self._parts.publisher.names)
            told = MemberChanged(conversation.room, self._me, name, "removed")
            self._parts.publisher.feed.publish(told)
            await self.look_at(conversation)

    def _is_heard_elsewhere(self, conversation: Conversation, peer: PeerId) -> bool:
        """Tell whether somebody else in charge, who tells us all, still takes us for a member.

        Who dismisses us may have been put out itself, without our having heard of it.
        """
        manager = self._parts.manager
        others = (link.peer for link in manager.links() if conversation.room in link.rooms)
        return any(is_in_charge(conversation, other) for other in others if other != peer)

    def _token(self, frame: TurnedAway) -> bytes | None:
        """Return by what we ask to be let in now."""
        conversation = self._book.find(RoomId(frame.room))
        return conversation.secrets.get(WAITING) if conversation is not None else None

    async def _turned_away(self, frame: TurnedAway, token: bytes | None) -> None:
        if token != self._token(frame):
            return  # we have asked by another one since
        conversation = await self._parts.entry.turned_away(frame)
        if conversation is not None:
            await self.look_at(conversation)
            self._parts.publisher.room_changed(conversation.room)

    # -- watching

    def log_grew(self, room: RoomId, vector: Mapping[PeerId, int]) -> None:
        """What governs the room may have changed."""
        del vector
        conversation = self._book.find(room)
        if conversation is not None and self._has_changed(conversation):
            self._look_soon(room)

    def _look_soon(self, room: RoomId) -> None:
        self._due.add(room)
        self._wake.set()

    def _has_changed(self, conversation: Conversation) -> bool:
        if conversation.kind is not RoomKind.GROUP:
            return False
        seen = self._last(conversation)
        return seen is None or seen.state is not conversation.state

    def _last(self, conversation: Conversation) -> _Seen | None:
        """Return what a room was like, unless it was forgotten since then."""
        seen = self._seen.get(conversation.room)
        return seen if seen is not None and seen.conversation is conversation else None

    async def run(self) -> None:
        """Work until cancelled."""
        loop = asyncio.get_running_loop()
        look_at = loop.time()
        while True:
            if loop.time() >= look_at:
                self._due.update(room.room for room in self._book if room.kind is RoomKind.GROUP)
                look_at = loop.time() + LOOK_EVERY
            due, self._due = self._due, set()
            for room in due:
                conversation = self._book.find(room)
                if conversation is not None:
                    await _patiently(self.look_at(conversation))
            with suppress(TimeoutError):
                async with asyncio.timeout_at(look_at):
                    await self._wake.wait()
            self._wake.clear()

    async def look_at(self, conversation: Conversation) -> None:
        """Bring keys, doors, links and places of a group in step with its state."""
        parts = self._parts
        await parts.rotator.learn(conversation)
        if await parts.sharer.try_again(conversation):
            await parts.rotator.learn(conversation)
        await parts.entry.finish(conversation)
        if not conversation.is_outside:
            await parts.entry.note(conversation, None)
        await self._note_standing(conversation)
        await self._show_out(conversation)
        parts.places.refresh(conversation)
        parts.manager.room_changed(conversation.room)
        parts.sharer.share(conversation)
        keys, standing = len(conversation.keys), conversation.standing
        seen = _Seen(conversation, conversation.state, keys, standing)
        before = self._last(conversation)
        self._seen[conversation.room] = seen
        if before is None or before != seen:
            parts.publisher.room_changed(conversation.room)
        wait = await parts.rotator.rotate_if_needed(conversation)
        if wait is not None:
            asyncio.get_running_loop().call_later(wait, self._look_soon, conversation.room)

    async def _note_standing(self, conversation: Conversation) -> None:
        removed = self._me in conversation.state.governance.removals
        standing = conversation.record.standing
        if removed and standing == "member":
            await self._parts.entry.set_standing(conversation, "removed")
        elif standing == "removed" and not removed and self._was_let_in(conversation):
            await self._parts.entry.set_standing(conversation, "member")

    def _was_let_in(self, conversation: Conversation) -> bool:
        """Tell whether we have joined again since we were dismissed."""
        before = self._last(conversation)
        was_out = before is not None and before.state.role_of(self._me) is None
        return was_out and conversation.state.role_of(self._me) is not None

    async def _show_out(self, conversation: Conversation) -> None:
        """Close the room to those who are no members any more."""
        before = self._last(conversation)
        if before is None:
            return
        state, manager = conversation.state, self._parts.manager
        for peer in before.state.members:
            if before.state.role_of(peer) is None or state.role_of(peer) is not None:
                continue
            await self._parts.doorkeeper.dismiss(conversation, peer)
            link = manager.live(peer)
            if link is not None and peer != self._me:
                link.withdraw(conversation.room)


async def _patiently(work: Coroutine[None, None, None]) -> None:
    """What fails, of a full disk perhaps, is done again at the next look."""
    try:
        await work
    except AppError as error:
        log.warning("%s", error)
