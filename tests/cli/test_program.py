"""The program: what comes first, what waits for what, how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import open_account
from app.cli import program
from app.cli.__main__ import main
from app.cli.lines import LineReader, LineWriter
from app.cli.program import serve
from app.config import Settings
from app.domain.errors import AppError
from app.services.message_service import MessageService

Json = dict[str, Any]
WAIT = 90.0
"""Seconds that only what hangs takes."""


class Run:
    """A running program, whose input and output are pipes."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests = requests
        self._answers = LineReader(answers)
        self.said: list[Json] = []

    def write(self, *lines: Json | bytes) -> None:
        for line in lines:
            os.write(self._requests, line if isinstance(line, bytes) else json.dumps(line).encode())
            os.write(self._requests, b"\n")

    async def until(self, **fields: object) -> Json:
        async with asyncio.timeout(WAIT):
            while line := await self._answers.next():
                self.said.append(json.loads(line))
                if self.said[-1].items() >= fields.items():
                    return self.said[-1]
        raise AssertionError(f"it ended: {self.said}")

    def end(self) -> None:
        os.close(self._requests)
        self._requests = -1

    async def rest(self) -> list[Json]:
        """Read to the end; return all that was said."""
        async with asyncio.timeout(WAIT):
            while line := await self._answers.next():
                self.said.append(json.loads(line))
        return self.said


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Run]:
    requests, write_requests = os.pipe()
    read_answers, answers = os.pipe()
    run = Run(write_requests, read_answers)

    async def go() -> None:
        settings = Settings(folder, name="Ana", use_keyring=False)
        try:
            await serve(open_account(settings))
        finally:
            os.close(answers)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "LineReader", lambda: LineReader(requests))
        patch.setattr(program, "LineWriter", lambda broken: LineWriter(broken, answers))
        going = asyncio.create_task(go())
        try:
            yield run
        finally:
            if run._requests >= 0:
                run.end()
            await asyncio.wait_for(going, WAIT)
            run._answers.close()
            for descriptor in (requests, read_answers):
                os.close(descriptor)


async def test_it_is_ready_first_and_ends_with_its_input(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.write({"id": 1, "do": "whoami"})
        run.end()
        said = await run.rest()
    assert (said[0]["event"], said[0]["name"]) == ("ready", "Ana")
    assert (said[1]["id"], said[1]["peer"]) == (1, said[0]["peer"])


async def test_quit_is_answered_and_ends_it(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.write({"id": 1, "do": "quit"}, {"id": 2, "do": "whoami"})
        said = await run.rest()
    assert [one.get("id") for one in said] == [None, 1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it(tmp_path: Path, number: int) -> None:
    async with running(tmp_path) as run:
        await run.until(event="ready")
        os.kill(os.getpid(), number)
        assert len(await run.rest()) == 1
    loop = asyncio.get_running_loop()
    for handled in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(handled)


async def test_bad_lines_are_answered_and_it_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        long = b"x" * (1024 * 1024 + 1)
        feeding = asyncio.create_task(asyncio.to_thread(run.write, b"{", long, b"[]"))
        for code in ("bad-json", "line-too-long", "bad-request"):
            assert (await run.until(ok=False))["error"]["code"] == code
        await feeding
        run.write({"id": 5, "do": "call_start", "room": "r"}, {"id": 6, "do": "whoami"})
        assert (await run.until(id=5))["error"]["code"] == "not-implemented"
        assert (await run.until(id=6))["ok"]


async def test_requests_wait_for_the_sends_before_them(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.write({"id": 0, "do": "room_create", "name": "Lab"})
        room = (await run.until(id=0))["room"]
        sends = [{"id": n, "do": "send", "room": room, "text": str(n)} for n in range(1, 301)]
        run.write(*sends, {"id": 999, "do": "history", "room": room, "limit": 1000})
        history = await run.until(id=999)
    replies = [one["id"] for one in run.said if one.get("ok")]
    assert replies == [0, *range(1, 301), 999]
    assert [one["text"] for one in history["messages"]] == [str(n) for n in range(1, 301)]


async def test_sends_are_finished_at_the_end_of_input(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        run.write({"id": 0, "do": "room_create", "name": "Lab"})
        room = (await run.until(id=0))["room"]
        run.write(*({"id": n, "do": "send", "room": room, "text": "x"} for n in range(1, 50)))
        run.end()
        said = await run.rest()
    assert [one["id"] for one in said if "id" in one] == list(range(50))


async def test_others_are_answered_while_a_file_is_read(tmp_path: Path) -> None:
    large = tmp_path / "large.img"
    large.touch()
    os.truncate(large, 100 << 30)
    (small := tmp_path / "small.txt").write_bytes(b"small")
    async with running(tmp_path / "profile") as run:
        run.write({"id": 0, "do": "room_create", "name": "Lab"})
        room = (await run.until(id=0))["room"]
        for number, path in enumerate((large, small), 1):
            run.write({"id": number, "do": "send_file", "room": room, "path": str(path)})
        found: list[Json] = []
        while not found:
            run.write({"id": 3, "do": "transfers"})
            found = (await run.until(id=3))["transfers"]
        assert [(one["name"], one["state"]) for one in found] == [("large.img", "preparing")]
        run.write({"id": 4, "do": "file_cancel", "transfer": found[0]["transfer"]})
        assert (await run.until(id=1))["error"]["code"] == "offer-stopped"
        run.write({"id": 5, "do": "history", "room": room, "limit": 5}, {"id": 6, "do": "quit"})
        said = await run.rest()
    answers = {one["id"]: one for one in said if "id" in one}
    assert all(answers[number]["ok"] for number in (2, 4, 5, 6))
    replies = [one["id"] for one in said if "id" in one]
    assert replies.index(2) < replies.index(6)


@pytest.mark.expected_errors("app.cli.program: a request failed")
async def test_our_own_mistake_is_an_answer_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(MessageService, "summaries", fail)
    async with running(tmp_path) as run:
        run.write({"id": 1, "do": "rooms"})
        assert (await run.until(id=1))["error"]["code"] == "internal-error"


@pytest.fixture
def unlogged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.__main__.configure_logging", lambda _level: None)


@pytest.mark.usefixtures("unlogged")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        *((["--name", name], "name") for name in ("", "   ", "x" * 65, "\u200b")),
        *(
            (["--server", url], "server url")
            for url in (
                "ftp://here",
                "here",
                "nonsense:",
                "http://",
                "",
                "http://127.0.0.1:99999",
                "http://me:pw@here/",
            )
        ),
        (["--passphrase-file", "/there/is/none"], "passphrase unreadable"),
        (["--passphrase-file", "/"], "passphrase unreadable"),
    ],
)
def test_a_profile_that_does_not_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    folder = tmp_path / "Ana"
    assert main(["--data-dir", str(folder), "--no-lan", *arguments]) == 1
    said = capsys.readouterr()
    [line] = said.err.splitlines()
    assert line.startswith("parlor-cli: ")
    assert words in line
    assert said.out == ""
    assert not folder.exists()


@pytest.mark.usefixtures("unlogged")
@pytest.mark.parametrize("arguments", [["--fly"], ["--log-level", "loud"], ["--data-dir"]])
def test_arguments_that_do_not_exist(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: parlor-cli" in capsys.readouterr().err


async def test_a_second_run_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.until(event="ready")
        with pytest.raises(AppError, match="already running"):
            await open_account(Settings(tmp_path, use_keyring=False)).open()
