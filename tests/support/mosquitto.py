"""A real MQTT broker on the loopback interface, as a process of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tests.support.ports import free_port

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
STARTS_WITHIN = 40.0


class Broker:
    """`stop` ends it; `port` is where it listens."""

    def __init__(self, process: Process, port: int) -> None:
        self._process = process
        self.port = port

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it hang for a while."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()


@asynccontextmanager
async def mosquitto(folder: Path, settings: str = "allow_anonymous true") -> AsyncIterator[Broker]:
    """Yield a broker whose configuration has these lines."""
    assert MOSQUITTO is not None
    port = free_port()
    file = folder / f"mosquitto-{port}.conf"
    # Started by root it would give its rights away, and then not read the folder of a test.
    user = "user root\n" if os.geteuid() == 0 else ""
    file.write_text(f"{user}listener {port} 127.0.0.1\n{settings}\n")
    command = (MOSQUITTO, "-c", str(file))
    process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)
    broker = Broker(process, port)
    try:
        async with asyncio.timeout(STARTS_WITHIN):
            await _answers(port)
        yield broker
    finally:
        await broker.stop()


async def _answers(port: int) -> None:
    for _ in range(10_000):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            await writer.wait_closed()
            return
