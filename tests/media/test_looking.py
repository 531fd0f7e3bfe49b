"""What films and sounds are looked at as, and that nothing of others does harm."""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.media import looking
from app.media.look_wire import MAX_MS, Look, pack, unpack
from app.media.looking import look, warm_up
from app.media.process import MediaProcess
from tests.media.samples import film, spoken
from tests.services.world import until

SIDE = 48


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


def seen(path: Path, side: int = SIDE) -> Look | None:
    with path.open("rb") as file:
        return look(file, side)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "libx264"), ("a.webm", "libvpx-vp9"), ("a.avi", "mjpeg"), ("a.mkv", "mpeg4")],
)
def test_a_film_has_a_length_and_a_picture(folder: Path, name: str, codec: str) -> None:
    found = seen(film(folder / name, codec=codec))
    assert found is not None
    assert (found.has_film, found.has_sound, found.turned) == (True, False, 0)
    assert 950 <= found.ms <= 1050
    assert (found.width, found.height, len(found.rgba)) == (48, 32, 48 * 32 * 4)
    red, green, blue, alpha = found.rgba[:4]
    assert (red < 80, green < 110, blue > 170, alpha) == (True, True, True, 255)


def test_a_picture_is_made_no_larger_and_darkness_is_skipped(folder: Path) -> None:
    found = seen(film(folder / "dark.mp4", dark=20, sound=True), 500)
    assert found is not None
    assert (found.width, found.height, found.has_sound) == (96, 64, True)
    assert found.rgba[2] > 170
    black = seen(film(folder / "black.mp4", dark=25))
    assert black is not None
    assert black.rgba[2] < 40


def test_a_sound_has_no_picture() -> None:
    found = look(io.BytesIO(spoken(0.5).sound), SIDE)
    assert found == Look(found.ms if found else 0, has_sound=True)
    assert 480 <= found.ms <= 530


def test_too_many_pixels_are_not_decoded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = film(folder / "large.mp4")
    monkeypatch.setattr(looking, "MAX_PIXELS", 96 * 64 - 1)
    found = seen(path)
    assert found is not None
    assert (found.has_film, found.rgba) == (True, b"")


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_broken_files_end_in_a_look_or_none(folder: Path, data: st.DataObject) -> None:
    path = folder / "whole.mp4"
    if not path.exists():
        film(path, codec="libx264", sound=True)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    found = look(io.BytesIO(bytes(content[:cut])), SIDE)
    if found is not None:
        assert unpack(pack(found), SIDE) == found


def test_a_film_that_nothing_can_decode_has_no_picture(folder: Path) -> None:
    path = film(folder / "strange.mp4", codec="libx264", sound=True)
    strange = path.read_bytes().replace(b"avc1", b"zzzz").replace(b"avcC", b"zzzC")
    found = look(io.BytesIO(strange), SIDE)
    assert found is not None
    assert (found.has_film, found.has_sound, found.width) == (True, True, 0)


@pytest.mark.parametrize("content", [b"", b"hello", b"\0" * 5000, b"#EXTM3U\nfile:///etc/passwd\n"])
def test_what_is_neither(content: bytes) -> None:
    assert look(io.BytesIO(content), SIDE) is None


def test_nothing_is_loaded_after_the_warm_up() -> None:
    warm_up()
    before = {name for name in sys.modules if name.startswith("av")}
    warm_up()
    look(io.BytesIO(spoken(0.1).sound), SIDE)
    assert {name for name in sys.modules if name.startswith("av")} == before


GOOD = Look(5, has_sound=True, has_film=True, width=2, height=1, turned=90, rgba=bytes(8))


def test_words_of_the_child() -> None:
    assert unpack(pack(GOOD), 2) == GOOD
    assert unpack(pack(GOOD), 1) is None
    assert unpack(pack(GOOD)[:-1], 2) is None
    assert unpack(b"", 2) is None
    assert unpack(pack(Look(5)), 2) is None
    assert unpack(pack(Look(MAX_MS + 1, has_sound=True)), 2) is None
    assert unpack(pack(Look(5, has_sound=True, turned=45)), 2) is None


@settings(max_examples=200)
@given(st.binary(max_size=40))
def test_nonsense_of_the_child_is_none(said: bytes) -> None:
    found = unpack(said, 4)
    assert found is None or pack(found) == said


async def test_a_child_looks(folder: Path) -> None:
    process = MediaProcess(patience=60.0)
    path = film(folder / "child.mp4", codec="libx264")
    found = await process.look(path, SIDE)
    assert (found.width, found.has_film) == (48, True)
    text = folder / "a.txt"
    text.write_text("no film")
    for bad in (text, folder):
        with pytest.raises(AppError):
            await process.look(bad, SIDE)
    with pytest.raises(AppError, match="file not found"):
        await process.look(folder / "nothing.mp4", SIDE)
    process.close()
    with pytest.raises(AppError, match="bad media"):
        await process.look(path, SIDE)


async def test_a_list_of_files_opens_none_of_them(folder: Path) -> None:
    secret = film(folder / "secret.mp4")
    trap = folder / "trap.mp4"
    trap.write_text(f"ffconcat version 1.0\nfile '{secret.as_posix()}'\n", encoding="utf-8")
    with pytest.raises(AppError, match="bad media"):
        await MediaProcess().look(trap, SIDE)


@pytest.mark.parametrize(
    "does",
    [
        "import time; time.sleep(60)",
        "import sys; sys.stdout.buffer.write(bytes(999999))",
        "import os; os.abort()",
        "raise SystemExit(1)",
    ],
)
async def test_a_child_that_fails_is_a_bad_file(folder: Path, does: str) -> None:
    path = folder / "any"
    path.write_bytes(b"x")
    process = MediaProcess((sys.executable, "-c", does), patience=1.0)
    with pytest.raises(AppError, match="bad media"):
        await process.look(path, SIDE)


async def test_who_waits_when_it_closes_gets_nothing(folder: Path) -> None:
    path = folder / "any"
    path.write_bytes(b"x")
    process = MediaProcess((sys.executable, "-c", "import time; time.sleep(60)"))
    asked = asyncio.create_task(process.look(path, SIDE))
    await until(lambda: process._child)
    process.close()
    with pytest.raises(AppError, match="bad media"):
        await asked
