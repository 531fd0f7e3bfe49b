"""Several profiles below one data folder: the first in it, others in `profiles`, one chosen."""

from __future__ import annotations

import os
import re
import unicodedata
from contextlib import suppress
from pathlib import Path

from app.domain.errors import AppError
from app.storage.database import LOCK_NAME
from app.storage.failures import translated
from app.storage.files import create_private, sync_and_close
from app.storage.takeover import erase

FIRST = ""
"""The name of the profile that lies in the data folder itself."""

PROFILES, CHOICE = "profiles", "chosen-profile"
MAX_NAME = 32
_ALLOWED = re.compile(r"\w(?:[\w -]*\w)?")
# Windows keeps these for devices, whatever stands behind a dot.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


class ProfileFolders:
    """All profiles in `root`. Every method may block and raise AppError."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> list[str]:
        """Return all profiles, the first one ("") always among them."""
        with translated(self.root):
            folder = self.root / PROFILES
            found = (
                [each.name for each in folder.iterdir() if each.is_dir()] if folder.is_dir() else []
            )
        return [FIRST, *sorted(name for name in found if _is_name(name))]

    def path(self, name: str) -> Path:
        """Return a profile's folder. Raises AppError("unknown-profile")."""
        if name not in self.names():
            raise AppError("unknown-profile", {"name": name})
        return self.root / PROFILES / name if name else self.root

    def create(self, name: str) -> str:
        """Make a folder for a new profile and return its clean name.

        Raises AppError("bad-profile-name" | "profile-exists").
        """
        clean = unicodedata.normalize("NFC", name).strip()
        if not _is_name(clean):
            raise AppError("bad-profile-name", {"name": name})
        if clean.casefold() in (each.casefold() for each in self.names()):
            raise AppError("profile-exists", {"name": clean})
        with translated(self.root):
            (self.root / PROFILES / clean).mkdir(mode=0o700, parents=True)
        return clean

    def delete(self, name: str) -> None:
        """Erase a profile that is closed, for good. Raises AppError("already-running")."""
        folder = self.path(name)
        erase(folder)
        if name:
            with suppress(OSError):  # what somebody else has put there stays
                (folder / LOCK_NAME).unlink()
                folder.rmdir()

    def chosen(self) -> str:
        """Return the profile that was used last, the first one if that is gone."""
        try:
            name = (self.root / CHOICE).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return FIRST
        return name if name in self.names() else FIRST

    def choose(self, name: str) -> None:
        """Remember the profile that is used."""
        with translated(self.root):
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = self.root / f"{CHOICE}.{os.getpid()}.new"
            with create_private(partial) as file:
                file.write(name.encode())
                sync_and_close(file)
            partial.replace(self.root / CHOICE)


def _is_name(name: str) -> bool:
    return (
        len(name) <= MAX_NAME
        and _ALLOWED.fullmatch(name) is not None
        and _RESERVED.fullmatch(name) is None
    )
