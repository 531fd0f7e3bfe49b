"""What the worker is at for each transfer: at most one job, under a number of its own."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from app.domain.errors import AppError
from app.domain.files import TransferState
from app.protocol.worker_messages import Discard, Earlier, Fetch, Serve
from app.services.transfer_book import FETCHING, Entry, TransferBook
from app.services.transfer_tidying import forget, tidy
from app.services.transfer_versions import likely_versions, still_there, was_received
from app.services.transfer_worker import Workshop


class TransferJobs:
    """`folder` holds a manifest and a state for each transfer."""

    def __init__(self, workshop: Workshop, book: TransferBook, folder: Path) -> None:
        self._workshop = workshop
        self._book = book
        self._folder = folder
        self._numbers: dict[Entry, int] = {}

    def manifest(self, files: str) -> Path:
        return self._folder / f"{files}.manifest"

    def state(self, files: str) -> Path:
        return self._folder / f"{files}.state"

    def make_folder(self) -> None:
        """Have a place for manifests."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def seen(self, files: str) -> Path:
        """Return where it is kept how the files look now, if not as the manifest says."""
        return self._folder / f"{files}.seen"

    @staticmethod
    def new_files() -> str:
        """Return a name for what is kept of a transfer."""
        return os.urandom(16).hex()

    def entry(self, number: int) -> Entry | None:
        """Return what the worker calls by this number."""
        return next((entry for entry, own in self._numbers.items() if own == number), None)

    def can_serve(self, entry: Entry) -> bool:
        """Tell whether there is anything here that others may get."""
        if self._book.is_own(entry):
            return entry.state is TransferState.OFFERED
        whole = entry.state is TransferState.DONE and not entry.moved_away
        return whole or entry in self._numbers

    async def ensure(self, entry: Entry) -> int:
        """Return the number of the job, which is begun if it is not there.

        Raises AppError, "not-here" if there is nothing to be moved now.
        """
        earlier = () if entry in self._numbers else await self._earlier(entry)
        number = self._numbers.get(entry)
        if number is None:
            if entry.state not in FETCHING and not self.can_serve(entry):
                raise AppError("not-here")
            number = self._numbers[entry] = self._workshop.number()
            try:
                await self._workshop.send(self._command(entry, number, earlier))
            except AppError:
                self.over(number)
                raise
        return number

    async def _earlier(self, entry: Entry) -> tuple[Earlier, ...]:
        """Return what may have something in common with what is to be fetched."""
        others = likely_versions(self._book, entry) if entry.state in FETCHING else []
        if not others:
            return ()
        return await asyncio.to_thread(still_there, self._book, others, self.manifest)

    def _command(self, entry: Entry, number: int, earlier: tuple[Earlier, ...]) -> Serve | Fetch:
        record, offer = entry.record, entry.record.offer
        manifest = str(self.manifest(record.files))
        if record.state in FETCHING:
            state = str(self.state(record.files))
            return Fetch(
                number,
                offer.root,
                offer.size,
                record.folder,
                manifest,
                state,
                earlier,
                offer.files,
            )
        received, seen = was_received(self._book, entry), str(self.seen(record.files))
        return Serve(number, offer.root, record.path, manifest, received, seen)

    async def stop(self, entry: Entry, *, delete: bool = False) -> None:
        """Return when nothing runs for a transfer; with `delete`, what came of it is gone too."""
        number = self._numbers.pop(entry, None)
        if number is not None:
            await self._workshop.stop(number, delete=delete)
        elif delete and entry.record.folder:
            await self._discard(entry)

    async def _discard(self, entry: Entry) -> None:
        record = entry.record
        manifest, state = self.manifest(record.files), self.state(record.files)
        if not state.exists():
            return
        number = self._workshop.number()
        await self._workshop.discard(
            Discard(number, record.offer.root, record.folder, str(manifest), str(state))
        )

    def over(self, number: int) -> Entry | None:
        """A job has ended by itself."""
        entry = self.entry(number)
        if entry is not None:
            del self._numbers[entry]
        return entry

    def died(self) -> None:
        """All jobs have ended with the worker."""
        self._numbers.clear()

    def clean(self, files: str) -> None:
        """Delete what is kept of a transfer beside its content."""
        forget(self._folder, files)

    async def tidy(self) -> None:
        """Delete what is kept of nothing that is known, or for nobody any more."""
        entries = self._book.all()
        known = [entry.record.files for entry in entries]
        spare = {
            entry.record.files: entry.record.path
            for entry in entries
            if entry.state is TransferState.DONE and was_received(self._book, entry)
        }
        dropped = await asyncio.to_thread(tidy, self._folder, known, spare, time.time())
        for entry in entries:
            entry.moved_away |= entry.record.files in dropped
