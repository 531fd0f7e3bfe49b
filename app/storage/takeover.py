"""Putting another profile in the place of an empty one: prepared beside it, swapped in steps.

The other profile is built in `import.partial`; renaming that to `import.ready` decides. From then
on whoever opens the folder first finishes the swap, so that a crash leaves the one or the other.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from app.storage.connection import DATABASE_NAME, sync_file, sync_folder
from app.storage.database import LOCK_NAME
from app.storage.failures import translated
from app.storage.folder_lock import FolderLock
from app.storage.vault_file import PARTIAL_SUFFIX, VAULT_NAME

PARTIAL, READY = "import.partial", "import.ready"
ERASED = "profile.erased"
_OURS = (f"{DATABASE_NAME}*", "parlor.new*", f"{VAULT_NAME}.*{PARTIAL_SUFFIX}", VAULT_NAME)
"""What a profile consists of, the vault last."""
TRANSFERS = "transfers"
"""A folder beside the database: what is kept of files, and voice messages."""
_BESIDES = ("-wal", "-shm")


def prepare(folder: Path) -> Path:
    """Return an empty folder to build the other profile in; whoever asks has `folder` locked."""
    with translated(folder):
        partial = folder / PARTIAL
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        return partial


def discard(folder: Path) -> None:
    """Take away what was prepared, as far as that is possible."""
    shutil.rmtree(folder / PARTIAL, ignore_errors=True)


def decide(folder: Path) -> None:
    """The prepared profile is whole and closed: it takes the other's place at the next opening."""
    with translated(folder):
        partial = folder / PARTIAL
        for name in (VAULT_NAME, DATABASE_NAME):
            sync_file(partial / name)
        sync_folder(partial)
        partial.rename(folder / READY)
        sync_folder(folder)


def erase(folder: Path) -> None:
    """Delete the profile in `folder`, and nothing else there; a crash does not stop it for long.

    Raises AppError("already-running") if it is open.
    """
    with translated(folder):
        lock = FolderLock(folder / LOCK_NAME)
        try:
            (folder / ERASED).touch()
            sync_folder(folder)
            _erase(folder)
        finally:
            lock.release()


def settle(folder: Path) -> None:
    """Finish or clear away what a swap or a crash has left, before the profile is opened.

    Raises AppError("already-running") if it is open and there is something to do.
    """
    with translated(folder):
        strays = list(folder.glob(f"{VAULT_NAME}.*{PARTIAL_SUFFIX}"))
        ready, partial, erased = (folder / name for name in (READY, PARTIAL, ERASED))
        rest = strays or partial.exists() or ready.exists()
        if not erased.exists() and not (rest and (folder / VAULT_NAME).exists()):
            return
        lock = FolderLock(folder / LOCK_NAME)
        try:
            if erased.exists():
                _erase(folder)
            for stray in strays:
                stray.unlink(missing_ok=True)
            shutil.rmtree(partial, ignore_errors=True)
            if ready.exists():
                _swap(folder, ready)
        finally:
            lock.release()


def _swap(folder: Path, ready: Path) -> None:
    if (ready / DATABASE_NAME).exists():
        for suffix in _BESIDES:
            (folder / (DATABASE_NAME + suffix)).unlink(missing_ok=True)
        (ready / DATABASE_NAME).replace(folder / DATABASE_NAME)
        sync_folder(folder)
    if (ready / TRANSFERS).exists():
        shutil.rmtree(folder / TRANSFERS, ignore_errors=True)
        (ready / TRANSFERS).rename(folder / TRANSFERS)
        sync_folder(folder)
    if (ready / VAULT_NAME).exists():
        (ready / VAULT_NAME).replace(folder / VAULT_NAME)
        sync_folder(folder)
    shutil.rmtree(ready)


def _erase(folder: Path) -> None:
    for name in (PARTIAL, READY, TRANSFERS):
        shutil.rmtree(folder / name, ignore_errors=True)
    for pattern in _OURS:
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
    sync_folder(folder)
    (folder / ERASED).unlink()
