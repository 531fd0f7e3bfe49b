"""Rooms: making, entering and leaving them, and who is in."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from app.crypto.room_keys import direct_secret, founding_code, notes_secret, secret_from_code
from app.domain.entitlement import may
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.events import Created, Joined, Left, ProfileNamed, Renamed, Topic
from app.domain.governing import NONCE_SIZE, Coded, RoomOffered
from app.domain.ids import PeerId, RoomId, to_text
from app.domain.policy import clean_person_name, clean_room_name, clean_topic
from app.domain.views import RoomInvitation, RoomKind
from app.protocol.invitation import (
    ContactInvite,
    RoomInvite,
    TokenInvite,
    encode,
    looks_like_invite,
    parse,
)
from app.protocol.spoken_code import from_words, to_words
from app.services.conversation import WAITING, Conversation, RoomBook
from app.services.me import Me
from app.services.room_logs import RoomLogs
from app.services.room_opener import RoomOpener, new_record
from app.services.signaling_hub import SignalingHub
from app.storage.records import RoomRecord

MAX_UNOPENED = 100
"""Conversations that strangers may have begun without a word."""


class RoomService:
    def __init__(
        self,
        me: Me,
        book: RoomBook,
        opener: RoomOpener,
        logs: RoomLogs,
        hub: SignalingHub,
    ) -> None:
        self._me = me
        self._book = book
        self._opener = opener
        self._logs = logs
        self._publisher = opener.publisher
        self._hub = hub
        self._opening = 0
        self.on_opened: Callable[[PeerId], None] = lambda _peer: None

    async def create(self, name: str) -> RoomInvitation:
        """Make a room of our own. Raises AppError("name-empty" | "name-too-long")."""
        title = clean_room_name(name)
        nonce = os.urandom(NONCE_SIZE)
        code = founding_code(self._me.peer, nonce)
        secret = await asyncio.to_thread(secret_from_code, code)
        conversation = await self._opener.add(new_record(RoomKind.GROUP, secret))
        room = conversation.room
        await self._logs.append(room, Created(title), Coded(code, nonce), Joined(self._me.name))
        await self._opener.announce(conversation)
        link = encode(RoomInvite(room, secret, 0, self._hub.hint()))
        return RoomInvitation(room, link, to_words(code))

    async def join(self, text: str) -> RoomId:
        """Enter by a link or a code.

        Raises AppError of their parsers, and "log-behind" if we have been there before, have
        forgotten it, and nobody is online who has not.
        """
        if not looks_like_invite(text):
            secret = await asyncio.to_thread(secret_from_code, from_words(text))
            return await self._enter(secret)
        invite = parse(text)
        if invite.server:
            self._hub.connect(invite.server)
        if isinstance(invite, ContactInvite):
            return await self.open_direct(invite.peer, invite.name)
        if isinstance(invite, TokenInvite):
            return await self.join_by_token(
                invite.room, RoomOffered(invite.room, "", invite.token, b"")
            )
        if invite.epoch:
            raise AppError("invite-newer")
        return await self._enter(invite.secret)

    async def join_by_token(self, room: RoomId, offer: RoomOffered) -> RoomId:
        """Ask the members of a room to let us in; until one does, we wait.

        `offer.name` and `offer.founder` may be empty if nobody has said them.
        """
        if offer.server:
            self._hub.connect(offer.server)
        record = RoomRecord(room, RoomKind.GROUP, {WAITING: offer.token}, None, joined=True)
        conversation = await self._opener.add(record)
        if offer.founder and conversation.state.founder is None:
            await self._logs.set_founder(conversation, PeerId(offer.founder))
        if not conversation.is_inside(self._me.peer) or conversation.standing != "member":
            await self._opener.ask(conversation, offer.token, offer.name)
            await self._opener.announce(conversation)
        return room

    async def _enter(self, secret: bytes) -> RoomId:
        conversation = await self._opener.add(new_record(RoomKind.GROUP, secret))
        if conversation.standing == "removed":
            raise AppError("room-removed", {"room": to_text(conversation.room)})
        me = conversation.state.members.get(self._me.peer)
        if me is None or not me.present:
            is_kept = conversation.record.joined and conversation.standing == "left"
            await self._opener.set_joined(conversation, joined=True)
            await self._opener.come_back(conversation)
            await self._opener.announce(conversation)
            await self._join(conversation, is_kept=is_kept)
        elif conversation.refusal is not None:
            await self._opener.knock_anew(conversation)
            await self._opener.announce(conversation)
        return conversation.room

    async def _join(self, conversation: Conversation, *, is_kept: bool) -> None:
        try:
            await self._logs.append(conversation.room, Joined(self._me.name))
        except AppError:
            if is_kept:
                await self._opener.set_standing(conversation, "left")
            else:
                await self._opener.remove(conversation.room)
            raise

    async def open_direct(self, peer: PeerId, name: str) -> RoomId:
        """Open the conversation with one person. Raises AppError("bad-id")."""
        if peer == self._me.peer:
            return await self.open_notes()
        conversation = await self._direct(peer, name, joined=True)
        await self.show_direct(conversation)
        self.on_opened(peer)
        return conversation.room

    async def reach(self, peer: PeerId, name: str) -> None:
        """Have a link with somebody without showing a conversation. Raises AppError("bad-id")."""
        await self._direct(peer, name, joined=False)
        self.on_opened(peer)

    async def _direct(self, peer: PeerId, name: str, *, joined: bool) -> Conversation:
        try:
            secret = direct_secret(self._me.identity, peer)
        except RemoteProtocolError as error:
            raise AppError("bad-id") from error
        if name:
            self._publisher.names.hint(peer, clean_person_name(name))
        record = new_record(RoomKind.DIRECT, secret, peer, joined=joined)
        conversation = await self._opener.add(record)
        await self._opener.announce(conversation)
        return conversation

    async def show_direct(self, conversation: Conversation) -> None:
        """Put a conversation that somebody else began into the list."""
        if not conversation.record.joined:
            await self._opener.set_joined(conversation, joined=True)
        nameless = self._me.peer not in conversation.state.members
        if nameless and not self._logs.catch_up.is_behind(conversation):
            await self._logs.append(conversation.room, ProfileNamed(self._me.name))
        self._publisher.room_changed(conversation.room)

    async def knocked(self, peer: PeerId, name: str) -> None:
        """Somebody in a directory wants to talk; nothing is shown before the first word."""
        unopened = sum(not c.record.joined and c.kind is RoomKind.DIRECT for c in self._book)
        if unopened + self._opening < MAX_UNOPENED and peer != self._me.peer:
            self._opening += 1
            try:
                await self._direct(peer, name, joined=False)
            finally:
                self._opening -= 1

    async def open_notes(self) -> RoomId:
        """Open the notes to oneself."""
        record = new_record(RoomKind.NOTES, notes_secret(self._me.identity))
        conversation = await self._opener.add(record)
        self._publisher.room_changed(conversation.room)
        return conversation.room

    async def leave(self, room: RoomId, *, keep: bool = False) -> None:
        """Leave a room. It is gone here at once, and forgotten once a member knows.

        With `keep` a group stays to be read; what was left already is forgotten without.
        """
        conversation = self._book.listed(room)
        is_group = conversation.kind is RoomKind.GROUP
        if is_group and conversation.standing == "member":
            await self._logs.append(room, Left())
            await self._opener.set_standing(conversation, "left")
        if keep:
            await self.forget_if_departed(conversation)
        elif is_group:
            await self._opener.set_joined(conversation, joined=False)
            self._publisher.room_removed(room)
            await self.forget_if_departed(conversation)
        else:
            await self._opener.remove(room, for_good=True)

    async def forget_if_departed(self, conversation: Conversation) -> None:
        """Delete or fall silent in a group that is left, as soon as nobody waits to hear of it."""
        record = conversation.record
        if record.kind is not RoomKind.GROUP or (record.joined and record.standing == "member"):
            return
        if conversation.asking is not None and record.joined:
            return
        mine = conversation.vector.get(self._me.peer, 0)
        others = conversation.others(self._me.peer)
        told = any(conversation.tracker.reported(peer) >= mine for peer in others)
        if not told and others and conversation.standing == "left":
            return
        if record.joined:
            self._opener.withdraw(conversation)
        else:
            await self._opener.remove(conversation.room)

    async def mend(self, conversation: Conversation) -> None:
        """Finish what was interrupted between entering or leaving a group and saying so."""
        record = conversation.record
        if record.kind is not RoomKind.GROUP or conversation.standing != "member":
            return
        me = conversation.state.members.get(self._me.peer)
        if me is not None and not me.present:
            removed = self._me.peer in conversation.state.governance.removals
            await self._opener.set_standing(conversation, "removed" if removed else "left")
        elif me is None and record.joined and self._me.peer not in conversation.vector:
            await self._logs.append(conversation.room, Joined(self._me.name))

    async def rename(self, room: RoomId, name: str) -> None:
        """Raises AppError("unknown-room" | "name-empty" | "name-too-long" | "not-renamable")."""
        renamed = Renamed(clean_room_name(name))
        self._check(self._group(room), renamed)
        await self._logs.append(room, renamed)

    async def set_topic(self, room: RoomId, text: str) -> None:
        """Raises AppError("unknown-room" | "topic-too-long" | "not-renamable")."""
        conversation = self._group(room)
        topic = Topic(clean_topic(text))
        self._check(conversation, topic)
        if topic.text != conversation.state.topic:
            await self._logs.append(room, topic)

    def _check(self, conversation: Conversation, body: Renamed | Topic) -> None:
        conversation.check_standing()
        if not may(conversation.state, self._me.peer, body):
            raise AppError("not-allowed", {"room": to_text(conversation.room)})

    def _group(self, room: RoomId) -> Conversation:
        conversation = self._book.listed(room)
        if conversation.kind is not RoomKind.GROUP:
            raise AppError("not-renamable")
        return conversation

    async def rename_me(self, name: str) -> None:
        """Tell every room our new name."""
        self._me.name = clean_person_name(name)
        for conversation in self._book:
            if conversation.record.joined and conversation.kind is not RoomKind.NOTES:
                await self._logs.append(conversation.room, ProfileNamed(self._me.name))
