from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.services import transfer_tidying as tidying
from app.services.transfer_tidying import DAY_S, forget, tidy
from tests.services.file_world import FileWorld
from tests.services.test_transfer_versions import fetched, file_of, offer, world
from tests.services.world import until

__all__ = ["world"]

NOW = 1_900_000_000.0
A, B, C, D = (letter * 32 for letter in "abcd")


def kept(folder: Path, files: str, days: float, size: int = 10) -> None:
    """Put a manifest and a state there that are so old."""
    for suffix in ("manifest", "state"):
        path = folder / f"{files}.{suffix}"
        path.write_bytes(bytes(size))
        os.utime(path, (NOW - days * DAY_S,) * 2)


def names(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir()}


def test_without_a_folder_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert not tidy(tmp_path / "none", [], {}, NOW)


def test_what_belongs_to_nothing_goes_after_a_day(tmp_path: Path) -> None:
    kept(tmp_path, A, 2)
    kept(tmp_path, B, 0.5)
    kept(tmp_path, C, 2)
    strange = tmp_path / "not ours.manifest"
    strange.touch()
    os.utime(strange, (0, 0))
    assert not tidy(tmp_path, [C], {}, NOW)
    assert names(tmp_path) == {B, C, "not ours"}


def test_what_serves_nobody_goes_when_its_files_are_long_gone(tmp_path: Path) -> None:
    for files, days in ((A, 40), (B, 20), (C, 40)):
        kept(tmp_path, files, days)
    spare = {A: "/nowhere", B: "/nowhere", C: str(tmp_path)}
    assert tidy(tmp_path, [A, B, C], spare, NOW) == {A}
    assert names(tmp_path) == {B, C}


def test_the_latest_of_what_is_still_there_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days, files in enumerate((A, B, C, D)):
        kept(tmp_path, files, days, 100)
    spare = {A: "/nowhere", B: str(tmp_path), C: str(tmp_path)}
    monkeypatch.setattr(tidying, "MAX_SPARE_BYTES", 200)
    assert tidy(tmp_path, [A, B, C, D], spare, NOW) == {A}
    monkeypatch.setattr(tidying, "MAX_SPARE", 1)
    assert tidy(tmp_path, [A, B, C, D], spare, NOW) == {C}
    assert names(tmp_path) == {B, D}
    forget(tmp_path, B)
    forget(tmp_path, B)
    assert names(tmp_path) == {D}


async def test_it_is_done_when_the_program_starts(world: FileWorld) -> None:
    room, (ana, bo) = await world.together("Ana", "Bo")
    transfer = await offer(room, file_of(world.folder / "from", size=10), ana, bo)
    await fetched(bo, transfer)
    folder = bo.folder / "transfers"
    (own,) = names(folder)
    stray = folder / f"{A}.manifest"
    stray.touch()
    os.utime(stray, (0, 0))
    await bo.stop()
    await bo.start()
    await until(lambda: names(folder) == {own})
