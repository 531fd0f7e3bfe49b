"""Images of strangers against the real child, and children that misbehave."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.domain.pictures import MAX_PICTURE_BYTES, is_picture
from app.ui.imaging import ImageProcess
from app.ui.imaging import process as process_module
from app.ui.imaging.wire import MAX_INPUT
from tests.services.world import until
from tests.ui.imaging.images import claimed, encoded

LIMITED = pytest.mark.skipif(sys.platform != "linux", reason="limits are looked at in /proc")


@pytest.fixture
def child() -> Iterator[ImageProcess]:
    made = ImageProcess()
    yield made
    made.close()


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
async def test_pixels(child: ImageProcess, kind: str) -> None:
    found = await child.pixels(encoded(40, 20, kind), 100)
    assert (found.width, found.height, len(found.rgba)) == (40, 20, 40 * 20 * 4)
    red, green, blue, alpha = found.rgba[:4]
    assert (red > 150, green < 90, blue < 90, alpha) == (True, True, True, 255)
    assert min(found.rgba[39 * 4 : 40 * 4]) > 200


async def test_what_is_large_is_made_smaller(child: ImageProcess) -> None:
    found = await child.pixels(encoded(400, 100), 50)
    assert (found.width, found.height) == (50, 12)
    narrow = await child.pixels(encoded(4000, 1), 50)
    assert (narrow.width, narrow.height) == (50, 1)


async def test_a_square_of_few_bytes(child: ImageProcess) -> None:
    for image in (encoded(900, 600), encoded(30, 80), encoded(1, 1)):
        square = await child.square(image, 256, MAX_PICTURE_BYTES)
        assert is_picture(square)
        found = await child.pixels(square, 256)
        assert found.width == found.height
    with pytest.raises(AppError, match="bad picture"):
        await child.square(encoded(50, 50), 256, 10)


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\n and nothing more",
        b"RIFF\x00\x00\x00\x00WEBP",
        b"\xff\xd8\xff" + bytes(500),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + bytes(100),
        claimed(60_000, 60_000),
        claimed(7000, 7000),
        bytes(MAX_INPUT + 1),
    ],
    ids=lambda image: f"{len(image)} bytes",
)
async def test_what_is_no_image_is_refused_and_harms_nobody(
    child: ImageProcess, image: bytes
) -> None:
    with pytest.raises(AppError, match="bad picture"):
        await child.pixels(image, 256)
    assert (await child.pixels(encoded(4, 4), 10)).width == 4


async def test_many_at_once_take_turns(child: ImageProcess) -> None:
    sides = range(5, 15)
    found = await asyncio.gather(*(child.pixels(encoded(side, side), 64) for side in sides))
    assert [one.width for one in found] == list(sides)


def limits_of(process: int) -> dict[str, list[str]]:
    told = Path(f"/proc/{process}/limits").read_text(encoding="ascii")
    return {line[:26].strip(): line[26:].split()[:2] for line in told.splitlines()}


@LIMITED
async def test_the_child_can_open_nothing(child: ImageProcess) -> None:
    await child.pixels(encoded(4, 4), 10)
    assert child._child is not None
    limits = limits_of(child._child.pid)
    assert limits["Max open files"] == ["3", "3"]
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max processes"] == ["0", "0"]
    assert limits["Max address space"][0] != "unlimited"


async def test_a_child_that_died_is_replaced(child: ImageProcess) -> None:
    await child.pixels(encoded(4, 4), 10)
    assert child._child is not None
    child._child.kill()
    with pytest.raises(AppError, match="bad picture"):
        await child.pixels(encoded(4, 4), 10)
    assert (await child.pixels(encoded(5, 5), 10)).width == 5


OVERDOING = """
import struct, sys
out = sys.stdout.buffer
out.write(bytes(13))
out.flush()
sys.stdin.buffer.read(13)
out.write(struct.pack(">BIII", 1, 9000, 9000, 4))
out.flush()
sys.stdin.read()
"""


@pytest.mark.parametrize(
    "program",
    [
        "import time; time.sleep(60)",
        "",
        "print('nonsense', flush=True); input()",
        "import sys; sys.stdout.buffer.write(bytes(13)); sys.stdout.flush(); input()",
        OVERDOING,
    ],
    ids=["hangs", "ends", "talks nonsense", "takes nothing", "answers too much"],
)
async def test_children_that_misbehave_are_ended(program: str) -> None:
    child = ImageProcess((sys.executable, "-c", program), patience=0.7)
    with pytest.raises(AppError, match="bad picture"):
        await child.pixels(encoded(4, 4), 10)
    assert child._child is None
    child.close()


async def test_an_idle_child_is_ended_and_comes_back(
    child: ImageProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "IDLE", 0.01)
    await child.pixels(encoded(4, 4), 10)
    await until(lambda: child._child is None)
    assert (await child.pixels(encoded(5, 5), 10)).width == 5


async def test_after_the_end_there_are_no_images() -> None:
    child = ImageProcess()
    child.close()
    with pytest.raises(AppError, match="bad picture"):
        await child.pixels(encoded(4, 4), 10)
