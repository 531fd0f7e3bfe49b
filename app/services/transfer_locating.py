"""Files that were moved, or touched: looked at again, and served if they are what was offered."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from app.domain.errors import AppError
from app.domain.files import TransferState
from app.protocol.worker_messages import Progress, Verify
from app.services.transfer_acts import TransferActs
from app.services.transfer_book import Checked, Entry, TransferBook
from app.services.transfer_jobs import TransferJobs
from app.services.transfer_versions import was_received
from app.services.transfer_worker import Workshop

State = TransferState
TO_LOOK_AT = frozenset({"source-changed", "manifest-lost"})
"""What is wrong with a file that lies where it was, and may be right again."""


class TransferLocator:
    def __init__(
        self, book: TransferBook, jobs: TransferJobs, workshop: Workshop, acts: TransferActs
    ) -> None:
        self._book = book
        self._jobs = jobs
        self._workshop = workshop
        self._acts = acts

    async def resume(self, entry: Entry) -> bool:
        """Look again at an own file of which something was wrong; tell whether it was looked at.

        Raises AppError("source-gone" | "file-not-found" | "file-differs" | ...).
        """
        record = entry.record
        if entry.state is not State.FAILED:
            return False
        if not record.path:
            raise AppError("source-gone")
        path, manifest = Path(record.path), self._jobs.manifest(record.files)
        there, kept = await asyncio.to_thread(lambda: (path.exists(), manifest.exists()))
        if not there:
            raise AppError("file-not-found", {"path": record.path})
        if kept and record.reason not in TO_LOOK_AT:
            return False
        await self.locate(entry, path)
        return True

    async def locate(self, entry: Entry, path: Path) -> None:
        """Serve a file, or open it, from where it lies now. It is read whole before.

        Raises AppError("not-here" | "transfer-over" | "file-differs" | "file-not-found" |
        "file-unreadable" | ...).
        """
        self._check(entry)
        if entry.checked is not None:
            raise AppError("still-reading")
        entry.checked = Checked()
        self._book.tell(entry)
        try:
            source = str(await asyncio.to_thread(path.absolute))
            await asyncio.to_thread(self._jobs.make_folder)
            command, told = partial(self._verify, entry, source), partial(self._told, entry)
            await self._workshop.read(command, told)
            async with entry.turn:
                self._check(entry)
                await self._jobs.stop(entry)
                entry.record.path, entry.moved_away = source, False
                await self._book.keep(entry)
        finally:
            entry.checked = None
            self._book.tell(entry)
        await self._acts.serve_again(entry)

    def _check(self, entry: Entry) -> None:
        if entry.state in (State.CANCELLED, State.DECLINED):
            raise AppError("transfer-over")
        if not self._book.is_own(entry) and entry.state is not State.DONE:
            raise AppError("not-here")

    def _verify(self, entry: Entry, path: str, number: int) -> Verify:
        record = entry.record
        manifest, seen = self._jobs.manifest(record.files), self._jobs.seen(record.files)
        received = was_received(self._book, entry)
        offer = record.offer
        return Verify(number, offer.root, offer.name, path, str(manifest), str(seen), received)

    def _told(self, entry: Entry, news: Progress) -> None:
        if entry.checked is not None:
            entry.checked = Checked(news.done, news.rate)
            self._book.moved(entry)
