"""A whole profile to one encrypted file and back.

What is exported is what was said, not how it is stored: an import hands the events to the same
door as those of other members, so any later version can read it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

from app.crypto.identity import Identity
from app.crypto.room_keys import EpochKeys, epoch_keys, govern_only
from app.crypto.vault import Secrets, new_secrets
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import Position, RoomKind
from app.protocol.archive import (
    ClearedEntry,
    EventsEntry,
    HiddenEntry,
    KeptEntry,
    MarksEntry,
    PersonRecord,
    PictureEntry,
    ProfileRecord,
    ReadEntry,
    Record,
    RoomEntry,
    SettingRecord,
    TimersEntry,
    TransfersEntry,
)
from app.services.api import Progress, no_progress
from app.services.archive_kept import after_events, before_events
from app.services.archive_kept import take as take_kept
from app.services.archive_transfers import FindManifest, take_transfers, transfers_of
from app.services.clocks import WallClock
from app.services.conversation import WAITING
from app.services.me import NAME_SETTING, Me
from app.services.picture_service import PICTURE_SETTING
from app.storage.archive_file import ArchiveReader, ArchiveWriter
from app.storage.records import RoomRecord
from app.storage.store import Store
from app.storage.takeover import TRANSFERS

OF_THE_STORE = ("log.", "secret.")
"""Settings so named tell how one database was filled, or are not for a file that is passed on."""

BATCH_BYTES = 1024 * 1024
INGEST_EVENTS = 256

T = TypeVar("T")


async def to_its_end(work: Callable[..., T], *values: Any) -> T:
    """Run `work` in a thread. If we are cancelled meanwhile, it has ended all the same."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *values))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # or it would be said that nobody asked for it
        raise


def no_manifest(_files: str) -> Path:
    """Nothing is kept of files."""
    return Path(os.devnull)


async def export_profile(  # noqa: PLR0913, PLR0917 - what is exported, whereto and how
    store: Store,
    me: Me,
    path: Path,
    passphrase: str,
    on_progress: Progress = no_progress,
    manifest: FindManifest = no_manifest,
) -> None:
    """Write everything in `store` to a new file that only `passphrase` opens.

    `manifest` tells where what is kept of files lies. Nothing is left behind if it fails or is
    cancelled. Raises AppError("file-exists" | "folder-missing" | "folder-read-only" | "disk-full" |
    "disk-failed" | "passphrase-empty").
    """
    if not passphrase:
        raise AppError("passphrase-empty")
    writer = ArchiveWriter(path, passphrase)
    try:
        await to_its_end(writer.begin)
        async with aclosing(_records(store, me, on_progress, manifest)) as records:
            async for batch in records:
                await to_its_end(writer.write, batch)
        await to_its_end(writer.commit)
    finally:
        await to_its_end(writer.discard)


async def _records(
    store: Store, me: Me, on_progress: Progress, manifest: FindManifest
) -> AsyncGenerator[list[Record], None]:
    rooms = await store.rooms.all()
    vectors = {record.room: await store.log.vector(record.room) for record in rooms}
    total = sum(sum(vector.values()) for vector in vectors.values())
    seed, now = me.identity.seed, WallClock().now_ms()
    yield [ProfileRecord(seed=seed, name=me.name, made_ms=now, events=total)]
    settings = (await store.settings.all()).items()
    yield [SettingRecord(key=k, value=v) for k, v in settings if not k.startswith(OF_THE_STORE)]
    names, seen = await store.peers.names(), await store.peers.last_seen()
    people = {**names, **seen}
    yield [PersonRecord(peer=p, name=names.get(p, ""), seen_ms=seen.get(p, 0)) for p in people]
    own = await store.pictures.get(await store.settings.get(PICTURE_SETTING, ""))
    yield [PictureEntry(image=own)] if own else []
    done = 0
    for record in rooms:
        async for entries in _room(store, record, vectors[record.room]):
            yield entries
            done += sum(len(e.events) for e in entries if isinstance(e, EventsEntry))
            on_progress(done, total)
        for files in await transfers_of(store, record.room, manifest):
            yield [files]


async def _room(
    store: Store, record: RoomRecord, vector: Mapping[PeerId, int]
) -> AsyncGenerator[list[Record], None]:
    room = record.room
    overview, marks = await store.rooms.overview(room), await store.marks.load(room)
    entry = RoomEntry(
        room=room,
        kind=record.kind.value,
        peer=record.peer,
        joined=record.joined,
        epochs=sorted((n, secret) for n, secret in record.epochs.items() if n >= 0),
        draft=overview.draft,
        sent=marks.sent,
        governs=sorted(record.governs.items()),
        founder=(await store.log.state(room)).governance.seed,
        asking=record.epochs.get(WAITING),
    )
    yield [entry, *await before_events(store, room)]
    for author, last in vector.items():
        first = 1
        while first <= last:
            events = await store.log.events_in(room, [(author, first, last)], BATCH_BYTES)
            if not events:
                break
            yield [EventsEntry(room=room, events=events)]
            first += len(events)
    after: list[Record] = [
        MarksEntry(
            room=room,
            member=member,
            marks=[
                (author, of.stored.get(author, 0), of.read.get(author, 0))
                for author in {**of.stored, **of.read}
            ],
        )
        for member, of in marks.members.items()
    ]
    if overview.read_to is not None:
        after.append(ReadEntry(room=room, hlc=overview.read_to.hlc, event=overview.read_to.event))
    after += await after_events(store, record)
    yield after


CreateVault = Callable[[Secrets], object]
"""Stores the secrets of the profile that is being built; it blocks."""


async def import_profile(
    folder: Path,
    path: Path,
    passphrase: str,
    create_vault: CreateVault,
    on_progress: Progress = no_progress,
) -> None:
    """Build the profile in the archive `path` in an empty `folder`, and close it.

    It is whole if this returns; else `folder` is to be thrown away. Raises
    AppError("wrong-passphrase" | "archive-damaged" | "archive-newer" | "file-unreadable" | ...).
    """
    reader = ArchiveReader(path, passphrase)
    replay = Replay(folder, create_vault)
    try:
        await to_its_end(reader.open)
        batches = reader.batches()
        while (batch := await to_its_end(next, batches, None)) is not None:
            for record in batch:
                await replay.take(record)
            on_progress(reader.done, reader.total)
    finally:
        await replay.close()
        await to_its_end(reader.close)


class Replay:
    """Takes in one record after another; the first one makes the profile."""

    def __init__(self, folder: Path, create_vault: CreateVault) -> None:
        self._folder, self._create_vault = folder, create_vault
        self._store: Store | None = None
        self._me: PeerId | None = None
        self._keys: dict[bytes, dict[int, EpochKeys]] = {}
        self._now = WallClock().now_ms()

    async def take(self, record: Record) -> None:
        """Store what `record` says. Raises AppError."""
        if isinstance(record, ProfileRecord):
            await self._begin(record)
            return
        if isinstance(record, TransfersEntry):
            self._known(record.room)
            await take_transfers(self._open_store(), self._own(), record, self._manifest)
            return
        if isinstance(record, ClearedEntry | HiddenEntry | KeptEntry | TimersEntry):
            await take_kept(self._open_store(), self._known(record.room), record)
            return
        store = self._open_store()
        match record:
            case SettingRecord() | PersonRecord() | PictureEntry():
                await _take_small(store, record)
            case RoomEntry():
                await self._room(store, record)
            case EventsEntry():
                await self._events(store, self._known(record.room), record.events)
            case MarksEntry():
                await self._marks(store, record)
            case ReadEntry():
                place = Position(record.hlc, EventId(record.event))
                await store.marks.mark_read(self._known(record.room), place, self._own())

    async def close(self) -> None:
        """Close what was made."""
        if self._store is not None:
            await self._store.close()

    def _manifest(self, files: str) -> Path:
        return self._folder / TRANSFERS / f"{files}.manifest"

    def _open_store(self) -> Store:
        if self._store is None:
            raise AppError("archive-damaged")
        return self._store

    def _known(self, room: bytes) -> RoomId:
        if room not in self._keys:
            raise AppError("archive-damaged")
        return RoomId(room)

    def _own(self) -> PeerId:
        if self._me is None:
            raise AppError("archive-damaged")
        return self._me

    async def _begin(self, record: ProfileRecord) -> None:
        secrets = new_secrets(record.seed)
        self._me = Identity(record.seed).peer
        self._now = max(self._now, record.made_ms)  # what was shown there is shown here
        await to_its_end(self._create_vault, secrets)
        self._store = await Store.open(self._folder, secrets.database_key, self._me)
        await self._store.settings.set(NAME_SETTING, record.name)

    async def _room(self, store: Store, entry: RoomEntry) -> None:
        try:
            kind = RoomKind(entry.kind)
        except ValueError as error:
            raise AppError("archive-newer") from error
        if not entry.epochs and entry.asking is None:
            raise AppError("archive-damaged")
        self._keys[entry.room] = {n: govern_only(n, key) for n, key in entry.governs}
        self._keys[entry.room] |= {n: epoch_keys(n, secret) for n, secret in entry.epochs}
        room = RoomId(entry.room)
        await store.rooms.add(_record(room, kind, entry))
        if entry.founder is not None:
            await store.log.set_founder(room, PeerId(entry.founder))
        await store.rooms.save_draft(room, entry.draft)
        await store.marks.set_sent(room, entry.sent)

    async def _events(self, store: Store, room: RoomId, events: Sequence[bytes]) -> None:
        keys = self._keys[room]
        for at in range(0, len(events), INGEST_EVENTS):
            batch = events[at : at + INGEST_EVENTS]
            try:
                committed = await store.log.ingest(room, batch, keys, self._now)
            except RemoteProtocolError as error:
                raise AppError("archive-damaged") from error
            if len(committed.events) != len(batch):
                raise AppError("archive-damaged")

    async def _marks(self, store: Store, entry: MarksEntry) -> None:
        stored = {PeerId(author): seq for author, seq, _ in entry.marks}
        read = {PeerId(author): seq for author, _, seq in entry.marks}
        await store.marks.update(self._known(entry.room), PeerId(entry.member), stored, read)


async def _take_small(store: Store, record: SettingRecord | PersonRecord | PictureEntry) -> None:
    match record:
        case SettingRecord():
            if not record.key.startswith(OF_THE_STORE):
                await store.settings.set(record.key, record.value)
        case PersonRecord():
            await store.peers.seen(PeerId(record.peer), record.name, record.seen_ms)
        case PictureEntry():
            await store.pictures.keep(record.image)


def _record(room: RoomId, kind: RoomKind, entry: RoomEntry) -> RoomRecord:
    epochs = dict(entry.epochs)
    if entry.asking is not None:
        epochs[WAITING] = entry.asking
    return RoomRecord(
        room,
        kind,
        epochs,
        PeerId(entry.peer) if entry.peer is not None else None,
        entry.joined,
        governs=dict(entry.governs),
    )
