"""What a role permits in a room, and the short texts about roles, links and rules. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from app.domain.governing import FOUNDING, InvitationView, PendingInvite, RoomLink
from app.domain.ids import PeerId
from app.domain.rules import RoomRules
from app.domain.views import MemberView, MessageKind, MessageView
from app.ui import phrases
from app.ui.room_phrases import duration

HOUR, DAY = 3600, 86_400
WEEK = 7 * DAY
LONGEST = 366 * DAY
VANISH_CHOICES = (0, HOUR, DAY, WEEK, 4 * WEEK)
LINK_CHOICES = (HOUR, DAY, WEEK, 0)
LINK_WORDS = ("1 hour", "1 day", "1 week", "Never")
COURIER = "courier"
ROLES = {"owner": "Owner", "admin": "Admin"}
_RANKS = {"owner": 3, "admin": 2, "member": 1}
_UNITS = {"second": 1, "minute": 60, "hour": HOUR, "day": DAY, "week": WEEK}


class Deed(Enum):
    """What can be done about a member; the value is what the menu says."""

    MESSAGE = "Message"
    PROFILE = "Profile…"
    REACH = "Why can't I reach them?"
    CONNECTION = "Connection…"
    PROMOTE = "Make admin"
    DEMOTE = "Take admin away"
    CROWN = "Make owner…"
    REMOVE = "Remove…"
    BAN = "Remove and ban…"
    UNINVITE = "Take the invitation back"


def rank(role: str) -> int:
    """How much a role may do; 0 for none."""
    return _RANKS.get(role, 0)


def governs(role: str) -> bool:
    """Whether somebody with this role may change rules, remove people and readmit them."""
    return rank(role) >= _RANKS["admin"]


def may_invite(role: str, rules: RoomRules) -> bool:
    return governs(role) or (rank(role) > 0 and rules.invites)


def may_describe(role: str, rules: RoomRules) -> bool:
    """Whether somebody with this role may change name, topic and picture."""
    return governs(role) or (rank(role) > 0 and rules.info)


def deeds(row: MemberView | PendingInvite, role: str, me: PeerId) -> tuple[Deed, ...]:
    """What we, with this role, may do about somebody; nothing about ourselves."""
    if isinstance(row, PendingInvite):
        may = governs(role) or (row.invited_by == me and rank(role) > 0)
        return (Deed.MESSAGE, Deed.PROFILE, *((Deed.UNINVITE,) if may else ()))
    if row.you:
        return ()
    found = [Deed.MESSAGE, Deed.PROFILE, Deed.CONNECTION if row.online else Deed.REACH]
    if row.role == COURIER:
        return tuple(found[1:])
    if role == "owner":
        found += [Deed.DEMOTE if row.role == "admin" else Deed.PROMOTE, Deed.CROWN]
    if governs(role) and rank(role) > rank(row.role):
        found += [Deed.REMOVE, Deed.BAN]
    return tuple(found)


def until_line(until_ms: int, now: datetime) -> str:
    """`never expires`, `expired`, `expires in 5 hours`."""
    if not until_ms:
        return "never expires"
    left = until_ms // 1000 - int(now.timestamp())
    return f"expires in {_rough(left)}" if left > 0 else "expired"


def _rough(seconds: int) -> str:
    for unit in (WEEK, DAY, HOUR, 60):
        if seconds >= unit:
            return duration(seconds // unit * unit)
    return "less than a minute"


def link_title(link: RoomLink) -> str:
    return "Room code and link" if link.id == FOUNDING else "Link"


def link_line(link: RoomLink, maker: str, now: datetime) -> str:
    """`Made by Ana · 3 joined · expires in 2 days`."""
    uses = f"{link.uses} joined" if link.uses else "nobody joined"
    return f"Made by {maker} · {uses} · {until_line(link.until_ms, now)}"


def invited_line(invite: PendingInvite, now: datetime) -> str:
    """Below the name of somebody who has not joined yet."""
    if not invite.until_ms:
        return "Invited, has not joined yet"
    return f"Invited, {until_line(invite.until_ms, now)}"


def invitation_line(invitation: InvitationView, now: datetime) -> str:
    """`From Ana · 09:52 · expires in 2 days`."""
    sent = phrases.short_time(invitation.time_ms, now)
    line = f"From {phrases.isolated(invitation.sender_name)} · {sent}"
    return f"{line} · {until_line(invitation.until_ms, now)}" if invitation.until_ms else line


def vanish_line(seconds: int) -> str:
    """`Off`, `After 1 week`."""
    return f"After {duration(seconds)}" if seconds else "Off"


def parse_duration(text: str) -> int | None:
    """Seconds of "90 minutes", "2 weeks", "3 d"; None if it is no time that can be set."""
    number, _, unit = text.strip().casefold().partition(" ")
    size = next((_UNITS[name] for name in _UNITS if unit in (name, f"{name}s", name[0])), 0)
    if not number.isascii() or not number.isdecimal() or len(number) > len(str(LONGEST)):
        return None
    return seconds if 0 < (seconds := int(number) * size) <= LONGEST else None


def farewell(standing: str, rows: Sequence[MessageView], me: PeerId) -> str:
    """Why nothing can be written any more; `rows` are the room's last ones, oldest first."""
    if standing == "left":
        return "You left this room. You can read what was said before."
    removals = (row for row in reversed(rows) if row.kind is MessageKind.REMOVED)
    mine = next((row for row in removals if row.subject == me), None)
    by = f" by {phrases.one_line(mine.author_name)}" if mine is not None else ""
    return f"You were removed from this room{by}. You can read what was said before."


def refused_line(reason: str) -> str:
    """Why a link or an invitation leads nowhere, as somebody in charge of the room says."""
    return f"{_REFUSALS.get(reason, _CLOSED)} Parlor tries again now and then."


_CLOSED = "This link or invitation lets nobody in any more. Ask for a new one."
_REFUSALS = {
    "revoked": "This link or invitation was withdrawn. Ask for a new one.",
    "expired": "This link or invitation has expired. Ask for a new one.",
    "taken": "This invitation has been used, or is for somebody else. Ask for one of your own.",
    "banned": "You are banned from this room. An admin has to readmit you before you can join.",
}
WAITING = (
    "Waiting until a member lets you in. You can close Parlor, it goes on when somebody of the"
    " room is online."
)
