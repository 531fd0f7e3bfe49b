"""Commands to a worker, and lanes, with one in memory that says what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from app.domain.errors import AppError
from app.protocol.worker_messages import (
    Cap,
    Command,
    Discard,
    Failed,
    Notice,
    Prepare,
    Prepared,
    Progress,
    Stop,
    Stopped,
)
from app.services.transfer_worker import Workshop


class MemoryWorker:
    """Answers by `script`, or dies where that says None."""

    def __init__(self, script: Callable[[Command], list[Notice] | None]) -> None:
        self.script = script
        self.commands: list[Command] = []
        self.made = 0
        self.closed = False
        self._heard: Callable[[Notice], None] = lambda _: None
        self._died: Callable[[], None] = lambda: None

    def make(self, heard: Callable[[Notice], None], died: Callable[[], None]) -> MemoryWorker:
        self._heard, self._died = heard, died
        self.made += 1
        return self

    async def send(self, command: Command) -> None:
        self.commands.append(command)
        answers = self.script(command)
        loop = asyncio.get_running_loop()
        if answers is None:
            loop.call_soon(self._died)
        for answer in answers or ():
            loop.call_soon(self._heard, answer)

    async def close(self) -> None:
        self.closed = True


class Listener:
    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.deaths = 0

    def noticed(self, notice: Notice) -> None:
        self.notices.append(notice)

    def died(self) -> None:
        self.deaths += 1


def workshop(script: Callable[[Command], list[Notice] | None]) -> tuple[Workshop, MemoryWorker]:
    worker = MemoryWorker(script)
    made = Workshop(worker.make)
    made.listener = Listener()
    return made, worker


def prepared(command: Command) -> list[Notice]:
    assert isinstance(command, Prepare)
    return [Prepared(command.transfer, bytes(32), "a", 5, 1, False)]


async def test_a_worker_is_made_with_the_first_command_and_greeted() -> None:
    shop, worker = workshop(lambda c: [] if isinstance(c, Cap) else prepared(c))
    await shop.greet(Cap(5, 6), Cap(7, 8))
    await shop.close()
    assert (worker.made, worker.closed) == (0, False)
    assert (await shop.prepare("/a", "/m")).size == 5
    assert worker.commands[:2] == [Cap(5, 6), Cap(7, 8)]
    await shop.greet(Cap(9, 9))
    assert worker.commands[-1] == Cap(9, 9)
    await shop.close()
    assert worker.closed


async def test_what_fails_is_raised() -> None:
    shop, _ = workshop(lambda c: [Failed(getattr(c, "transfer", 0), "file-not-found", {"a": "b"})])
    with pytest.raises(AppError, match="file not found"):
        await shop.prepare("/a", "/m")
    with pytest.raises(AppError, match="file not found"):
        await shop.discard(Discard(9, bytes(32), "/f", "/m", "/s"))
    await shop.stop(3)  # what has failed is stopped


async def test_reading_is_begun_anew_after_a_death() -> None:
    deaths = iter([True, False])
    shop, worker = workshop(lambda c: None if next(deaths) else prepared(c))
    assert (await shop.prepare("/a", "/m")).name == "a"
    numbers = [c.transfer for c in worker.commands if isinstance(c, Prepare)]
    assert len(set(numbers)) == 2


async def test_two_deaths_are_said() -> None:
    shop, _ = workshop(lambda _: None)
    with pytest.raises(AppError, match="worker died"):
        await shop.prepare("/a", "/m")
    await shop.stop(3)
    assert isinstance(shop.listener, Listener)
    assert shop.listener.deaths == 3


async def test_a_reading_that_nobody_waits_for_is_stopped() -> None:
    shop, worker = workshop(lambda _: [])
    task = asyncio.create_task(shop.prepare("/a", "/m"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (begun, stopped) = worker.commands
    assert isinstance(begun, Prepare)
    assert stopped == Stop(begun.transfer)


async def test_what_nobody_waits_for_is_told() -> None:
    said: list[Notice] = [Progress(4, 1, 2, 0.0), Failed(4, "disk-full", {}), Stopped(4)]
    shop, _ = workshop(lambda c: said if isinstance(c, Cap) else [])
    await shop.send(Cap(0, 0))
    await asyncio.sleep(0.01)
    assert isinstance(shop.listener, Listener)
    assert shop.listener.notices == said


async def test_an_answer_of_another_kind_is_no_reading() -> None:
    shop, _ = workshop(lambda c: [Stopped(getattr(c, "transfer", 0))])
    with pytest.raises(AppError, match="worker unavailable"):
        await shop.prepare("/a", "/m")
