"""From records to conversations: opens rooms in memory, on servers and on links."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from weakref import WeakValueDictionary

from app.crypto.room_keys import room_id
from app.domain.delivery import DeliveryTracker, MemberMarks
from app.domain.errors import AppError
from app.domain.ids import PeerId, RoomId, to_text
from app.domain.views import RoomKind
from app.services import refusals
from app.services.connection_manager import ConnectionManager
from app.services.conversation import WAITING, Conversation, RoomBook
from app.services.publisher import Publisher
from app.services.refusals import Refusal
from app.services.room_places import RoomPlaces
from app.storage.records import Remains, RoomRecord
from app.storage.store import Store


def new_record(
    kind: RoomKind, secret: bytes, peer: PeerId | None = None, *, joined: bool = True
) -> RoomRecord:
    """Return the record of a room that begins with `secret`."""
    return RoomRecord(room_id(secret), kind, {0: secret}, peer, joined)


class RoomOpener:
    def __init__(
        self,
        store: Store,
        book: RoomBook,
        publisher: Publisher,
        places: RoomPlaces,
        manager: ConnectionManager,
    ) -> None:
        self._store = store
        self._book = book
        self.publisher = publisher
        self._places = places
        self._manager = manager
        self._locks: WeakValueDictionary[RoomId, asyncio.Lock] = WeakValueDictionary()

    async def load_all(self) -> None:
        """Open every stored room, before any server or link is there."""
        for record in await self._store.rooms.all():
            self._book.add(await self._conversation(record))

    async def _conversation(self, record: RoomRecord) -> Conversation:
        marks = await self._store.marks.load(record.room)
        members = {
            peer: MemberMarks(dict(one.stored), dict(one.read))
            for peer, one in marks.members.items()
        }
        tracker = DeliveryTracker(self.publisher.me, members, marks.sent)
        tracker.mark_read_here(await self._store.marks.read_here(record.room, self.publisher.me))
        state = await self._store.log.state(record.room)
        vector = await self._store.log.vector(record.room)
        conversation = Conversation(record, state, vector, tracker, aliases=self.publisher.aliases)
        if self.publisher.me not in vector:
            known = await self._store.settings.get(_remembered(record.room), "0")
            conversation.remembered = int(known)
        if record.kind is RoomKind.GROUP and not state.name:
            conversation.called = await self._store.settings.get(_called(record.room), "")
        if record.kind is RoomKind.GROUP:
            conversation.refusal = await refusals.load(self._store.settings, record.room)
        tracker.set_others(conversation.others(self.publisher.me))
        return conversation

    async def add(self, record: RoomRecord) -> Conversation:
        """Store a new room and open it everywhere. A room that is open already is returned."""
        async with self._turn(record.room):
            known = self._book.find(record.room)
            if known is not None:
                return known
            await self._store.rooms.add(record)
            conversation = await self._conversation(record)
            self._book.add(conversation)
        self._manager.room_added(record.room)
        return conversation

    def _turn(self, room: RoomId) -> asyncio.Lock:
        """Opening and forgetting the same room take turns."""
        lock = self._locks.get(room)
        if lock is None:
            self._locks[room] = lock = asyncio.Lock()
        return lock

    async def announce(self, conversation: Conversation) -> None:
        """Meet the other members on the servers. Slow or failing servers are not waited for."""
        peer = conversation.record.peer
        blocked = peer is not None and self._manager.contacts.is_blocked(peer)
        if conversation.kind is not RoomKind.NOTES and not blocked:
            self._places.announce(conversation)
        self.publisher.room_changed(conversation.room)

    async def ask(self, conversation: Conversation, token: bytes, name: str) -> None:
        """Ask to be let into a room by a token from now on."""
        await self._store.rooms.add_epoch(conversation.room, WAITING, token)
        if name:
            conversation.called = name
            await self._store.settings.set(_called(conversation.room), name)
        if not conversation.record.joined:
            await self.set_joined(conversation, joined=True)
        is_known = conversation.secrets.get(WAITING) == token
        # Nothing is awaited from here to the refusal: words about the last token may still come.
        conversation.know(WAITING, token)
        conversation.withdrawn = False
        self._manager.room_added(conversation.room)
        if is_known:
            await self.knock_anew(conversation)
        else:
            await self._set_refusal(conversation, None)

    async def knock_anew(self, conversation: Conversation) -> None:
        """Look for members now by what was of no use before; it may be otherwise today."""
        known = conversation.refusal
        if known is not None:
            await self._set_refusal(conversation, Refusal(known.reason, self._places.now_ms()))

    async def _set_refusal(self, conversation: Conversation, refusal: Refusal | None) -> None:
        if conversation.refusal != refusal:
            conversation.refusal = refusal
            await refusals.save(self._store.settings, conversation.room, refusal)

    async def set_joined(self, conversation: Conversation, joined: bool) -> None:
        """Show the room from now on, or hide it."""
        conversation.record = replace(conversation.record, joined=joined)
        await self._store.rooms.set_joined(conversation.room, joined)

    async def set_standing(self, conversation: Conversation, standing: str) -> None:
        """Note what we are in the room now: member, left or removed."""
        conversation.record = replace(conversation.record, standing=standing)
        conversation.withdrawn = False
        await self._store.rooms.set_standing(conversation.room, standing)
        self.publisher.room_changed(conversation.room)

    async def come_back(self, conversation: Conversation) -> None:
        """Be a member again of a room that was left and kept."""
        was_silent = conversation.withdrawn
        if conversation.record.standing != "member":
            await self.set_standing(conversation, "member")
        if was_silent:
            self._manager.room_added(conversation.room)

    def withdraw(self, conversation: Conversation) -> None:
        """Speak no more of a room that stays to be read."""
        if not conversation.withdrawn:
            conversation.withdrawn = True
            self._manager.room_removed(conversation.room)
            self._places.leave(conversation.room)

    async def remove(self, room: RoomId, *, for_good: bool = False) -> None:
        """Forget a room and everything in it; `for_good`: even if others bring it back.

        Raises AppError if the disk fails; nothing has changed then.
        """
        async with self._turn(room):
            conversation = self._book.find(room)
            if conversation is None:
                return
            self._book.remove(room)
            self._manager.room_removed(room)
            forgetting = asyncio.ensure_future(self._forget(conversation, for_good))
            forgetting.add_done_callback(_taken_note_of)
            await asyncio.shield(forgetting)
        self._places.leave(conversation.room)

    async def _forget(self, conversation: Conversation, for_good: bool) -> None:
        """Delete everything but what must not come back, and how much of our log others have."""
        me, room = self.publisher.me, conversation.room
        known = max(map(conversation.tracker.reported, conversation.others(me)), default=0)
        settings = {_remembered(room): str(known)} if known else {}
        if conversation.refusal is not None:
            settings[refusals.setting(room)] = ""
        remains = Remains((me, known), for_good, settings)

        def tell() -> None:
            if conversation.record.joined:
                self.publisher.room_removed(room)

        try:
            await self._store.rooms.remove(room, remains, tell)
        except AppError as error:
            if error.code not in {"unknown-room", "database-closed"}:
                self._book.add(conversation)
                self._manager.room_added(room)
            raise


def _taken_note_of(task: asyncio.Task[None]) -> None:
    """Whoever waited may have been cancelled; a database that is closed then is no news."""
    if not task.cancelled():
        task.exception()


def _called(room: RoomId) -> str:
    return f"room.{to_text(room)}.called"


def _remembered(room: RoomId) -> str:
    return f"room.{to_text(room)}.remembered"
