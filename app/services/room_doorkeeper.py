"""Lets people into groups, and shows those who were removed that they were."""

from __future__ import annotations

from app.domain.governance import Removal
from app.domain.governing import Coded, RoleGiven
from app.domain.ids import PeerId
from app.protocol.frames import MAX_EPOCHS, MAX_PROOFS, Dismissed, Welcome
from app.services.clocks import WallClock
from app.services.connection_manager import ConnectionManager
from app.services.conversation import Conversation
from app.services.key_rotator import KeyRotator
from app.services.room_doors import is_good_for, why_shut
from app.services.room_logs import RoomLogs


class RoomDoorkeeper:
    """Answers those who ask by a proof key that opens a room to nobody."""

    def __init__(
        self, logs: RoomLogs, manager: ConnectionManager, rotator: KeyRotator, wall: WallClock
    ) -> None:
        self._logs = logs
        self._manager = manager
        self._rotator = rotator
        self._wall = wall

    async def asked(self, conversation: Conversation, peer: PeerId, key: bytes) -> None:
        """`peer` has shown this proof key of the room."""
        if is_good_for(conversation, peer, key, self._wall.now_ms()):
            await self._let_in(conversation, peer)
        else:
            self._refuse(conversation, peer, key)
            await self.dismiss(conversation, peer)

    def _refuse(self, conversation: Conversation, peer: PeerId, key: bytes) -> None:
        """Say to somebody with an invitation why it is of no use, if that is for us to say."""
        reason = why_shut(conversation, peer, key, self._wall.now_ms())
        link = self._manager.live(peer)
        if reason and link is not None and self._rotator.is_in_charge(conversation):
            link.turn_away(conversation.room, key, reason)

    async def _let_in(self, conversation: Conversation, peer: PeerId) -> None:
        state = conversation.state
        if state.role_of(peer) is None and not await self._rotator.hide_history(conversation):
            return
        link = self._manager.live(peer)
        founder = state.founder
        if link is not None and founder is not None:
            keys = keys_for(conversation, peer)
            link.answer(Welcome(conversation.room, founder, state.name, keys))

    async def dismiss(self, conversation: Conversation, peer: PeerId) -> None:
        """Show `peer` the event that removed it."""
        removal = conversation.state.governance.removals.get(peer)
        link = self._manager.live(peer)
        if removal is None or link is None:
            return
        written = [*_promotions(conversation, removal), (removal.author, removal.seq)]
        wires = []
        for author, seq in written:
            wires += await self._logs.load(conversation.room, [(author, seq, seq)], 1)
        link.answer(Dismissed(conversation.room, wires))


def _promotions(conversation: Conversation, removal: Removal) -> list[tuple[PeerId, int]]:
    """Return the events that gave a role to who removed somebody: authors and numbers."""
    acts = (act.content for act in conversation.state.governance.acts)
    given = [
        (content.author, content.seq)
        for content in acts
        if isinstance(content.body, RoleGiven) and content.body.peer == removal.author
    ]
    return given[1 - MAX_PROOFS :]


def keys_for(conversation: Conversation, peer: PeerId) -> list[tuple[int, bool, bytes]]:
    """Return what `peer` is given: numbers, whether they are secrets, and the keys."""
    state = conversation.state
    is_new = state.role_of(peer) is None
    held = {one.number for one in state.governance.rekeyings if peer in one.recipients}
    newest = conversation.latest_keys.epoch
    is_old = not any(isinstance(act.content.body, Coded) for act in state.governance.acts)
    given = []
    for epoch in sorted(conversation.keys, reverse=True)[:MAX_EPOCHS]:
        secret = conversation.secrets.get(epoch)
        shown = state.rules.history if is_new else epoch in held
        # Before `coded` there was no govern key: who was in is written under the body key.
        shown = shown or (epoch == 0 and is_old)
        if epoch < 0:
            continue
        if secret is not None and (shown or epoch == newest):
            given.append((epoch, True, secret))
        else:
            given.append((epoch, False, conversation.keys[epoch].govern))
    return given
