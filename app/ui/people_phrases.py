"""Short texts about people: presence, verification, reports. Pure, so they can be tested."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from app.domain.contacts import ContactView, Presence
from app.domain.ids import to_text
from app.domain.views import MessageView
from app.ui.phrases import count, one_line

PRESENCES = (Presence.ONLINE, Presence.AWAY, Presence.BUSY, Presence.INVISIBLE)
PRESENCE_WORDS = {
    Presence.ONLINE: "Online",
    Presence.AWAY: "Away",
    Presence.BUSY: "Do not disturb",
    Presence.INVISIBLE: "Invisible",
}
_SEEN = {"online": "Online", "away": "Away", "busy": "Do not disturb", "offline": "Offline"}
BESIDES = {state: _SEEN[state] for state in ("away", "busy")}
"""What is said of somebody who is there, but not simply so."""

_ROOMS = 5
_DIGITS = 60


def called(view: ContactView) -> str:
    """Return the name that stands for somebody: ours for them, else theirs."""
    return one_line(view.alias or view.name) or "Somebody"


def presence_line(view: ContactView) -> str:
    """`Online`, `Blocked`, `Offline`."""
    if view.state == "blocked":
        return "Blocked"
    return _SEEN.get(view.presence if view.online else "offline", "Offline")


def verified_line(view: ContactView) -> str:
    """Whether we compared the safety number."""
    if view.verified:
        return "Verified: you compared the safety number"
    return "Not verified yet"


def rooms_line(names: Sequence[str]) -> str:
    """Name the first rooms in common and count the others."""
    shown = ", ".join(one_line(name) for name in names[:_ROOMS])
    more = len(names) - _ROOMS
    return f"{shown} and {count(more, 'more room')}" if more > 0 else shown


def requests_line(waiting: Sequence[ContactView], *, spoken: bool = False) -> str:
    """Who asks to talk, in one line; with their number if it is to be `spoken`."""
    first = called(waiting[0])
    more = f" and {len(waiting) - 1} more" if len(waiting) > 1 else ""
    line = f"{first}{more}" if more else f"{first}: {one_line(waiting[0].text)}"
    return f"{len(waiting)} waiting, {line}" if spoken else line


def digits_of(text: str) -> str:
    """Return the safety number in a text, or "" if there is none."""
    digits = "".join(each for each in text if each in "0123456789")
    return digits if len(digits) == _DIGITS else ""


def report_text(
    view: ContactView, fingerprint: str, messages: Sequence[MessageView], now: datetime
) -> str:
    """Return what whoever runs a server may need, and nothing about the one who reports."""
    lines = [
        "Report about a person on Parlor",
        f"Written: {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        f"Name shown: {one_line(view.name)}",
        f"Fingerprint: {fingerprint}",
        f"Peer id: {to_text(view.peer)}",
    ]
    if view.state == "incoming" and view.text:
        lines.append(f"Request: {one_line(view.text)}")
    for message in messages:
        when = datetime.fromtimestamp(message.time_ms / 1000, UTC)
        lines += [
            "",
            f"Message {to_text(message.event)}, {when:%Y-%m-%d %H:%M} UTC",
            message.text,
        ]
    return "\n".join(lines)
