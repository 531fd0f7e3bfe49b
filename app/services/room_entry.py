"""Our own way into groups and out of them, as members tell us."""

from __future__ import annotations

from dataclasses import replace

from app.crypto.authoring import is_authentic, open_event
from app.crypto.room_keys import room_id
from app.domain.content import Content
from app.domain.errors import RemoteProtocolError
from app.domain.events import Event, Joined, decode_event
from app.domain.governing import Removed, RoleGiven, token_id
from app.domain.ids import PeerId, RoomId
from app.domain.room import fold_in
from app.protocol.frames import Dismissed, TurnedAway, Welcome
from app.services import refusals
from app.services.clocks import WallClock
from app.services.conversation import WAITING, Conversation, RoomBook
from app.services.me import Me
from app.services.refusals import Refusal, known_reason
from app.services.room_logs import RoomLogs
from app.storage.store import Store


class RoomEntry:
    """Takes welcomes and dismissals, and joins once a token is known to be good."""

    def __init__(
        self, me: Me, store: Store, book: RoomBook, logs: RoomLogs, wall: WallClock
    ) -> None:
        self._me = me
        self._store = store
        self._book = book
        self._logs = logs
        self._wall = wall

    async def welcomed(self, frame: Welcome) -> Conversation | None:
        """Take the keys of a room that we ask to be let into; None if we do not."""
        conversation = self._book.find(RoomId(frame.room))
        if conversation is None or not self._asks(conversation) or not _fits(conversation, frame):
            return None
        for epoch, whole, key in frame.keys:
            known = conversation.keys.get(epoch)
            if known is None or (whole and not known.is_whole):
                await self._store.rooms.add_epoch(conversation.room, epoch, key, whole=whole)
                conversation.know(epoch, key, whole=whole)
        if conversation.state.founder is None:
            await self._logs.set_founder(conversation, PeerId(frame.founder))
        await self._logs.release_held(conversation.room, new_keys=True)
        await self.note(conversation, None)
        return conversation

    def _asks(self, conversation: Conversation) -> bool:
        state = conversation.state
        if not conversation.record.joined or conversation.asking is not None:
            return conversation.record.joined
        outside = state.role_of(self._me.peer) is None or state.founder is None
        is_member = conversation.record.standing == "member"
        return is_member and (outside or self._is_unheard(conversation))

    def _is_unheard(self, conversation: Conversation) -> bool:
        """Tell whether nobody has what we wrote last, as after coming back under an old key."""
        mine = conversation.vector.get(self._me.peer, 0)
        others = conversation.others(self._me.peer)
        reported = conversation.tracker.reported
        return bool(others) and all(reported(peer) < mine for peer in others)

    async def finish(self, conversation: Conversation) -> None:
        """Join a room that has let us in, once we know of the token by which it did."""
        token = conversation.secrets.get(WAITING)
        if token is None:
            return
        state, me, named = conversation.state, self._me.peer, token_id(token)
        if named not in state.governance.tokens:
            return
        inside = state.role_of(me) is not None
        # Who was dismissed may not have the removal yet; what it joins by was made after that.
        dismissed = inside and conversation.record.standing == "removed"
        if not inside and not state.governance.lets_in(named, me, self._wall.now_ms()):
            return
        if dismissed or not inside:
            await self._logs.append(conversation.room, Joined(self._me.name, named))
        await self._store.rooms.drop_epoch(conversation.room, WAITING)
        conversation.forget(WAITING)
        conversation.withdrawn = False
        await self.set_standing(conversation, "member")

    async def turned_away(self, frame: TurnedAway) -> Conversation | None:
        """Note that what we ask by is of no use, if we do ask; None if that is not new."""
        conversation = self._book.find(RoomId(frame.room))
        reason = known_reason(frame.reason)
        if conversation is None or not conversation.is_outside:
            return None
        if conversation.refusal is not None and conversation.refusal.reason == reason:
            return None
        await self.note(conversation, Refusal(reason, self._wall.now_ms()))
        return conversation

    async def note(self, conversation: Conversation, refusal: Refusal | None) -> None:
        """Keep why we are not let in, or that there is no reason any more."""
        if conversation.refusal != refusal:
            conversation.refusal = refusal
            await refusals.save(self._store.settings, conversation.room, refusal)

    async def dismissed(self, frame: Dismissed) -> Conversation | None:
        """Note that we were removed, if that is so; None if not."""
        conversation = self._book.find(RoomId(frame.room))
        if conversation is None or conversation.asking is not None:
            return None
        try:
            events = [decode_event(wire) for wire in frame.events]
        except RemoteProtocolError:
            return None
        known = {act.content.position.event for act in conversation.state.governance.acts}
        contents = [c for event in events if (c := _content(conversation, event)) is not None]
        fresh = [content for content in contents if content.position.event not in known]
        after, _ = fold_in(conversation.state, fresh)
        return conversation if self._me.peer in after.governance.removals else None

    async def set_standing(self, conversation: Conversation, standing: str) -> None:
        """Note whether we are a member."""
        if conversation.record.standing != standing:
            conversation.record = replace(conversation.record, standing=standing)
            await self._store.rooms.set_standing(conversation.room, standing)


def _content(conversation: Conversation, event: Event) -> Content | None:
    """Return what an event says, if it may tell somebody that it was removed."""
    header = event.header
    keys = conversation.keys.get(header.epoch)
    if keys is None or header.room != conversation.room or not is_authentic(event):
        return None
    body = open_event(event, keys)
    if not isinstance(body, Removed | RoleGiven):
        return None
    return Content(header.room, header.author, header.seq, event.position, body, header.epoch)


def _fits(conversation: Conversation, frame: Welcome) -> bool:
    named = conversation.state.founder
    if named is not None and named != frame.founder:
        return False
    first = (key for epoch, whole, key in frame.keys if epoch == 0 and whole)
    return all(room_id(key) == conversation.room for key in first)
