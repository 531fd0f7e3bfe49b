"""Writing and opening events: the only place where sealing, hashing and signing meet."""

from __future__ import annotations

from app.crypto.identity import Identity, verify
from app.crypto.room_keys import EpochKeys
from app.crypto.seal import open_body, seal_body
from app.domain.codec import decode_body, encode_body
from app.domain.errors import LocalProtocolError, RemoteProtocolError
from app.domain.events import Body, Event, Header, KnownBody, Unsupported, compute_id

SIGNED_PREFIX = b"parlor event 1\x00"


def write_event(identity: Identity, header: Header, body: KnownBody, keys: EpochKeys) -> Event:
    """Seal, hash and sign `body` under `header`.

    Raises LocalProtocolError if the header names another author or epoch, or for a bad body.
    """
    if header.author != identity.peer or header.epoch != keys.epoch:
        raise LocalProtocolError("an event for another author or epoch")
    sealed = seal_body(keys.body, header.encode(), encode_body(body))
    event_id = compute_id(header, sealed)
    return Event(header, sealed, identity.sign(SIGNED_PREFIX + event_id), event_id)


def is_authentic(event: Event) -> bool:
    """Tell whether the header's author signed the event."""
    return verify(event.header.author, SIGNED_PREFIX + event.id, event.signature)


def open_event(event: Event, keys: EpochKeys) -> Body:
    """Return the content; a body that does not open or decode is Unsupported."""
    try:
        return decode_body(open_body(keys.body, event.header.encode(), event.sealed))
    except RemoteProtocolError:
        return Unsupported("sealed")
