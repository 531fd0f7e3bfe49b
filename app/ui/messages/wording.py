"""The words and dates of the list."""

from __future__ import annotations

from datetime import date

from app.domain.markdown import plain
from app.domain.views import MessageKind, MessageState, MessageView, ReplyPreview
from app.ui.file_names import offered_name
from app.ui.messages.source import Clock
from app.ui.phrases import DELETED, count, message_line, one_line

_STATES = {
    MessageState.QUEUED: "waiting to be sent",
    MessageState.SENT: "sent",
    MessageState.DELIVERED: "delivered",
    MessageState.READ: "read",
}
_WEEK = 7
EDITED = "edited"


def day_line(day: date, today: date) -> str:
    """`Today`, `Yesterday`, `Thursday`, `21 November`, `21 November 2024`."""
    days = (today - day).days
    if days in (0, 1):
        return ("Today", "Yesterday")[days]
    if 1 < days < _WEEK:
        return f"{day:%A}"
    return f"{day.day} {day:%B}" if day.year == today.year else f"{day.day} {day:%B} {day.year}"


def new_line(number: int) -> str:
    return count(number, "new message")


def time_line(time_ms: int, clock: Clock) -> str:
    return f"{clock.at(time_ms):%H:%M}"


def shown_text(message: MessageView) -> str:
    """What stands in the row: the text itself, or a sentence for what is not a text."""
    if message.deleted:
        return DELETED
    if message.kind is MessageKind.INVITATION:  # the rest of its card is painted
        return one_line(message.text)
    if message.kind is MessageKind.FILE and message.file is not None:
        name = offered_name(message.file)
        return f"{name}\n{plain(message.text)}" if message.text else name
    return plain(message.text) if message.kind is MessageKind.TEXT else message_line(message)


def meta_line(message: MessageView, clock: Clock) -> str:
    """The small line at a bubble's end: the time, and whether the text is the first one."""
    time = time_line(message.time_ms, clock)
    return f"{EDITED} {time}" if message.edited else time


def meta_marks(message: MessageView) -> tuple[str, ...]:
    """The icons before the time: pinned, and not for ever."""
    marks = {"pin": message.pinned, "timer": bool(message.vanish_s)}
    return () if message.deleted else tuple(mark for mark, on in marks.items() if on)


def forwarded_line(message: MessageView) -> str:
    """`Forwarded from Ana Costa`."""
    return f"Forwarded from {one_line(message.forwarded_from)}"


def spoken(message: MessageView, clock: Clock, transfer: str = "") -> str:
    """The whole row as a sentence, for a screen reader; `transfer` is what a file is at."""
    time = time_line(message.time_ms, clock)
    if transfer and not message.deleted:
        return _spoken_file(message, transfer, time)
    if message.kind is not MessageKind.TEXT:
        return f"{message_line(message)}, {time}"
    name = "You" if message.own else message.author_name
    parts = [f"{name}{_answering(message)}: {shown_text(message)}"]
    parts += _spoken_marks(message)
    parts.append(time)
    parts += [_STATES[message.state]] if message.own and not message.deleted else []
    return ", ".join([*parts, *_spoken_reactions(message)])


def _spoken_reactions(message: MessageView) -> list[str]:
    people = ("person", "people")
    return [f"{one.emoji} by {count(len(one.by), *people)}" for one in message.reactions]


def _spoken_file(message: MessageView, transfer: str, time: str) -> str:
    name = "You" if message.own else message.author_name
    parts = [f"{name}{_answering(message)}: {transfer}", one_line(plain(message.text))]
    parts += [*_spoken_marks(message), time]
    parts += [_STATES[message.state]] if message.own else []
    return ", ".join(part for part in [*parts, *_spoken_reactions(message)] if part)


def _spoken_marks(message: MessageView) -> list[str]:
    if message.deleted:
        return []
    marks = {
        forwarded_line(message): bool(message.forwarded_from),
        EDITED: message.edited,
        "pinned": message.pinned,
        "disappears": bool(message.vanish_s),
    }
    return [mark for mark, on in marks.items() if on]


def _answering(message: MessageView) -> str:
    if message.reply is None:
        return ""
    return f" in reply to {message.reply.author_name}"


def copied(message: MessageView, text: str, clock: Clock) -> str:
    """One message among several on the clipboard."""
    when = f"{clock.at(message.time_ms):%Y-%m-%d %H:%M}"
    if message.kind is not MessageKind.TEXT:
        return f"[{when}] {text}"
    return f"[{when}] {message.author_name}: {text}"


def quoted(reply: ReplyPreview | None) -> tuple[str, str]:
    """The two lines of a quote: who, and what; `None` if the original is not here."""
    if reply is None:
        return "Reply", "This message is not here yet"
    return reply.author_name, DELETED if reply.deleted else one_line(plain(reply.text))
