"""How files are received: where to, what by itself, and how fast."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.domain.errors import AppError
from app.domain.files import FileOffered, Lane
from app.domain.ids import PEER_ID_SIZE, PeerId
from app.services.transfers_api import TransferSettings
from app.storage.store import Store

SETTING = "transfers"
MOST = 1 << 53


class _Kept(msgspec.Struct):
    folder: str
    auto_folder: str
    auto_limit: int = 0
    trusted: list[bytes] = []
    cap_up: int = 0
    cap_down: int = 0
    voice_limit: int = 5_000_000
    ways: tuple[Lane, ...] = tuple(Lane)
    recovery: bool = True


class SettingsKeeper:
    """`current` is what counts now, after `load`. Voice messages are put into `voices`."""

    def __init__(
        self,
        store: Store,
        downloads: Path,
        voices: Path,
        is_friend: Callable[[PeerId], bool] = lambda _peer: False,
    ) -> None:
        self._store = store
        self.voices = voices
        self._is_friend = is_friend
        self.current = TransferSettings(downloads, downloads)

    async def load(self) -> None:
        """Take up what was chosen; what cannot be read counts as not chosen."""
        stored = await self._store.settings.get(SETTING, "")
        try:
            kept = msgspec.json.decode(stored, type=_Kept)
        except msgspec.DecodeError:
            return
        trusted = frozenset(PeerId(one) for one in kept.trusted)
        chosen = Path(kept.folder), Path(kept.auto_folder)
        folders = await asyncio.to_thread(_known_here, chosen, self.current.folder)
        self.current = TransferSettings(
            *folders,
            kept.auto_limit,
            trusted,
            kept.cap_up,
            kept.cap_down,
            kept.voice_limit,
            frozenset(kept.ways),
            kept.recovery,
        )

    async def set(self, settings: TransferSettings) -> None:
        """See `Transfers.set_settings`."""
        caps = (settings.cap_up, settings.cap_down)
        numbers = (settings.auto_limit, settings.voice_limit, *caps)
        strange = any(len(peer) != PEER_ID_SIZE for peer in settings.trusted)
        if strange or not settings.ways or not all(0 <= number <= MOST for number in numbers):
            raise AppError("bad-setting")
        before = {self.current.folder, self.current.auto_folder}
        for folder in {settings.folder, settings.auto_folder} - before:
            await asyncio.to_thread(check_folder, folder)
        kept = _Kept(
            str(settings.folder),
            str(settings.auto_folder),
            settings.auto_limit,
            sorted(settings.trusted),
            settings.cap_up,
            settings.cap_down,
            settings.voice_limit,
            tuple(lane for lane in Lane if lane in settings.ways),
            settings.recovery,
        )
        await self._store.settings.set(SETTING, msgspec.json.encode(kept).decode())
        self.current = settings

    def unasked(self, peer: PeerId, offer: FileOffered) -> Path | None:
        """Return where an offer is put that is accepted without a question, None for others."""
        if offer.voice_ms and offer.size <= self.current.voice_limit and self._is_friend(peer):
            return self.voices
        if peer in self.current.trusted and offer.size <= self.current.auto_limit:
            return self.voices if offer.voice_ms else self.current.auto_folder
        return None

    def usual(self, offer: FileOffered) -> Path:
        """Return where an offer is put if nobody says anything else."""
        return self.voices if offer.voice_ms else self.current.folder

    def is_default(self, folder: Path) -> bool:
        """Tell whether a folder is one from here, which is made if it is not there."""
        return folder in (self.current.folder, self.current.auto_folder, self.voices)


def _known_here(folders: tuple[Path, Path], usual: Path) -> tuple[Path, Path]:
    """Return `usual` for what can only have been chosen on another machine."""
    first, second = (one if one.parent.is_dir() else usual for one in folders)
    return first, second


def check_folder(folder: Path, size: int = 0, *, make: bool = False) -> None:
    """Refuse a folder in which `size` bytes cannot be put.

    Raises AppError("not-a-folder" | "folder-unwritable" | "disk-full").
    """
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        if not folder.is_absolute() or not folder.is_dir():
            raise AppError("not-a-folder", {"folder": str(folder)})
        if not os.access(folder, os.W_OK | os.X_OK):
            raise AppError("folder-unwritable", {"folder": str(folder)})
        free = shutil.disk_usage(folder).free
    except (OSError, ValueError) as error:
        raise AppError("not-a-folder", {"folder": str(folder)}) from error
    if size > free:
        raise AppError("disk-full", {"folder": str(folder), "needed": size, "free": free})
