"""That a member in charge said why an invitation lets us in no more: a note, not the end.

Whoever knows the invitation could say so, so we go on asking, but seldom.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.ids import RoomId, to_text
from app.storage.setting_repository import SettingRepository

REASONS = frozenset({"revoked", "expired", "taken", "banned"})
OTHER = "closed"
"""Stands for a reason that a newer version may have."""
KNOCK_EVERY_MS = 600_000
KNOCK_FOR_MS = 60_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """`time_ms` is when we heard of it, or tried anew (Unix ms)."""

    reason: str
    time_ms: int

    def is_knocking(self, now_ms: int) -> bool:
        """Tell whether now is a time to look for members."""
        return (now_ms - self.time_ms) % KNOCK_EVERY_MS < KNOCK_FOR_MS


def known_reason(reason: str) -> str:
    """Return the reason if we know it."""
    return reason if reason in REASONS else OTHER


async def load(settings: SettingRepository, room: RoomId) -> Refusal | None:
    """Return what was kept of a room."""
    text = await settings.get(setting(room), "")
    reason, _, time_ms = text.partition(" ")
    return Refusal(reason, int(time_ms)) if reason else None


async def save(settings: SettingRepository, room: RoomId, refusal: Refusal | None) -> None:
    """Keep it, or that there is none any more."""
    text = f"{refusal.reason} {refusal.time_ms}" if refusal is not None else ""
    await settings.set(setting(room), text)


def setting(room: RoomId) -> str:
    """Name what keeps it."""
    return f"room.{to_text(room)}.refused"
