"""Contacts on the disk: one setting each, so that an exported profile has them too."""

from __future__ import annotations

import logging

import msgspec

from app.domain.contacts import Contact, ContactState
from app.domain.errors import AppError
from app.domain.ids import PeerId, peer_id, to_text
from app.storage.setting_repository import SettingRepository

PREFIX = "contact."
log = logging.getLogger(__name__)


class _Record(msgspec.Struct, omit_defaults=True):
    """Later versions may add fields; those that are not known are passed over."""

    state: ContactState = ContactState.KNOWN
    name: str = ""
    alias: str = ""
    note: str = ""
    text: str = ""
    blocked: bool = False
    verified_ms: int | None = None
    blocked_ms: int = 0
    shut: tuple[tuple[int, int], ...] = ()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Record)


class ContactRepository:
    def __init__(self, settings: SettingRepository) -> None:
        self._settings = settings

    async def save(self, contact: Contact) -> None:
        """Store a contact over what was known of that person."""
        record = _Record(
            contact.state,
            contact.name,
            contact.alias,
            contact.note,
            contact.text,
            contact.blocked,
            contact.verified_ms,
            contact.blocked_ms,
            contact.shut,
        )
        value = _encoder.encode(record).decode("utf-8")
        await self._settings.set(PREFIX + to_text(contact.peer), value)

    async def all(self) -> list[Contact]:
        """Return all contacts; one that cannot be read is left out and logged."""
        settings = await self._settings.all()
        found = [
            _read(key.removeprefix(PREFIX), value)
            for key, value in settings.items()
            if key.startswith(PREFIX)
        ]
        return [contact for contact in found if contact is not None]


def _read(peer: str, value: str) -> Contact | None:
    try:
        record = _decoder.decode(value)
        person: PeerId = peer_id(peer)
    except (msgspec.DecodeError, AppError) as error:
        log.warning("a contact cannot be read: %s", error)
        return None
    return Contact(
        person,
        record.state,
        record.name,
        record.alias,
        record.note,
        record.text,
        record.blocked,
        record.verified_ms,
        record.blocked_ms,
        record.shut,
    )
