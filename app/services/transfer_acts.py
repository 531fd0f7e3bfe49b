"""What people, and messages that go, have done with a transfer, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.errors import AppError
from app.domain.files import TransferState
from app.services.transfer_book import FETCHING, Entry, TransferBook
from app.services.transfer_fetcher import TransferFetcher
from app.services.transfer_jobs import TransferJobs
from app.services.transfer_lanes import TransferLanes
from app.services.transfer_server import TransferServer
from app.services.transfer_settings import SettingsKeeper, check_folder


@dataclass(frozen=True, slots=True)
class TenderParts:
    """What transfers are kept going with. `folder` is for manifests and states."""

    book: TransferBook
    settings: SettingsKeeper
    jobs: TransferJobs
    lanes: TransferLanes
    fetcher: TransferFetcher
    server: TransferServer
    folder: Path
    spawn: Callable[[Coroutine[Any, Any, None]], None]


class TransferActs:
    """Each waits for its turn at the transfer."""

    def __init__(self, parts: TenderParts) -> None:
        self._book = parts.book
        self._settings = parts.settings
        self._jobs = parts.jobs
        self._fetcher = parts.fetcher
        self._server = parts.server
        self._folder = parts.folder

    async def accept(self, entry: Entry, folder: Path | None) -> None:
        """Fetch into `folder`. Raises AppError."""
        async with entry.turn:
            if entry.state is TransferState.CANCELLED:
                raise AppError("transfer-over")
            if entry.state in FETCHING and folder not in (None, Path(entry.record.folder)):
                raise AppError("transfer-started", {"folder": entry.record.folder})
            if entry.state in FETCHING or self._is_there(entry, folder):
                return
            target = folder or self._settings.usual(entry.record.offer)
            make = folder is None or self._settings.is_default(target)
            missing = entry.record.offer.size - entry.record.done
            await asyncio.to_thread(check_folder, target, missing, make=make)
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            await self._begin(entry, target)

    @staticmethod
    def _is_there(entry: Entry, folder: Path | None) -> bool:
        """Tell whether it lies whole in that folder, anywhere without one."""
        path = Path(entry.record.path)
        is_wanted = folder is None or folder == path.parent
        return entry.state is TransferState.DONE and is_wanted and path.exists()

    async def _begin(self, entry: Entry, target: Path) -> None:
        record = entry.record
        if record.state is TransferState.DONE or str(target) != record.folder:
            await self._jobs.stop(entry, delete=record.state is not TransferState.DONE)
            self._jobs.clean(record.files)
            record.done = record.reused = 0
        record.folder, record.path, record.told = str(target), "", False
        await self._book.change(entry, TransferState.WAITING)
        self._fetcher.start(entry)

    async def drop(self, entry: Entry) -> None:
        """Decline an offer, or stop fetching and delete what came."""
        async with entry.turn:
            await self._end(entry, TransferState.DECLINED, delete=True)
        self._server.settle(entry)

    async def pause(self, entry: Entry) -> None:
        """Fetch or serve no more for now."""
        async with entry.turn:
            await self._end(entry, TransferState.PAUSED, delete=False)

    async def serve_again(self, entry: Entry) -> None:
        """Serve an own offer that was paused, or could not be served."""
        async with entry.turn:
            if entry.state in (TransferState.PAUSED, TransferState.FAILED):
                await self._book.change(entry, TransferState.OFFERED)
        self._server.announce(entry)

    async def withdrawn(self, entry: Entry) -> None:
        """The message that offered it is deleted. What we have got whole stays."""
        async with entry.turn:
            if entry.state is TransferState.DONE and not self._book.is_own(entry):
                entry.moved_away = True
                await self._jobs.stop(entry)
                await self._erase_voice(entry)
            elif entry.state is not TransferState.CANCELLED:
                own = self._book.is_own(entry)
                await self._end(entry, TransferState.CANCELLED, delete=not own)
                if own:
                    self._jobs.clean(entry.record.files)
                    await self._erase_voice(entry)

    async def _end(self, entry: Entry, state: TransferState, *, delete: bool) -> None:
        entry.record.state = state  # from now on nobody is let in while it is being stopped
        try:
            await self._fetcher.stop(entry)
            await self._jobs.stop(entry, delete=delete)
        finally:
            entry.reached.clear()
            if delete:
                entry.record.done, entry.record.reused, entry.record.told = 0, 0, False
            await self._book.change(entry, state)

    async def forget(self, entry: Entry) -> None:
        """The message is shown no more here."""
        whole = entry.state is TransferState.DONE
        async with entry.turn:
            await self._fetcher.stop(entry)
            await self._jobs.stop(entry, delete=not whole and not self._book.is_own(entry))
            self._jobs.clean(entry.record.files)
            await self._erase_voice(entry)
            await self._book.forget(entry)

    async def _erase_voice(self, entry: Entry) -> None:
        """What lies with the profile goes with its message; elsewhere somebody has put it."""
        path = Path(entry.record.path)
        others = (one.record for one in self._book.all() if one is not entry)
        over = TransferState.CANCELLED
        if any(one.path == entry.record.path and one.state is not over for one in others):
            return  # it was forwarded
        if entry.record.offer.voice_ms and path.parent == self._settings.voices:
            with suppress(OSError):
                await asyncio.to_thread(path.unlink, missing_ok=True)
