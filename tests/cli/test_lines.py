"""Lines in and out."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli import lines
from app.cli.lines import CutLine, LineReader, LineSplitter, LineWriter

LIMIT = 8
HEAD = 4
PIECES = st.lists(st.binary(max_size=3) | st.sampled_from([b"\n", b"x" * 9, b" "]), max_size=30)


@pytest.fixture(autouse=True)
def short_lines() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "MAX_LINE", LIMIT)
        patch.setattr(lines, "HEAD", HEAD)
        yield


def cut(stream: bytes) -> list[bytes]:
    """Say by hand what the splitter should."""
    *whole, last = stream.split(b"\n")
    lines_of = [*whole, last] if last else whole
    return [line[:HEAD] if len(line) > LIMIT else line for line in lines_of]


@given(PIECES)
def test_lines_do_not_depend_on_where_the_stream_is_cut(pieces: list[bytes]) -> None:
    splitter = LineSplitter()
    found = [line for piece in pieces for line in splitter.feed(piece)]
    found += splitter.end()
    assert found == cut(b"".join(pieces))


def test_a_line_without_end_takes_no_memory() -> None:
    splitter = LineSplitter()
    for _ in range(1000):
        assert list(splitter.feed(b"x" * 100)) == []
    assert len(splitter._rest) <= LIMIT + 100
    cut, whole = splitter.feed(b"\nok\n")
    assert (cut, isinstance(cut, CutLine)) == (b"x" * HEAD, True)
    assert (whole, isinstance(whole, CutLine)) == (b"ok", False)


async def all_of(reader: LineReader) -> list[bytes]:
    found = []
    while (line := await reader.next()) is not None:
        found.append(line)
    return found


async def test_a_pipe_is_read_to_its_end() -> None:
    readable, writable = os.pipe()
    reader = LineReader(readable)
    os.write(writable, b"one\n\ntwo\nthr")
    assert [await reader.next(), await reader.next()] == [b"one", b""]
    assert await reader.next() == b"two"
    os.write(writable, b"ee")
    os.close(writable)
    assert await all_of(reader) == [b"three"]
    reader.close()
    os.close(readable)


async def test_a_file_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "requests"
    path.write_bytes(b"".join(b"%d\n" % n for n in range(3000)))
    descriptor = os.open(path, os.O_RDONLY)
    assert await all_of(LineReader(descriptor)) == [b"%d" % n for n in range(3000)]
    os.close(descriptor)


async def test_a_closed_input_has_ended(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    assert await LineReader(descriptor).next() is None
    os.close(descriptor)


async def test_who_writes_faster_than_we_read_has_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_AHEAD", 2)
    readable, writable = os.pipe()
    reader = LineReader(readable)
    for number in range(20):
        os.write(writable, b"%d\n" % number)
        await asyncio.sleep(0.001)
    assert reader._lines.qsize() <= 3
    os.close(writable)
    assert await all_of(reader) == [b"%d" % n for n in range(20)]
    reader.close()
    os.close(readable)


def _read_all(descriptor: int) -> list[object]:
    with os.fdopen(descriptor, "rb") as stream:
        return [json.loads(line) for line in stream]


async def test_lines_are_written_whole_and_in_order() -> None:
    readable, writable = os.pipe()
    reading = asyncio.create_task(asyncio.to_thread(_read_all, readable))
    writer = LineWriter(lambda: None, writable)
    said = [{"n": n, "text": "x" * (n % 7 * 3000)} for n in range(200)]
    for one in said:
        writer.put(one)
    await asyncio.to_thread(writer.close)
    os.close(writable)
    assert await reading == said


async def test_a_reader_who_does_not_read_holds_nobody_up() -> None:
    readable, writable = os.pipe()
    writer = LineWriter(lambda: None, writable)
    for number in range(300):
        writer.put({"n": number, "text": "x" * 1000})
    reading = asyncio.create_task(asyncio.to_thread(_read_all, readable))
    await asyncio.to_thread(writer.close)
    os.close(writable)
    assert len(await reading) == 300


async def test_notices_that_nobody_reads_take_no_memory_and_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lines, "MAX_QUEUED", 100_000)
    readable, writable = os.pipe()
    writer = LineWriter(lambda: None, writable)
    for number in range(1000):
        writer.offer({"n": number, "text": "x" * 1000})
    assert writer._bytes < 110_000
    waiting = asyncio.create_task(writer.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    reading = asyncio.create_task(asyncio.to_thread(_read_all, readable))
    await waiting
    writer.offer({"n": 1000})
    await asyncio.to_thread(writer.close)
    os.close(writable)
    said = await reading
    (told,) = (one for one in said if isinstance(one, dict) and "event" in one)
    heard = len(said) - 1
    assert told["code"] == "notices-lost"
    assert f"count: {1001 - heard}" in told["message"]
    assert said[-1] == {"n": 1000}


async def test_output_to_a_file(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "said", os.O_RDWR | os.O_CREAT)
    writer = LineWriter(lambda: None, descriptor)
    writer.put({"n": 1})
    writer.close()
    os.close(descriptor)
    assert (tmp_path / "said").read_bytes() == b'{"n":1}\n'


async def test_a_broken_pipe_is_told() -> None:
    readable, writable = os.pipe()
    broken = asyncio.Event()
    writer = LineWriter(broken.set, writable)
    os.close(readable)
    writer.put({"n": 1})
    await asyncio.wait_for(broken.wait(), 60)
    writer.put({"n": 2})
    writer.close()
    os.close(writable)
