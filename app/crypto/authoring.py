"""Writing and opening events: the only place where sealing, hashing and signing meet."""

from __future__ import annotations

from app.crypto.identity import Identity, verify
from app.crypto.room_keys import EpochKeys, founding_code, room_of_code
from app.crypto.seal import open_body, seal_body
from app.domain.codec import decode_body, encode_body
from app.domain.errors import LocalProtocolError, RemoteProtocolError
from app.domain.events import (
    Body,
    Created,
    Event,
    Header,
    Joined,
    KnownBody,
    Left,
    ProfileNamed,
    Renamed,
    Topic,
    Unsupported,
    compute_id,
)
from app.domain.governing import (
    Coded,
    CourierNamed,
    Invited,
    Readmitted,
    Rekeyed,
    Removed,
    Revoked,
    RoleGiven,
    Ruled,
)
from app.domain.pictures import RoomPictured

SIGNED_PREFIX = b"parlor event 1\x00"
CODED_SEQ = 2
_EVER_GOVERNING = (Created, Joined, Left, ProfileNamed, Renamed, Topic)
_NEWLY_GOVERNING = (
    RoleGiven,
    Removed,
    Readmitted,
    Invited,
    Revoked,
    Rekeyed,
    Ruled,
    RoomPictured,
    CourierNamed,
)


def write_event(
    identity: Identity, header: Header, body: KnownBody, keys: EpochKeys, *, group: bool = False
) -> Event:
    """Seal, hash and sign `body` under `header`. What governs a group has a key of its own.

    So have, everywhere, the kinds that were never under another one.

    Raises LocalProtocolError if the header names another author or epoch, or for a bad body.
    """
    if header.author != identity.peer or header.epoch != keys.epoch or not keys.is_whole:
        raise LocalProtocolError("an event for another author or epoch")
    apart = isinstance(body, _NEWLY_GOVERNING) or (group and is_governing(body))
    key = keys.govern if apart else keys.body
    sealed = seal_body(key, header.encode(), encode_body(body))
    event_id = compute_id(header, sealed)
    return Event(header, sealed, identity.sign(SIGNED_PREFIX + event_id), event_id)


def is_governing(body: Body) -> bool:
    """Tell whether everybody who is let into a group is to know this."""
    return isinstance(body, (*_EVER_GOVERNING, *_NEWLY_GOVERNING))


def is_authentic(event: Event) -> bool:
    """Tell whether the header's author signed the event."""
    return verify(event.header.author, SIGNED_PREFIX + event.id, event.signature)


def open_event(event: Event, keys: EpochKeys) -> Body | None:
    """Return the content, None if it may be for the body key and only `govern` is known.

    A body that does not open or decode is Unsupported, and so is one under a key that not all
    who have to know it have.
    """
    raw = _opened(event, keys.body) if keys.is_whole else None
    if raw is not None:
        return _placed(event, decode_body(raw))
    raw = _opened(event, keys.govern)
    if raw is not None:
        return decode_body(raw)
    return Unsupported("sealed") if keys.is_whole else None


def is_opened_by(event: Event, keys: EpochKeys) -> bool:
    """Tell whether these are keys of the event's epoch: one of them opens its seal."""
    known = (keys.body, keys.govern) if keys.is_whole else (keys.govern,)
    return any(_opened(event, key) is not None for key in known)


def _opened(event: Event, key: bytes) -> bytes | None:
    try:
        return open_body(key, event.header.encode(), event.sealed)
    except RemoteProtocolError:
        return None


def _placed(event: Event, body: Body) -> Body:
    """Return what stands under the body key, unless others would have to know it as well."""
    if isinstance(body, Coded):
        return body if _is_binding(event, body) else Unsupported("coded")
    later = event.header.epoch > 0 and isinstance(body, _EVER_GOVERNING)
    misplaced = later or isinstance(body, _NEWLY_GOVERNING)
    return Unsupported("sealed") if misplaced else body


def _is_binding(event: Event, body: Coded) -> bool:
    """Tell whether the code is one that its author alone can have made for this room."""
    header = event.header
    is_second = header.seq == CODED_SEQ and header.epoch == 0
    if not is_second or founding_code(header.author, body.nonce) != body.code:
        return False
    return room_of_code(body.code) == header.room
