"""Short texts made from values: times, counts, previews, routes. Pure, so they can be tested."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app.domain.governing import InvitationView
from app.domain.markdown import plain
from app.domain.views import (
    MemberView,
    MessageKind,
    MessageState,
    MessageView,
    RoomKind,
    RoomSummary,
)
from app.ui.file_names import framed_name, offered_name
from app.ui.room_phrases import government_line

NEARBY = "On this network"
MESSAGES = "Messages"
CLIP = "📎"
SPOKEN = "\U0001f3a4"
DELETED = "This message was deleted"
MARK_START, MARK_END = "\ue000", "\ue001"
ROUTES = {"lan": "Direct · LAN", "direct": "Direct", "relay": "Relayed"}
_STATES = {
    MessageState.QUEUED: "queued",
    MessageState.SENT: "sent",
    MessageState.DELIVERED: "delivered",
    MessageState.READ: "read",
}
_DAYS_OF_WEEK = 6
_LAST_MS = 253_402_214_400_000  # the last day that datetime knows
_PREVIEW = 160


class Preview(NamedTuple):
    """The second line of a row: `lead` stands out ("Draft:", "Mara:"), `text` follows."""

    lead: str
    text: str
    draft: bool = False


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 peer`, `3 peers`; thousands apart by a thin space."""
    word = noun if number == 1 else plural or noun + "s"
    return f"{number:,} {word}".replace(",", "\u2009")


def first_name(name: str) -> str:
    return next(iter(name.split(maxsplit=1)), name)


def one_line(text: str) -> str:
    """The beginning of a text with all white space made single blanks."""
    return " ".join(text[: _PREVIEW * 4].split())[:_PREVIEW]


def isolated(name: str) -> str:
    """A name on one line that cannot turn the words around it, whatever script it is in."""
    return f"\u2068{one_line(name)}\u2069"


def plain_snippet(snippet: str) -> str:
    return one_line(snippet.replace(MARK_START, "").replace(MARK_END, ""))


def short_time(time_ms: int, now: datetime) -> str:
    """`09:52` today, `Thu` within a week, `3 Nov` this year, else `3 Nov 2024`."""
    then = datetime.fromtimestamp(min(max(time_ms, 0), _LAST_MS) / 1000, now.tzinfo)
    if then.date() == now.date():
        return f"{then:%H:%M}"
    if now > then and now.date() - then.date() <= timedelta(days=_DAYS_OF_WEEK):
        return f"{then:%a}"
    return f"{then.day} {then:%b}" if then.year == now.year else f"{then.day} {then:%b %Y}"


def seen_time(time_ms: int, now: datetime) -> str:
    """`Last seen 08:14`."""
    return f"Last seen {short_time(time_ms, now)}"


def message_line(message: MessageView) -> str:
    """One line that stands for a message."""
    name = "You" if message.own else message.author_name
    match message.kind:
        case MessageKind.TEXT | MessageKind.FILE:
            return DELETED if message.deleted else _written_line(message)
        case MessageKind.JOINED:
            return f"{'You' if message.own else one_line(message.text)} joined"
        case MessageKind.LEFT:
            return f"{name} left"
        case MessageKind.RENAMED:
            return f"{name} named the room {one_line(message.text)}"
        case MessageKind.UNSUPPORTED:
            return "This needs a newer version of Parlor"
        case _:
            return government_line(message, name, one_line)


def _written_line(message: MessageView) -> str:
    if message.file is not None:
        if message.file.voice_ms:
            return f"{SPOKEN} {offered_name(message.file)}"
        return f"{CLIP} {framed_name(message.file.name)}"
    return one_line(plain(message.text[: _PREVIEW * 4]))


def preview(summary: RoomSummary) -> Preview:
    """What a row of the sidebar says below the name."""
    if summary.draft:
        return Preview("Draft:", one_line(summary.draft), draft=True)
    last = summary.last
    if last is None:
        notes = summary.kind is RoomKind.NOTES
        return Preview("", "Only you can see this" if notes else "Say hello")
    lead = ""
    if summary.kind is RoomKind.GROUP and last.kind in (MessageKind.TEXT, MessageKind.FILE):
        lead = "You:" if last.own else f"{first_name(last.author_name)}:"
    return Preview(lead, message_line(last))


def typing_line(names: Sequence[str]) -> str:
    """`Ana is typing…`, or "" for nobody."""
    firsts = [first_name(name) for name in names]
    match firsts:
        case []:
            return ""
        case [one]:
            return f"{one} is typing…"
        case [one, two]:
            return f"{one} and {two} are typing…"
        case _:
            return f"{len(firsts)} people are typing…"


def room_line(summary: RoomSummary, members: Sequence[MemberView], typing: Sequence[str]) -> str:
    """The line below a conversation's title."""
    parts: list[str] = []
    if summary.kind is RoomKind.NOTES:
        return "Only you can see this"
    others = [member for member in members if not member.you]
    if summary.kind is RoomKind.DIRECT:
        parts += [route_line(others[0])] if others and others[0].online else ["Offline"]
    else:
        online = sum(member.online for member in others)
        parts += [count(max(summary.members, len(members)), "member"), f"{online} online"]
    if typing:
        parts.append(typing_line(typing))
    return " · ".join(parts)


def route_line(member: MemberView) -> str:
    """`Direct · LAN · 2 ms`; "Online" while the way is not known."""
    way = ROUTES.get(member.route or "", "Online")
    return way if member.rtt_ms is None else f"{way} · {max(1, round(member.rtt_ms))} ms"


def member_line(member: MemberView, now: datetime) -> str:
    """The line below a member's name."""
    if member.you:
        return "You"
    if member.online:
        return route_line(member)
    return "Offline" if member.last_seen_ms is None else seen_time(member.last_seen_ms, now)


def is_muted(summary: RoomSummary, now: datetime) -> bool:
    """Whether a conversation is to be quiet at `now`."""
    until = summary.muted_until_ms
    return until < 0 or until > now.timestamp() * 1000


def archive_line(rooms: int, unread: int, *, opened: bool) -> str:
    """`3 conversations, 1 unread, folded`."""
    parts = [count(rooms, "conversation")]
    parts += [f"{unread} unread"] if unread else []
    return ", ".join([*parts, "unfolded" if opened else "folded"])


def invitations_line(waiting: Sequence[InvitationView], *, spoken: bool = False) -> str:
    """`Book club, from Ana`; `spoken` tells how many there are too."""
    first = waiting[0]
    line = f"{isolated(first.name)}, from {isolated(first_name(first.sender_name))}"
    more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
    return f"{len(waiting)} waiting, {line}{more}" if spoken else f"{line}{more}"


def spoken_room(
    summary: RoomSummary, online: bool | None, typing: Sequence[str], now: datetime
) -> str:
    """All that a row of the sidebar shows, as a sentence."""
    line = preview(summary)
    parts = _spoken_marks(summary, now)
    if online is not None:
        parts.append("online" if online else "offline")
    parts.append(typing_line(typing) or f"{line.lead} {line.text}".strip())
    if summary.last is not None:
        parts.append(short_time(summary.last.time_ms, now))
        if summary.last.own:
            parts.append(_STATES[summary.last.state])
    return ", ".join(parts)


def _spoken_marks(summary: RoomSummary, now: datetime) -> list[str]:
    parts = [count(summary.unread, "new message")] if summary.unread else []
    if summary.mentions:
        parts.append("mentions you")
    marks = {
        "marked as unread": summary.marked_unread and not summary.unread,
        "pinned": summary.pinned,
        "muted": is_muted(summary, now),
        "archived": summary.archived,
    }
    return [*parts, *(word for word, on in marks.items() if on)]
