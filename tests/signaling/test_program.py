"""`parlor-server` as a process of its own."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.signaling.people import Person
from tests.signaling.running import RawClient

WAIT = 60.0
LOCAL = ("--host", "127.0.0.1", "--port", "0", "--no-advertise")


@asynccontextmanager
async def program(*flags: str) -> AsyncIterator[Process]:
    command = (sys.executable, "-m", "signaling", *flags)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def url_of(process: Process) -> str:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), WAIT)
    said = json.loads(line)
    assert said["event"] == "listening"
    return str(said["url"])


async def end_of(process: Process) -> tuple[int | None, str, str]:
    out, err = await asyncio.wait_for(process.communicate(), WAIT)
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_listens_and_stops_when_asked(number: signal.Signals) -> None:
    async with program(*LOCAL) as process:
        url = await url_of(process)
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        async with RawClient(url) as client:
            await client.enter(Person())
            process.send_signal(number)
            assert await client.next_event() == ("stopping", {})
            assert await client.gone()
        code, out, err = await end_of(process)
    assert (code, out) == (0, "")
    assert "ERROR" not in err
    assert "Traceback" not in err


async def test_by_default_it_listens_for_others_and_says_an_address() -> None:
    async with program("--port", "0", "--no-advertise") as process:
        assert re.fullmatch(r"http://[0-9.]+:\d+", await url_of(process))


async def test_it_ends_with_its_parent_when_asked_to() -> None:
    async with program(*LOCAL, "--die-with-parent") as process:
        await url_of(process)
        assert process.stdin is not None
        process.stdin.write(b"ignored\n")
        await process.stdin.drain()
        process.stdin.close()
        assert (await end_of(process))[0] == 0


async def test_a_port_in_use_is_one_sentence() -> None:
    async with program(*LOCAL) as process:
        port = (await url_of(process)).rpartition(":")[2]
        async with program(*LOCAL, "--port", port) as second:
            code, out, err = await end_of(second)
    assert (code, out) == (1, "")
    expected = f"parlor-server: cannot listen on 127.0.0.1 port {port}: address already in use\n"
    assert err.lower() == expected


@pytest.mark.parametrize("flags", [("--port", "x"), ("--config", "/nowhere"), ("--colour", "red")])
async def test_a_wrong_setting_is_told_and_ends_it(flags: tuple[str, ...]) -> None:
    async with program(*flags) as process:
        code, out, err = await end_of(process)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert "parlor-server" in err


async def test_a_host_that_does_not_exist_is_one_sentence() -> None:
    async with program("--host", "no.such.host.invalid", "--no-advertise") as process:
        code, _, err = await end_of(process)
    assert code == 1
    assert err.startswith("parlor-server: cannot listen on no.such.host.invalid port 8765: ")
    assert err.count("\n") == 1
