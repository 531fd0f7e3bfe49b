"""By which keys a group is opened to whom, and where its members meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from app.crypto.room_keys import EpochKeys, epoch_keys

if TYPE_CHECKING:
    from app.domain.governance import Token
from app.domain.governing import FOUNDING, Role
from app.domain.ids import PeerId
from app.domain.views import RoomKind
from app.protocol.room_gate import Proofs
from app.services.conversation import WAITING, Conversation
from app.services.courier_rooms import courier_places, is_courier, keys_for, usher_of

LINK_EPOCHS = 16
"""The newest epoch and those before it that open a room to a member who was away."""
MAX_DOORS = 64
MEETING_EPOCHS = 4
"""As many are met on servers, where rooms are scarce."""
MAX_PLACES = 8
DEAD_PLACES = 4
"""Where those in charge wait for people with an invitation that lets nobody in any more."""
MAX_DEAD = 8


def token_keys(token: bytes) -> EpochKeys:
    """Return the keys by which the holder of a token finds the members and asks them."""
    return epoch_keys(WAITING, token)


def proofs_for(conversation: Conversation, peer: PeerId, now_ms: int) -> Proofs:
    """Return what we show `peer` of a room, and by what it gets in."""
    if is_courier(conversation, peer):
        return Proofs(_for_courier(conversation, peer))
    return _with_usher(conversation, _for_people(conversation, peer, now_ms))


def _with_usher(conversation: Conversation, proofs: Proofs) -> Proofs:
    """Add that by which a courier may let us in."""
    usher = usher_of(conversation)
    return replace(proofs, usher=(usher.proof,)) if usher is not None else proofs


def _for_people(conversation: Conversation, peer: PeerId, now_ms: int) -> Proofs:
    if conversation.kind is not RoomKind.GROUP:
        return Proofs((conversation.latest_keys.proof,))
    known = [keys.proof for keys in conversation.whole_keys]
    asking = conversation.asking
    guest = (asking.proof,) if asking is not None else ()
    ways = _ways(conversation, peer, now_ms)
    shut = [keys.proof for token, keys, open_now in ways if not open_now][:MAX_DEAD]
    doors = (*(keys.proof for _, keys, open_now in ways if open_now), *shut)
    if _is_out(conversation):
        return Proofs((), guest)
    if peer in conversation.state.governance.removals:
        inside = () if _has_newest(conversation, peer) else tuple(known[:1])
        return Proofs(inside, guest, (*known[len(inside) : MAX_DOORS], *doors))
    if conversation.state.role_of(peer) is not None:
        return Proofs(tuple(known[:LINK_EPOCHS]), guest, tuple(known[LINK_EPOCHS:MAX_DOORS]))
    return Proofs(tuple(known[:1]), guest, doors)


def _for_courier(conversation: Conversation, peer: PeerId) -> tuple[bytes, ...]:
    if _is_out(conversation):
        return ()
    if conversation.is_outside and peer not in conversation.ushers:
        return ()
    return tuple(keys.proof for keys in keys_for(conversation, peer))


def _is_out(conversation: Conversation) -> bool:
    """Tell whether we are no member any more, and do not ask to be one again."""
    out = conversation.withdrawn or conversation.record.standing == "removed"
    return out and conversation.asking is None


def _has_newest(conversation: Conversation, peer: PeerId) -> bool:
    """Tell whether somebody who was removed may know the newest key all the same."""
    newest = conversation.latest_keys.epoch
    made = (one for one in conversation.state.governance.rekeyings if one.number == newest)
    return newest == 0 or any(peer in one.recipients for one in made)


def is_good_for(conversation: Conversation, peer: PeerId, proof: bytes, now_ms: int) -> bool:
    """Tell whether `peer` may be let in by what it has shown."""
    if conversation.state.role_of(peer) is not None:
        return any(keys.proof == proof for keys in conversation.whole_keys)
    ways = _ways(conversation, peer, now_ms)
    return any(keys.proof == proof for _, keys, open_now in ways if open_now)


def why_shut(conversation: Conversation, peer: PeerId, proof: bytes, now_ms: int) -> str:
    """Return why `peer` is not let in by the invitation that it shows, "" if it shows none."""
    shut = (token for token, keys, _ in _ways(conversation, peer, now_ms) if keys.proof == proof)
    token = next(shut, None)
    if token is None:
        return ""
    if peer in conversation.state.governance.banned:
        return "banned"
    if token.peer not in (None, peer) or (token.peer is not None and token.uses):
        return "taken"
    return "expired" if 0 < token.until_ms < now_ms else "revoked"


def _ways(
    conversation: Conversation, peer: PeerId, now_ms: int
) -> list[tuple[Token, EpochKeys, bool]]:
    """Return the invitations, each with its keys and whether it is good for `peer` now."""
    governance = conversation.state.governance
    return [
        (token, keys, governance.lets_in(token.id, peer, now_ms))
        for token, keys in _invitations(conversation)
    ]


def _invitations(conversation: Conversation) -> Iterator[tuple[Token, EpochKeys]]:
    first = conversation.keys.get(0)
    founding = conversation.state.governance.tokens.get(FOUNDING)
    if founding is not None and first is not None and first.is_whole:
        yield founding, first
    for token in _latest(conversation):
        yield token, token_keys(token.token)


def _latest(conversation: Conversation) -> list[Token]:
    known = (one for one in conversation.state.governance.tokens.values() if one.token)
    tokens = sorted(known, key=lambda token: token.made_at)
    return tokens[-MAX_DOORS:][::-1]


def places_of(conversation: Conversation, now_ms: int, me: PeerId) -> tuple[bytes, ...]:
    """Return the rendezvous at which we meet the members of a room, and who may become one."""
    refusal = conversation.refusal
    if refusal is not None and not refusal.is_knocking(now_ms):
        return ()
    if conversation.kind is not RoomKind.GROUP:
        return (conversation.latest_keys.rendezvous, *courier_places(conversation))
    asking, usher = conversation.asking, usher_of(conversation)
    places = [asking.rendezvous] if asking is not None else []
    if _is_out(conversation):
        return tuple(places)
    places += [keys.rendezvous for keys in conversation.whole_keys[:MEETING_EPOCHS]]
    places += courier_places(conversation)
    governance = conversation.state.governance
    if governance.founding_open and 0 in conversation.keys:
        places.append(conversation.keys[0].rendezvous)
    invited = [token for token in _latest(conversation) if is_open(token, now_ms)]
    places += [token_keys(token.token).rendezvous for token in invited[:MAX_PLACES]]
    if conversation.state.role_of(me) in (Role.OWNER, Role.ADMIN):
        places += list(_dead_places(conversation, now_ms))[:DEAD_PLACES]
    # Members come first: a server allows so many places only.
    places += [usher.rendezvous] if usher is not None else []
    return tuple(place for place in dict.fromkeys(places) if place)


def _dead_places(conversation: Conversation, now_ms: int) -> Iterator[bytes]:
    """Yield where people may look for us by what lets nobody in, the latest first."""
    for token in _latest(conversation):
        if not is_open(token, now_ms) and not (token.peer is not None and token.uses):
            yield token_keys(token.token).rendezvous
    if not conversation.state.governance.founding_open and 0 in conversation.keys:
        yield conversation.keys[0].rendezvous


def is_open(token: Token, now_ms: int) -> bool:
    """Tell whether a token lets anybody in at that time."""
    return token.open and not 0 < token.until_ms < now_ms
