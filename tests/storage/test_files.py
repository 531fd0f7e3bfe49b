"""Offers of files as rows, and transfers as they are kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from app.domain.events import Deleted, Edited, Event, Reacted, Text
from app.domain.files import FileOffered, TransferState, bare
from app.domain.ids import EventId
from app.domain.views import MessageKind
from app.storage.file_column import decode_file, file_values
from app.storage.records import MessageRow, Quote
from app.storage.store import Store
from app.storage.transfer_repository import TransferRecord
from tests.storage.support import KEY, KEYS, NOW_MS, ROOM, author, record
from tests.storage.test_overlays import found, ingest, only

ROOT = bytes(range(32))
OFFER = FileOffered("harbour plan.pdf", 1234, ROOT, text="Please read")


async def rows(store: Store) -> list[MessageRow]:
    return list((await store.messages.page(ROOM, None, 10, 0)).rows)


async def test_a_file_is_a_row_with_a_caption(store: Store) -> None:
    ana = author(1)
    event = ana.write(OFFER)
    await ingest(store, event)
    row = await only(store)
    assert (row.kind, row.text, row.file) == (MessageKind.FILE, "Please read", bare(OFFER))
    assert (await store.rooms.overview(ROOM)).unread == 1
    assert (await store.messages.offers()) == (row,)


async def test_who_is_meant_and_who_offered_it_first_are_in_the_row(store: Store) -> None:
    ana, bob = author(1), author(2)
    offer = replace_text(OFFER, forwarded_from="Cem", text="@Bob", mentions=(bob.peer,))
    await ingest(store, ana.write(offer))
    row = await only(store)
    assert (row.forwarded_from, row.mentions) == ("Cem", (bob.peer,))
    assert row.file == bare(OFFER)


async def test_name_and_caption_are_found(store: Store) -> None:
    ana = author(1)
    await ingest(store, ana.write(OFFER), ana.write(Text("a plan, no file")))
    assert await found(store, "harbour") == ["Please read"]
    assert await found(store, "please") == ["Please read"]
    assert await found(store, "has:file") == ["Please read"]
    assert await found(store, "has:file plan") == ["Please read"]
    assert len(await found(store, "plan")) == 2
    assert await found(store, "has:file no") == []


async def test_what_may_be_done_with_it(store: Store) -> None:
    ana, bob = author(1), author(2)
    event = ana.write(OFFER)
    await ingest(store, event, bob.write(Reacted(event.id, "+", on=True)))
    await ingest(store, ana.write(Edited(event.id, "Read soon")))
    row = await only(store)
    assert (row.text, row.edited, row.file) == ("Read soon", True, bare(OFFER))
    assert [one.emoji for one in row.reactions] == ["+"]
    assert await found(store, "harbour soon") == ["Read soon"]
    assert await found(store, "please ") == []


async def test_taken_back(store: Store) -> None:
    ana = author(1)
    for offer in (OFFER, replace_text(OFFER)):
        event = ana.write(offer)
        await ingest(store, event, ana.write(Deleted(event.id)))
        row = await store.messages.by_event(event.id)
        assert (row.kind, row.text, row.file, row.deleted) == (MessageKind.FILE, "", None, True)
    assert await found(store, "harbour") == []
    assert await found(store, "has:file") == []
    assert await store.messages.offers() == ()
    assert (await store.rooms.overview(ROOM)).unread == 0


def replace_text(offer: FileOffered, **said: Any) -> FileOffered:
    return FileOffered(offer.name, offer.size, offer.root, **said)


async def test_a_taking_back_that_does_not_count_brings_it_back(store: Store) -> None:
    ana = author(1)
    event = ana.write(OFFER)
    await ingest(store, event, ana.write(Deleted(event.id)))
    reducer = store.log._reducer
    number = 1
    state = (await store.log.ingest(ROOM, [], KEYS, NOW_MS)).state

    def run() -> MessageRow:
        reducer._database.execute("DELETE FROM event WHERE wire = ?", (ana.wires[-1],))
        return reducer._rework.run(number, {event.id}, state.governance)[event.id]

    row = await store._database.write(run)
    assert (row.kind, row.text, row.file, row.deleted) == (
        MessageKind.FILE,
        "Please read",
        bare(OFFER),
        False,
    )
    assert await found(store, "harbour") == ["Please read"]


async def test_an_answer_quotes_the_name_of_a_file_without_words(store: Store) -> None:
    ana = author(1)
    event = ana.write(replace_text(OFFER))
    await ingest(store, event, ana.write(Text("Thank you", event.id)))
    assert (await rows(store))[-1].quote == Quote(ana.peer, "harbour plan.pdf", deleted=False)


def test_the_column() -> None:
    assert file_values(None) == (None, "")
    stored, name = file_values(OFFER)
    assert (decode_file(stored), name) == (OFFER, OFFER.name)
    assert decode_file(None) is None


def transfer(event: Event) -> TransferRecord:
    header = event.header
    offer = bare(OFFER)
    return TransferRecord(
        event.id, header.room, header.author, NOW_MS, offer, "ab", TransferState.OFFERED
    )


async def test_transfers_last(tmp_path: Path) -> None:
    ana, bob = author(1), author(2)
    store = await Store.open(tmp_path, KEY)
    await store.rooms.add(record())
    event = ana.write(OFFER)
    await ingest(store, event)
    kept = transfer(event)
    await store.transfers.put(kept)
    assert await store.messages.offers() == ()
    kept.state, kept.done, kept.told = TransferState.PAUSED, 77, True
    kept.folder, kept.path, kept.reason = "/in", "/in/it", "disk-full"
    await store.transfers.change(kept)
    await store.transfers.settle(event.id, bob.peer, TransferState.DECLINED)
    await store.transfers.settle(event.id, bob.peer, TransferState.DONE)
    await store.close()
    store = await Store.open(tmp_path, KEY)
    assert await store.transfers.all() == [kept]
    assert await store.transfers.settled() == [(event.id, bob.peer, TransferState.DONE)]
    await store.transfers.forget(event.id)
    assert await store.transfers.all() == []
    assert await store.transfers.settled() == []
    await store.close()


async def test_transfers_that_lost_their_message(store: Store) -> None:
    ana = author(1)
    events = [ana.write(OFFER), ana.write(OFFER)]
    await ingest(store, *events, ana.write(Deleted(events[0].id)))
    lost = EventId(bytes(32))
    for event in events:
        await store.transfers.put(transfer(event))
    await store.transfers.put(replace(transfer(events[0]), event=lost))
    assert await store.transfers.astray() == ([lost], [events[0].id])
