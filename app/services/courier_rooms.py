"""By what the members of a room and its couriers open it to each other, and where they meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.crypto.room_keys import CourierKeys, UsherKeys, courier_key, courier_keys, usher_keys
from app.domain.governing import Role
from app.domain.ids import PeerId
from app.domain.views import RoomKind
from app.protocol.courier_frames import (
    MAX_COURIER_KEYS,
    MAX_LEADERS,
    MAX_ROSTER,
    CourierGiven,
    Usher,
)
from app.services.conversation import WAITING, Conversation

MEETING_EPOCHS = 2
"""As many of a courier's rendezvous are entered: it may not have the newest key yet."""


def is_courier(conversation: Conversation, peer: PeerId) -> bool:
    """Tell whether somebody keeps this room's events without being in it."""
    named = peer in conversation.state.governance.couriers or peer in conversation.ushers
    return named and peer != conversation.record.peer


def concerns(conversation: Conversation, peer: PeerId) -> bool:
    """Tell whether somebody may have to do with a room: with one of two others only couriers."""
    return conversation.record.peer in (None, peer) or is_courier(conversation, peer)


def couriers_of(conversation: Conversation) -> list[PeerId]:
    return [
        peer for peer in conversation.state.governance.couriers if is_courier(conversation, peer)
    ]


def led_couriers(conversation: Conversation, me: PeerId) -> list[PeerId]:
    """Return the couriers that are told of a room by us."""
    known = couriers_of(conversation)
    return known if known and me in leaders_of(conversation, me) else []


def keys_for(conversation: Conversation, courier: PeerId) -> list[CourierKeys]:
    """Return a courier's keys of the epochs that we know, the newest first."""
    known = [keys.epoch for keys in conversation.whole_keys[:MAX_COURIER_KEYS]]
    secrets = conversation.secrets
    return [courier_keys(epoch, courier_key(secrets[epoch], courier)) for epoch in known]


def courier_places(conversation: Conversation) -> Iterator[bytes]:
    """Yield where we meet the couriers of a room."""
    for peer in couriers_of(conversation):
        for keys in keys_for(conversation, peer)[:MEETING_EPOCHS]:
            yield keys.rendezvous


def leaders_of(conversation: Conversation, me: PeerId) -> list[PeerId]:
    """Return who may give the room to a courier."""
    if conversation.record.peer is not None:
        return sorted((me, conversation.record.peer))
    state = conversation.state
    return sorted(
        peer for peer in state.members if state.role_of(peer) in (Role.OWNER, Role.ADMIN)
    )[:MAX_LEADERS]


def usher_of(conversation: Conversation) -> UsherKeys | None:
    """Return how a courier may let us in, None if we are no stranger to the room."""
    token = conversation.secrets.get(WAITING) or conversation.secrets.get(0)
    return usher_keys(token) if token is not None and conversation.is_outside else None


def statement(
    conversation: Conversation, me: PeerId, courier: PeerId, ushers: Sequence[Usher] = ()
) -> CourierGiven | None:
    """Return what a courier is to be told of a room; None if that is not for us to say."""
    leaders = leaders_of(conversation, me)
    keys = keys_for(conversation, courier)
    if me not in leaders or not keys or conversation.standing != "member":
        return None
    members, out = _people(conversation, me)
    version = max((act.place.hlc for act in conversation.state.governance.acts), default=0)
    return CourierGiven(
        conversation.room,
        max(version, 0),
        [(one.epoch, one.key) for one in keys],
        [bytes(peer) for peer in leaders],
        [bytes(peer) for peer in members[:MAX_ROSTER]],
        [bytes(peer) for peer in out[:MAX_ROSTER]],
        list(ushers),
    )


def _people(conversation: Conversation, me: PeerId) -> tuple[list[PeerId], list[PeerId]]:
    if conversation.kind is not RoomKind.GROUP:
        return sorted((me, *conversation.others(me))), []
    state = conversation.state
    known = {*state.members, *state.governance.removals}
    members = sorted(peer for peer in known if state.role_of(peer) is not None)
    return members, sorted(known.difference(members))
