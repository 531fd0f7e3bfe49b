"""A profile on this machine as a whole: opened, locked, protected, exported, replaced."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from app.crypto.vault import Protection, Secrets
from app.domain.errors import AppError
from app.services.api import Progress, no_progress
from app.services.archive_service import import_profile, to_its_end
from app.services.backend import ParlorBackend
from app.storage import takeover
from app.storage.keyring_access import Keyring
from app.storage.profile_folders import FIRST, ProfileFolders
from app.storage.vault_file import VaultFile


class Start(Protocol):
    """Opens the profile in a folder and starts its services.

    `keep_name` keeps the name that is stored.
    """

    async def __call__(
        self, folder: Path, passphrase: str | None, *, keep_name: bool
    ) -> ParlorBackend: ...


class Account:
    """Implements `api.Account`: at most one backend is open at a time."""

    def __init__(
        self,
        folders: ProfileFolders,
        start: Start,
        keyring: Keyring | None,
        given: Callable[[], str | None] = lambda: None,
        name: str = FIRST,
    ) -> None:
        """`given` returns the passphrase that the program was started with.

        `name` is the profile to begin with.
        """
        self._folders, self._start, self._given = folders, start, given
        self._keyring = keyring
        self._use(name)
        self._plan: Callable[[], Awaitable[None]] | None = None
        self._backend: ParlorBackend | None = None
        self._started = False
        self._turn = asyncio.Lock()

    async def open(self, passphrase: str | None = None) -> ParlorBackend:
        """Open the profile, or return it if it is open.

        Without a passphrase, the one that the program was given counts, once. Raises
        AppError("passphrase-needed" | "wrong-passphrase" | ...).
        """
        async with self._turn:
            plan, self._plan = self._plan, None
            if plan is not None:
                await self._close()
                await plan()
            if self._backend is None:
                again = self._started
                known = self._given() if passphrase is None and not again else passphrase
                self._backend = await self._start(self.folder, known, keep_name=again)
                self._started = True
            return self._backend

    async def close(self) -> None:
        """Close the profile if it is open."""
        async with self._turn:
            await self._close()

    async def lock(self) -> None:
        """Close the profile and let go of its keys; `open` wants the passphrase then.

        Raises AppError("passphrase-unset") if there is none: it would be no lock.
        """
        async with self._turn:
            if not await self.is_protected():
                raise AppError("passphrase-unset")
            await self._close()
            gc.collect()

    async def is_protected(self) -> bool:
        """Tell whether a passphrase keeps the profile shut. Raises AppError."""
        protection = await asyncio.to_thread(self._vault.protection)
        return protection is Protection.PASSPHRASE

    async def set_passphrase(self, old: str | None, new: str | None) -> None:
        """Protect the profile by `new`, or, with None, by the system's keyring or not at all.

        Raises AppError("passphrase-empty" | "passphrase-needed" | "wrong-passphrase" | ...);
        nothing is changed then.
        """
        if new == "":
            raise AppError("passphrase-empty")
        async with self._turn:
            await to_its_end(self._vault.change_passphrase, old, new)

    @property
    def name(self) -> str:
        """The profile in use; "" for the first one."""
        return self._name

    async def profiles(self) -> list[str]:
        """Return the names of all profiles."""
        return await asyncio.to_thread(self._folders.names)

    async def switch_to(self, name: str) -> None:
        """Use another profile from the next `open` on. Raises AppError("unknown-profile")."""
        await asyncio.to_thread(self._folders.path, name)
        self._plan = partial(self._switch, name)

    async def create(self, name: str) -> None:
        """Make a new profile, and use it from the next `open` on.

        Raises AppError("bad-profile-name" | "profile-exists").
        """
        await self.switch_to(await asyncio.to_thread(self._folders.create, name))

    async def delete(self) -> None:
        """Erase this profile at the next `open`, and use the first one then, or a new one."""
        self._plan = self._delete

    async def _switch(self, name: str) -> None:
        await asyncio.to_thread(self._folders.path, name)
        self._use(name)
        await asyncio.to_thread(self._folders.choose, name)

    async def _delete(self) -> None:
        await to_its_end(self._vault.forget)
        await to_its_end(self._folders.delete, self._name)
        names = await self.profiles()
        await self._switch(names[-1] if self._name == FIRST else FIRST)

    def _use(self, name: str) -> None:
        self._name, self.folder = name, self._folders.path(name)
        self._vault = VaultFile(self.folder, self._keyring)

    async def export_to(
        self, path: Path, passphrase: str, on_progress: Progress = no_progress
    ) -> None:
        """Write the profile to a new file, as `export_profile` says."""
        await self._opened().export(path, passphrase, on_progress)

    async def import_from(
        self,
        path: Path,
        passphrase: str,
        on_progress: Progress = no_progress,
        own: str | None = None,
    ) -> ParlorBackend:
        """Put the exported profile in the place of this empty one, and open it.

        A passphrase that protects this profile has to be given as `own`, and protects the new
        one. Nothing is changed if this raises AppError("profile-not-empty" | "wrong-passphrase" |
        "archive-damaged" | "archive-newer" | "file-unreadable" | "passphrase-needed" | ...).
        """
        async with self._turn:
            await self._refuse_if_used()
            own = await self._own_passphrase(own)
            await self._build(path, passphrase, on_progress, own)
            return await self._replace(own)

    async def _refuse_if_used(self) -> None:
        if not await self._opened().is_empty():
            raise AppError("profile-not-empty", {"folder": str(self.folder)})

    async def _own_passphrase(self, own: str | None) -> str | None:
        if not await self.is_protected():
            return None
        own = self._given() if own is None else own
        await asyncio.to_thread(self._vault.load, own)
        return own

    async def _build(
        self, path: Path, passphrase: str, on_progress: Progress, own: str | None
    ) -> None:
        place = await to_its_end(takeover.prepare, self.folder)
        vault = VaultFile(place, self._keyring)

        def create(secrets: Secrets) -> None:
            vault.create(secrets, own)

        decided = False
        try:
            await import_profile(place, path, passphrase, create, on_progress)
            await self._refuse_if_used()
            await to_its_end(takeover.decide, self.folder)
            decided = True
        finally:
            if not decided:
                await to_its_end(vault.forget)
                await to_its_end(takeover.discard, self.folder)

    async def _replace(self, own: str | None) -> ParlorBackend:
        servers = [server.url for server in self._opened().network.servers() if not server.hosted]
        await self._close()
        await to_its_end(self._vault.forget)
        backend = self._backend = await self._start(self.folder, own, keep_name=True)
        for url in servers:
            await backend.network.connect(url)
        return backend

    async def _close(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            await backend.close()

    def _opened(self) -> ParlorBackend:
        if self._backend is None:
            raise AppError("profile-locked")
        return self._backend
