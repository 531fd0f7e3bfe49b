"""Files that are forwarded: offered again from where they lie, without being read again."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from app.domain.errors import AppError
from app.domain.files import TransferState
from app.domain.ids import EventId
from app.services.transfer_book import Entry, TransferBook
from app.services.transfer_jobs import TransferJobs
from app.services.transfer_versions import was_received
from app.storage.records import MessageRow

_OWN_HERE = frozenset({TransferState.OFFERED, TransferState.PAUSED})


class FileCarrier:
    def __init__(self, book: TransferBook, jobs: TransferJobs) -> None:
        self._book = book
        self._jobs = jobs

    async def check(self, source: EventId) -> None:
        """Refuse what could not be given to anybody.

        Raises AppError("not-here" | "file-not-found" | "source-changed" | "manifest-lost" | ...).
        """
        entry = await self._book.get(source)
        if self._book.is_own(entry):
            if entry.state not in _OWN_HERE:
                raise AppError(entry.record.reason or "not-here")
        elif entry.state is not TransferState.DONE:
            raise AppError("not-here")
        if entry.moved_away:
            raise AppError("source-changed")
        await asyncio.to_thread(self._look, entry)

    def _look(self, entry: Entry) -> None:
        if not Path(entry.record.path).exists():
            raise AppError("file-not-found", {"path": entry.record.path})
        if not self._jobs.manifest(entry.record.files).exists():
            raise AppError("manifest-lost")

    async def carry(self, source: EventId, row: MessageRow) -> None:
        """Serve the offer in `row` from what `source` has offered. Raises AppError."""
        entry = await self._book.get(source)
        known = entry.record
        folder = known.folder if was_received(self._book, entry) else ""
        files = await asyncio.to_thread(self._copy, known.files)
        await self._book.add(row, known.path, files, folder)

    def _copy(self, files: str) -> str:
        """Keep the manifest once more: each transfer ends by itself."""
        copy = self._jobs.new_files()
        for name in (self._jobs.manifest, self._jobs.seen):
            if name(files).exists():
                shutil.copyfile(name(files), name(copy))
        return copy
