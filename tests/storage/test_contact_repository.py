"""Contacts come back as they were kept, and a damaged one costs no other."""

from __future__ import annotations

from dataclasses import replace

from app.domain.contacts import FOR_EVER, Contact, ContactState
from app.domain.ids import to_text
from app.storage.contact_repository import PREFIX, ContactRepository
from app.storage.store import Store
from tests.storage.support import author

ANA, BOB = (author(number).peer for number in (1, 2))
WHOLE = Contact(
    ANA, ContactState.FRIEND, "Ana", "Anni", "met", "May I?", True, 5, 7, ((1, 2), (3, 6))
)


async def test_contacts_come_back(store: Store) -> None:
    contacts = ContactRepository(store.settings)
    assert await contacts.all() == []
    await contacts.save(WHOLE)
    await contacts.save(Contact(BOB))
    assert sorted(await contacts.all(), key=lambda c: c.peer == BOB) == [WHOLE, Contact(BOB)]
    changed = replace(WHOLE, blocked=False, verified_ms=None)
    await contacts.save(changed)
    assert changed in await contacts.all()


def test_what_is_written_in_vain_is_that_of_now_and_of_earlier_times() -> None:
    assert WHOLE.unheard == ((1, 2), (3, 6), (7, FOR_EVER))
    assert replace(WHOLE, blocked_ms=0).unheard == WHOLE.shut
    assert Contact(BOB).unheard == ()


async def test_what_cannot_be_read_is_left_out(store: Store) -> None:
    contacts = ContactRepository(store.settings)
    await contacts.save(WHOLE)
    await store.settings.set("theme", "dark")
    await store.settings.set(PREFIX + "nobody", "{}")
    await store.settings.set(PREFIX + to_text(BOB), '{"state": "married"}')
    assert await contacts.all() == [WHOLE]
    await store.settings.set(PREFIX + to_text(BOB), '{"state": "friend", "later": 1}')
    assert Contact(BOB, ContactState.FRIEND) in await contacts.all()
