"""What an archive says of files: where they lie, how far they are, and their manifests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from app.crypto.content import root_digest
from app.domain.clock import physical_ms
from app.domain.errors import AppError
from app.domain.files import TransferState
from app.domain.ids import EventId, PeerId, RoomId
from app.protocol.archive import KeptTransfer, TransfersEntry
from app.storage.records import MessageRow
from app.storage.store import Store
from app.storage.transfer_repository import TransferRecord

MOST_MANIFEST = 1 << 20
"""Larger ones are left out; the file can be read again."""
MOST_TOGETHER = 500
State = TransferState
_STAYS = frozenset({State.OFFERED, State.DONE, State.DECLINED})

FindManifest = Callable[[str], Path]


async def transfers_of(store: Store, room: RoomId, manifest: FindManifest) -> list[TransfersEntry]:
    """Return what is to be said of a room's files, in records of a bearable size."""
    records = [one for one in await store.transfers.all() if one.room == room]
    settled: dict[EventId, list[tuple[bytes, str]]] = {}
    for event, peer, state in await store.transfers.settled():
        settled.setdefault(event, []).append((peer, state.value))
    kept = []
    for one in records:
        wire = await asyncio.to_thread(_manifest, manifest(one.files))
        kept.append(
            KeptTransfer(
                event=one.event,
                state=one.state.value,
                path=one.path,
                folder=one.folder,
                told=one.told,
                settled=settled.get(one.event, []),
                manifest=wire,
            )
        )
    return [TransfersEntry(room=room, transfers=list(part)) for part in _in_parts(kept)]


def _manifest(path: Path) -> bytes:
    with suppress(OSError):
        if path.stat().st_size <= MOST_MANIFEST:
            return path.read_bytes()
    return b""


def _in_parts(kept: Sequence[KeptTransfer]) -> Iterator[Sequence[KeptTransfer]]:
    part: list[KeptTransfer] = []
    size = 0
    for one in kept:
        if part and (size + len(one.manifest) > MOST_MANIFEST or len(part) == MOST_TOGETHER):
            yield part
            part, size = [], 0
        part.append(one)
        size += len(one.manifest)
    if part:
        yield part


async def take_transfers(
    store: Store, me: PeerId, entry: TransfersEntry, manifest: FindManifest
) -> None:
    """Store what one of these records says, as it makes sense on this machine."""
    for kept in entry.transfers:
        try:
            row = await store.messages.by_event(EventId(kept.event))
        except AppError as error:
            if error.code != "unknown-message":
                raise
            continue  # it was deleted here
        if row.file is not None and row.room == entry.room:
            files = os.urandom(16).hex()
            await asyncio.to_thread(_keep_manifest, manifest(files), kept.manifest, row)
            record = await asyncio.to_thread(_landed, kept, row, files, own=row.author == me)
            await store.transfers.put(record)
            for peer, state in kept.settled:
                await store.transfers.settle(record.event, PeerId(peer), _state(state))


def _keep_manifest(path: Path, wire: bytes, row: MessageRow) -> None:
    if wire and row.file is not None and root_digest(wire) == row.file.root:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wire)


def _landed(kept: KeptTransfer, row: MessageRow, files: str, *, own: bool) -> TransferRecord:
    """Return a transfer as it stands here: nothing moves, and what is not here says so."""
    if row.file is None:
        raise AppError("archive-damaged")
    state, reason = _state(kept.state), ""
    if own and not (kept.path and Path(kept.path).exists()):
        state, reason = State.FAILED, "source-gone"
    elif own:
        state = state if state is State.PAUSED else State.OFFERED
    elif state not in _STAYS:
        state = State.PAUSED
    folder = kept.folder
    if state is not State.DONE and not (folder and Path(folder).is_dir()):
        folder = folder if own else ""
    return TransferRecord(
        EventId(kept.event),
        row.room,
        row.author,
        physical_ms(row.position.hlc),
        row.file,
        files,
        state,
        done=row.file.size if state is State.DONE else 0,
        folder=folder,
        path=kept.path,
        reason=reason,
        told=kept.told,
    )


def _state(name: str) -> TransferState:
    try:
        return TransferState(name)
    except ValueError as error:
        raise AppError("archive-newer") from error
