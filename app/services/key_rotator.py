"""The keys of groups: learns those that others have made, makes new ones when somebody is out."""

from __future__ import annotations

import asyncio
import hashlib
import os

from app.crypto.authoring import open_event
from app.crypto.rekeying import open_secret, seal_secret
from app.crypto.room_keys import ROOM_SECRET_SIZE
from app.domain.events import decode_event
from app.domain.governance import Rekeying
from app.domain.governing import MAX_PARTS, Rekeyed, Role
from app.domain.ids import EventId, PeerId, RoomId
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation
from app.services.event_author import Bound
from app.services.me import Me
from app.services.room_logs import RoomLogs
from app.storage.store import Store

GENERATION_BITS = 16
TURN = 3.0
"""Seconds that each further member who could do it waits for the one before."""


class KeyRotator:
    def __init__(self, me: Me, store: Store, logs: RoomLogs, manager: ConnectionManager) -> None:
        self._identity = me.identity
        self._me = me.peer
        self._store = store
        self._logs = logs
        self._manager = manager
        self._unreadable: set[EventId] = set()
        self._since: dict[RoomId, tuple[int, float]] = {}
        logs.learn_keys = self.learn

    async def learn(self, conversation: Conversation) -> bool:
        """Take the secrets that were sealed to us; tell whether there was a new one.

        They are read again from the events at every start: none is lost in a crash.
        """
        found = False
        for one in conversation.state.governance.rekeyings:
            keys = conversation.keys.get(one.number)
            known = keys is not None and keys.is_whole
            if not known and one.standing != "void" and self._me in one.recipients:
                found = await self._take(conversation, one) or found
        if found:
            await self._logs.release_held(conversation.room, new_keys=True)
        return found

    async def _take(self, conversation: Conversation, one: Rekeying) -> bool:
        if one.event in self._unreadable:
            return False
        secret = await self._open(conversation, one)
        if secret is None:
            self._unreadable.add(one.event)
            return False
        await self._store.rooms.add_epoch(conversation.room, one.number, secret)
        conversation.know(one.number, secret)
        return True

    async def _open(self, conversation: Conversation, one: Rekeying) -> bytes | None:
        room = conversation.room
        wires = await self._logs.load(room, [(one.author, one.seq, one.seq)], 1)
        event = decode_event(wires[0]) if wires else None
        keys = conversation.keys.get(event.header.epoch) if event is not None else None
        body = open_event(event, keys) if event is not None and keys is not None else None
        if not isinstance(body, Rekeyed):
            return None
        return open_secret(self._identity, one.author, room, one.number, body.sealed)

    def rotation(self, conversation: Conversation, *without: PeerId) -> Bound:
        """Return what makes the event with a new key for everybody but `without`."""
        state, room = conversation.state, conversation.room

        def precedence(peer: PeerId) -> tuple[bool, bool]:
            return peer != self._me, not self._manager.is_online_in(peer, room)

        members = [p for p, m in state.members.items() if m.present and p not in without]
        members = sorted(members, key=precedence)[:MAX_PARTS]
        secret = os.urandom(ROOM_SECRET_SIZE)
        generation = (state.governance.newest >> GENERATION_BITS) + 1

        def make(prev: EventId) -> Rekeyed:
            digest = hashlib.sha256(self._me + prev).digest()
            number = generation << GENERATION_BITS | int.from_bytes(digest[:2], "big")
            sealed = seal_secret(self._identity, members, room, number, secret)
            return Rekeyed(number, sealed)

        return make

    async def rotate_if_needed(self, conversation: Conversation) -> float | None:
        """Make a new key if it is our turn. Return after how many seconds to look again."""
        governance = conversation.state.governance
        if not governance.needs_rotation or not self.is_in_charge(conversation):
            self._since.pop(conversation.room, None)
            return None
        now = asyncio.get_running_loop().time()
        since = self._since.setdefault(conversation.room, (governance.newest, now))
        if since[0] != governance.newest:
            since = self._since[conversation.room] = (governance.newest, now)
        wait = since[1] + TURN * self._before_us(conversation) - now
        if wait > 0:
            return wait
        await self._logs.append(conversation.room, self.rotation(conversation))
        await self.learn(conversation)
        return None

    async def hide_history(self, conversation: Conversation) -> bool:
        """Make a new key before somebody is let in, if the room hides its history.

        False if it would have to be made and we may not.
        """
        if conversation.state.rules.history or not await self._was_written_under(conversation):
            return True
        if not self.is_in_charge(conversation):
            return False
        await self._logs.append(conversation.room, self.rotation(conversation))
        await self.learn(conversation)
        return True

    async def _was_written_under(self, conversation: Conversation) -> bool:
        """Tell whether there are rows that a newcomer could read by the newest key."""
        newest = conversation.latest_keys.epoch
        made = [one for one in conversation.state.governance.rekeyings if one.number == newest]
        last = (await self._store.rooms.overview(conversation.room)).last
        if not made or last is None:
            return last is not None
        spans = [(one.author, one.seq, one.seq) for one in made[:1]]
        wires = await self._logs.load(conversation.room, spans, 1)
        return not wires or last.position.hlc > decode_event(wires[0]).header.hlc

    def is_in_charge(self, conversation: Conversation) -> bool:
        """Tell whether we are the owner or an admin."""
        return is_in_charge(conversation, self._me)

    def _before_us(self, conversation: Conversation) -> int:
        """Return how many members who are online have the precedence."""

        def rank(peer: PeerId) -> tuple[bool, PeerId]:
            return conversation.state.role_of(peer) is not Role.OWNER, peer

        able = (peer for peer in conversation.state.members if is_in_charge(conversation, peer))
        online = (p for p in able if self._manager.is_online_in(p, conversation.room))
        return sum(rank(peer) < rank(self._me) for peer in online)


def is_in_charge(conversation: Conversation, peer: PeerId) -> bool:
    """Tell whether `peer` is the owner or an admin."""
    return conversation.state.role_of(peer) in (Role.OWNER, Role.ADMIN)
