"""Lets people in by a courier while no member is there.

For each open invitation a leader leaves a welcome with the courier, sealed so that only who has the
invitation can open it. The courier knows by what to recognise such a person, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.crypto.room_keys import UsherKeys, usher_keys
from app.crypto.seal import open_body, seal_body
from app.domain.errors import RemoteProtocolError
from app.domain.ids import PeerId
from app.domain.views import RoomKind
from app.protocol.courier_frames import MAX_SEALED_WELCOME, MAX_USHERS, CourierWelcome, Usher
from app.protocol.frames import Welcome, decode_frame, encode_frame
from app.services.conversation import WAITING, Conversation
from app.services.room_doorkeeper import keys_for
from app.services.room_doors import is_open

NOBODY = PeerId(bytes(32))
SEAL_OVERHEAD = 28

Seal = Callable[[UsherKeys, bytes, bytes], bytes]
"""Seals a welcome to a room; the same welcome always to the same bytes."""


class Seals:
    """Remembers what was sealed, so that saying the same again is no news."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, bytes], bytes] = {}

    def __call__(self, keys: UsherKeys, room: bytes, raw: bytes) -> bytes:
        known = self._known.get((keys.seal, raw))
        if known is None:
            known = seal_body(keys.seal, room, raw)
            self._known[keys.seal, raw] = known
        while len(self._known) > 4 * MAX_USHERS:
            del self._known[next(iter(self._known))]
        return known


def ushers_of(conversation: Conversation, now_ms: int, seal: Seal) -> list[Usher]:
    """Return what a courier is to have for those who are invited.

    Nothing in a room that hides its history: there a new key may have to be made first.
    """
    state = conversation.state
    if conversation.kind is not RoomKind.GROUP or state.founder is None or not state.rules.history:
        return []
    found = []
    for token, peer, until_ms in _invitations(conversation, now_ms):
        keys = usher_keys(token)
        given = keys_for(conversation, peer or NOBODY)
        raw = encode_frame(Welcome(conversation.room, state.founder, state.name, given))
        if len(raw) + SEAL_OVERHEAD <= MAX_SEALED_WELCOME:
            sealed = seal(keys, conversation.room, raw)
            found.append(Usher(keys.rendezvous, keys.proof, bytes(peer or b""), until_ms, sealed))
    return found


def _invitations(
    conversation: Conversation, now_ms: int
) -> Iterator[tuple[bytes, PeerId | None, int]]:
    governance = conversation.state.governance
    if governance.founding_open and 0 in conversation.secrets:
        yield conversation.secrets[0], None, 0
    tokens = sorted(governance.tokens.values(), key=lambda token: token.made_at, reverse=True)
    lasting = [one for one in tokens if one.token and is_open(one, now_ms)]
    for token in lasting[: MAX_USHERS - 1]:
        yield token.token, token.peer, token.until_ms


def opened_welcome(conversation: Conversation, frame: CourierWelcome) -> Welcome | None:
    """Return the welcome that a courier had for us, None if it is of no use."""
    secrets = conversation.secrets
    token = secrets.get(WAITING) or secrets.get(0)
    if token is None or not conversation.is_outside:
        return None
    try:
        raw = open_body(usher_keys(token).seal, conversation.room, frame.sealed)
        welcome = decode_frame(raw)
    except RemoteProtocolError:
        return None
    fits = isinstance(welcome, Welcome) and welcome.room == conversation.room
    return welcome if fits and isinstance(welcome, Welcome) else None
