"""A profile takes an empty one's place: all of it or nothing, wherever the power goes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.crypto.vault import Secrets
from app.domain.errors import AppError
from app.storage.folder_lock import FolderLock
from app.storage.store import Store
from app.storage.takeover import ERASED, PARTIAL, READY, decide, discard, erase, prepare, settle
from app.storage.vault_file import VaultFile

OLD, NEW = Secrets(b"o" * 32, b"O" * 32), Secrets(b"n" * 32, b"N" * 32)


async def profile(folder: Path, secrets: Secrets, name: str) -> None:
    VaultFile(folder, None).create(secrets)
    store = await Store.open(folder, secrets.database_key)
    await store.settings.set("name", name)
    await store.close()


async def name_of(folder: Path) -> str:
    secrets = VaultFile(folder, None).load()
    store = await Store.open(folder, secrets.database_key)
    try:
        return await store.settings.get("name")
    finally:
        await store.close()


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    made = tmp_path / "profile"
    await profile(made, OLD, "old")
    await profile(prepare(made), NEW, "new")
    return made


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_it_changes_places_at_the_next_opening(folder: Path) -> None:
    decide(folder)
    settle(folder)
    assert await name_of(folder) == "new"
    assert names(folder) == {"vault", "parlor.db", "parlor.lock"}
    settle(folder)
    assert await name_of(folder) == "new"


async def test_what_is_kept_of_files_comes_along(folder: Path) -> None:
    for place, name in ((folder, "old.manifest"), (folder / PARTIAL, "new.manifest")):
        (place / "transfers").mkdir()
        (place / "transfers" / name).write_bytes(b"names of files")
    decide(folder)
    settle(folder)
    assert names(folder / "transfers") == {"new.manifest"}


async def test_without_a_decision_nothing_changes(folder: Path) -> None:
    settle(folder)
    assert await name_of(folder) == "old"
    assert names(folder) == {"vault", "parlor.db", "parlor.lock"}


async def test_what_was_prepared_is_discarded(folder: Path) -> None:
    discard(folder)
    assert not (folder / PARTIAL).exists()
    discard(folder)
    assert prepare(folder).is_dir()
    (folder / PARTIAL / "rest").touch()
    assert not list(prepare(folder).iterdir())


@pytest.mark.parametrize("step", range(6))
async def test_a_power_cut_anywhere_leaves_the_new_one(
    folder: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(folder)
    (folder / "parlor.db-wal").write_bytes(b"of the old one")
    left = step

    def cut(_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        real_replace, real_unlink, real_tree = Path.replace, Path.unlink, shutil.rmtree

        def replace(path: Path, to: Path) -> None:
            cut(path)
            real_replace(path, to)

        def unlink(path: Path, missing_ok: bool = False) -> None:
            cut(path)
            real_unlink(path, missing_ok)

        def rmtree(path: Path, ignore_errors: bool = False) -> None:
            cut(path)
            real_tree(path, ignore_errors)

        patch.setattr(Path, "replace", replace)
        patch.setattr(Path, "unlink", unlink)
        patch.setattr(shutil, "rmtree", rmtree)
        with pytest.raises(KeyboardInterrupt):
            settle(folder)
    settle(folder)
    assert await name_of(folder) == "new"
    assert not (folder / READY).exists()


async def test_strays_of_a_killed_change_of_passphrase_go(folder: Path) -> None:
    discard(folder)
    (folder / "vault.123.new").write_bytes(b"a key in the clear")
    settle(folder)
    assert names(folder) == {"vault", "parlor.db", "parlor.lock"}


async def test_whoever_has_it_open_is_not_disturbed(folder: Path) -> None:
    decide(folder)
    lock = FolderLock(folder / "parlor.lock")
    with pytest.raises(AppError) as caught:
        settle(folder)
    lock.release()
    assert caught.value.code == "already-running"
    assert (folder / READY).exists()


def test_a_folder_without_a_profile_is_left_alone(tmp_path: Path) -> None:
    settle(tmp_path / "not there")
    settle(tmp_path)
    assert not list(tmp_path.iterdir())


async def test_erasing_takes_the_profile_and_nothing_else(folder: Path) -> None:
    (folder / "notes.txt").write_text("of somebody")
    (folder / "parlor.db.before-v2").write_bytes(b"a copy")
    (folder / "vault.7.new").write_bytes(b"a key")
    (folder / "transfers" / "voice").mkdir(parents=True)
    (folder / "transfers" / "ab.manifest").write_bytes(b"names of files")
    erase(folder)
    assert names(folder) == {"notes.txt", "parlor.lock"}


async def test_an_erasure_that_was_cut_off_goes_on(folder: Path) -> None:
    (folder / ERASED).touch()
    settle(folder)
    assert names(folder) == {"parlor.lock"}


async def test_an_open_profile_is_not_erased(folder: Path) -> None:
    lock = FolderLock(folder / "parlor.lock")
    with pytest.raises(AppError, match="already running"):
        erase(folder)
    lock.release()
    discard(folder)
    assert await name_of(folder) == "old"
