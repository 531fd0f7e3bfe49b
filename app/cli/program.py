"""The headless program: requests in, replies and notices out, until the input ends."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any

from app.cli import requests as ask
from app.cli.account_handlers import AccountHandlers
from app.cli.handlers import Handlers
from app.cli.lines import CutLine, LineReader, LineWriter
from app.cli.render import Json, error, notices
from app.cli.transfer_render import TransferNotices
from app.cli.transfer_requests import SendFile
from app.domain.changes import Change
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.files import TransferChanged, TransferView
from app.domain.ids import to_text
from app.services.api import Account, Backend

_LAST = (ask.Quit, ask.Export, ask.Import)

log = logging.getLogger(__name__)


class Program:
    """Requests are carried out one after the other; only runs of `send` overlap. Replies do not:
    what they answer is looked up first, and others would overtake them.

    Whatever else is asked is answered while a file is being read for `send_file`; files are read
    one after the other. Only what ends or replaces the profile waits until they were.
    """

    def __init__(
        self, account: Account, backend: Backend, transfers: Iterable[TransferView] = ()
    ) -> None:
        """`transfers` are those of the backend, of which nothing is told until they change."""
        self._transfers = TransferNotices(transfers)
        self._stopped = asyncio.Event()
        self._writer = LineWriter(self._stopped.set)
        self._sends: set[asyncio.Task[None]] = set()
        self._files: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._handlers = Handlers(backend)
        self._account_handlers = AccountHandlers(account, self._adopt)
        self._stop_on_signals()
        self._adopt(backend)

    async def run(self) -> None:
        """Serve standard input until it ends, `quit` is asked or a signal comes."""
        serving = asyncio.create_task(self._serve(LineReader()))
        stopped = asyncio.create_task(self._stopped.wait())
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        tasks = (serving, stopped, *self._sends, *self._files)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._unsubscribe()

    def _adopt(self, backend: Backend) -> None:
        """Serve this backend from now on. The feed of one before it is silent already."""
        self._handlers = Handlers(backend)
        me = backend.profile
        self._writer.put({"event": "ready", "peer": to_text(me.peer), "name": me.name})
        self._unsubscribe = backend.feed.subscribe(self._tell)

    def close(self) -> None:
        """Write out what is queued."""
        self._writer.close()

    def _stop_on_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):
                loop.add_signal_handler(number, self._stopped.set)

    def _tell(self, change: Change) -> None:
        told = self._transfers.of(change.view) if isinstance(change, TransferChanged) else ()
        for notice in (*notices(change), *told):
            self._writer.offer(notice)

    async def _serve(self, reader: LineReader) -> None:
        while (line := await reader.next()) is not None:
            await self._writer.room()
            request = self._parse(line)
            if isinstance(request, ask.Send) and request.reply_to is None:
                self._start(self._answer(request), self._sends)
                continue
            await self._settle(self._sends)
            if isinstance(request, SendFile):
                self._start(self._answer_in_turn(request), self._files)
                continue
            if isinstance(request, _LAST):
                await self._settle(self._files)
            if request is not None:
                await self._answer(request)
            if isinstance(request, ask.Quit):
                return
        await self._settle(self._sends)
        await self._settle(self._files)

    @staticmethod
    def _start(work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    @staticmethod
    async def _settle(tasks: set[asyncio.Task[None]]) -> None:
        if tasks:
            await asyncio.wait(tuple(tasks))

    async def _answer_in_turn(self, request: SendFile) -> None:
        async with self._turn:
            await self._answer(request)

    def _parse(self, line: bytes) -> ask.Request | None:
        if isinstance(line, CutLine):
            self._refuse(ask.likely_id(line), AppError("line-too-long"))
            return None
        try:
            return ask.parse_request(line)
        except ask.BadRequestError as bad:
            self._refuse(bad.id, bad.error)
            return None

    async def _answer(self, request: ask.Request) -> None:
        try:
            answer = await self._handle(request)
        except AppError as problem:
            self._refuse(request.id, problem)
        except RemoteProtocolError as problem:
            self._refuse(request.id, AppError(problem.code))
        except Exception:
            log.exception("a request failed")
            self._refuse(request.id, AppError("internal-error"))
        else:
            self._writer.put({"id": request.id, "ok": True, **answer})

    async def _handle(self, request: ask.Request) -> dict[str, Any]:
        if isinstance(request, ask.Export | ask.Import):
            return await self._account_handlers.handle(request)
        return await self._handlers.handle(request)

    def _refuse(self, request_id: ask.Id, problem: AppError) -> None:
        reply: Json = {"id": request_id, "ok": False, "error": error(problem)}
        self._writer.put(reply)


async def serve(account: Account) -> None:
    """Open the profile, serve it, close it. Raises AppError if it cannot be opened."""
    backend = await account.open()
    program = Program(account, backend, await backend.transfers.transfers())
    try:
        await program.run()
    finally:
        await account.close()
        program.close()
