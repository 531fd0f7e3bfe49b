"""What a front end may ask about files; a part of `app.services.api`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.files import Lane, TransferView, Voice
from app.domain.ids import EventId, PeerId, RoomId
from app.domain.views import MessageView

VOICE_LIMIT = 5_000_000
"""Bytes up to which voice messages of contacts come by themselves, if nothing else was chosen."""


@dataclass(frozen=True, slots=True)
class TransferSettings:
    """`folder` takes what is accepted without another choice. Caps are bytes a second, 0 for none.

    What one of `trusted` offers is accepted by itself up to `auto_limit` bytes, and saved in
    `auto_folder`. Voice messages of accepted contacts come by themselves up to `voice_limit` bytes.

    Bytes travel by `ways` alone. `recovery` lets WebRTC lanes take losses by rules that keep a bad
    line full, at the cost of others who use it.
    """

    folder: Path
    auto_folder: Path
    auto_limit: int = 0
    trusted: frozenset[PeerId] = frozenset()
    cap_up: int = 0
    cap_down: int = 0
    voice_limit: int = VOICE_LIMIT
    ways: frozenset[Lane] = frozenset(Lane)
    recovery: bool = True


class Transfers(Protocol):
    """Files to and from conversations; `TransferChanged` tells of every change.

    Calls on a transfer may raise AppError("unknown-transfer").
    """

    async def prepare(
        self, room: RoomId, paths: Sequence[Path], text: str = "", reply_to: EventId | None = None
    ) -> None:
        """Offer each of them once it was read, in this order, also after a restart.

        Meanwhile they are transfers that are PREPARING, or FAILED until `resume`. What is said
        goes with the first. Raises AppError("text-too-long" | "unknown-room").
        """
        ...

    async def offer(
        self, room: RoomId, path: Path, text: str = "", reply_to: EventId | None = None
    ) -> MessageView:
        """Read a file or folder whole, then offer it to all members; may take a while.

        It is shown meanwhile, and `cancel` ends it; it is not taken up again after a restart.
        Raises AppError("file-not-found" | "file-unreadable" | "not-a-file" | "bad-file-name" |
        "too-many-files" | "source-changed" | "offer-stopped" | "text-too-long" | "unknown-room").
        """
        ...

    async def say(
        self,
        room: RoomId,
        name: str,
        sound: bytes,
        voice: Voice,
        reply_to: EventId | None = None,
    ) -> MessageView:
        """Keep what was recorded with the profile, as a file called `name`, and offer it.

        Raises AppError as `offer` does, and "file-unwritable".
        """
        ...

    async def transfers(self) -> Sequence[TransferView]:
        """All that are known, the latest offer first."""
        ...

    async def transfer(self, transfer: EventId) -> TransferView: ...

    async def accept(self, transfer: EventId, folder: Path | None = None) -> None:
        """Fetch into `folder`, or the one from the settings; again, if it came into another one.

        Raises AppError("not-a-folder" | "folder-unwritable" | "disk-full" | "own-transfer" |
        "transfer-started"), the last while it is being fetched into another folder.
        """
        ...

    async def decline(self, transfer: EventId) -> None:
        """Raises AppError("own-transfer" | "transfer-over")."""
        ...

    async def pause(self, transfer: EventId) -> None:
        """Fetch, or serve, no more until `resume`.

        Raises AppError("transfer-over" | "transfer-not-accepted").
        """
        ...

    async def resume(self, transfer: EventId) -> None:
        """Go on, also after a failure.

        Raises AppError("transfer-over" | "transfer-not-accepted" | "disk-full").
        """
        ...

    async def locate(self, transfer: EventId, path: Path) -> None:
        """An own offer, or what was received, lies at `path` now: read it again, and serve it.

        Raises AppError("file-differs" | "file-not-found" | "file-unreadable" | "not-here" |
        "still-reading" | "transfer-over").
        """
        ...

    async def cancel(self, transfer: EventId) -> None:
        """Take an own offer back, or stop fetching and delete what came.

        Raises AppError("transfer-over").
        """
        ...

    async def settings(self) -> TransferSettings: ...

    async def set_settings(self, settings: TransferSettings) -> None:
        """Raises AppError("not-a-folder" | "folder-unwritable" | "bad-setting")."""
        ...
