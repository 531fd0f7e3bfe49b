"""A profile with a passphrase, or without, over an in-memory backend."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from app.domain.errors import AppError
from app.services.api import Backend, Progress, no_progress


class FakeAccount:
    """Implements `Account`; what was asked of it stands in `story`."""

    def __init__(
        self,
        make: Callable[[], Awaitable[Backend]],
        passphrase: str | None = None,
        on_close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.passphrase = passphrase
        self.story: list[str] = []
        self.names = ["", "Work"]
        self.failing: AppError | None = None
        self.go_on = asyncio.Event()
        self.go_on.set()
        self._make, self._on_close = make, on_close
        self._backend: Backend | None = None

    async def open(self, passphrase: str | None = None) -> Backend:
        if self._backend is None:
            if self.passphrase is not None and passphrase is None:
                raise AppError("passphrase-needed")
            if self.passphrase not in (None, passphrase):
                self.story.append("refused")
                raise AppError("wrong-passphrase")
            self._backend = await self._make()
            self.story.append("opened")
        return self._backend

    async def close(self) -> None:
        self.story.append("closed")
        self._backend = None
        if self._on_close is not None:
            await self._on_close()

    async def lock(self) -> None:
        if self.passphrase is None:
            raise AppError("passphrase-unset")
        self.story.append("locked")
        self._backend = None

    @property
    def name(self) -> str:
        return self.names[0]

    async def profiles(self) -> Sequence[str]:
        return sorted(self.names)

    async def switch_to(self, name: str) -> None:
        self.names.remove(name)
        self.names.insert(0, name)

    async def create(self, name: str) -> None:
        if name in self.names:
            raise AppError("profile-exists", {"name": name})
        self.names.insert(0, name)

    async def delete(self) -> None:
        self.story.append(f"deleted {self.names.pop(0)}")

    async def is_protected(self) -> bool:
        return self.passphrase is not None

    async def set_passphrase(self, old: str | None, new: str | None) -> None:
        if self.passphrase not in (None, old):
            raise AppError("wrong-passphrase")
        self.passphrase = new

    async def export_to(
        self, path: Path, passphrase: str, on_progress: Progress = no_progress
    ) -> None:
        await self._work(on_progress)
        self.story.append(f"exported to {path} by {passphrase}")

    async def import_from(
        self,
        path: Path,
        passphrase: str,
        on_progress: Progress = no_progress,
        own: str | None = None,
    ) -> Backend:
        await self._work(on_progress)
        self.story.append(f"imported from {path} by {passphrase}, {own}")
        return await self._make()

    async def _work(self, on_progress: Progress) -> None:
        on_progress(1, 4)
        await self.go_on.wait()
        if self.failing is not None:
            error, self.failing = self.failing, None
            raise error
        on_progress(4, 4)
