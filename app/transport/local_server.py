"""Hosts the bundled signaling server as a child process, watched by its health check."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus

import aiohttp

from app.domain.errors import AppError
from app.domain.programs import child_command

COMMAND = child_command("signaling")
PREFERRED_PORT = 8765
START_SECONDS = 30.0
STOP_SECONDS = 3.0
CHECK_EVERY = 5.0
FAILURES_ALLOWED = 3

log = logging.getLogger(__name__)


class ChildServer:
    """Implements `LocalServer`. A child that died or hangs is started again on the same port."""

    def __init__(self, name: str, command: Sequence[str] = COMMAND, host: str = "") -> None:
        self._command = (*command, "--die-with-parent", "--log-level", "warning", "--name", name)
        if host:
            self._command += ("--host", host)
        self._after: tuple[str, ...] = ()
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._url: str | None = None
        self._starting = asyncio.Lock()

    @property
    def url(self) -> str | None:
        return self._url

    async def start(self, after: str = "") -> str:
        async with self._starting:  # a person may ask for it just as it starts by itself
            if self._url is not None:
                return self._url
            self._after = ("--after", after) if after else ()
            try:
                url = await self._launch(PREFERRED_PORT if _is_free(PREFERRED_PORT) else 0)
            except AppError:
                url = await self._launch(0)
            self._url = url
            self._watcher = asyncio.get_running_loop().create_task(self._watch(url))
            return url

    async def _launch(self, port: int) -> str:
        pipe = asyncio.subprocess.PIPE
        command = (*self._command, *self._after, "--port", str(port))
        self._process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        try:
            async with asyncio.timeout(START_SECONDS):
                return await _listening_url(self._process)
        except (TimeoutError, ValueError, KeyError) as error:
            await self._end()
            raise AppError("hosting-failed", {"port": port}) from error

    async def stop(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
            self._watcher = None
        self._url = None
        await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _watch(self, url: str) -> None:
        failures = 0
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(CHECK_EVERY)) as client:
            while True:
                await asyncio.sleep(CHECK_EVERY)
                failures = 0 if await _is_healthy(client, url) else failures + 1
                dead = self._process is None or self._process.returncode is not None
                if dead or failures >= FAILURES_ALLOWED:
                    failures = 0
                    await self._restart(url)

    async def _restart(self, url: str) -> None:
        log.warning("the hosted server does not answer; starting it again")
        await self._end()
        try:
            await self._launch(int(url.rpartition(":")[2]))
        except AppError as error:
            log.warning("%s", error)


def _is_free(port: int) -> bool:
    """Tell whether nobody listens on a port yet: a server that finds it taken complains aloud."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


async def _listening_url(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None:
        raise ValueError("no output")
    line = json.loads(await process.stdout.readline())
    return str(line["url"])


async def _is_healthy(client: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with client.get(f"{url}/healthz") as response:
            return response.status == HTTPStatus.OK
    except (aiohttp.ClientError, TimeoutError):
        return False
