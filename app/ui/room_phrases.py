"""How it is said that somebody governed a room."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.rules import Rule
from app.domain.views import MessageKind, MessageView

_ROLES = {"owner": "the owner", "admin": "an admin", "member": "a member"}
_RULES = {
    (Rule.HISTORY.value, "1"): "let newcomers read earlier messages",
    (Rule.HISTORY.value, "0"): "hid earlier messages from newcomers",
    (Rule.INFO.value, "1"): "let everybody change name and topic",
    (Rule.INFO.value, "0"): "let only admins change name and topic",
    (Rule.INVITES.value, "1"): "let everybody invite",
    (Rule.INVITES.value, "0"): "let only admins invite",
    (Rule.VANISH.value, "0"): "let messages stay",
}
_UNITS = ((604_800, "week"), (86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def government_line(message: MessageView, name: str, shorten: Callable[[str], str]) -> str:
    """One line for a message that governs: TOPIC, ROLE, REMOVED, RULED or INVITATION."""
    whom = shorten(message.subject_name)
    match message.kind:
        case MessageKind.TOPIC:
            topic = shorten(message.text)
            return f"{name} set the topic: {topic}" if topic else f"{name} took the topic away"
        case MessageKind.ROLE:
            return f"{name} made {whom} {_ROLES.get(message.text, message.text)}"
        case MessageKind.REMOVED:
            return f"{name} {'banned' if message.text == 'banned' else 'removed'} {whom}"
        case MessageKind.INVITATION:
            return f"{name} sent an invitation to {shorten(message.text)}"
        case _:
            return f"{name} {rule_line(message.text)}"


def rule_line(text: str) -> str:
    """What was set for a room ("vanish 3600"), as the rest of a sentence after a name."""
    rule, _, value = text.partition(" ")
    if (rule, value) in _RULES:
        return _RULES[rule, value]
    if rule == Rule.VANISH.value and value.isdecimal():
        return f"let messages disappear after {duration(int(value))}"
    return "changed a rule of the room"


def duration(seconds: int) -> str:
    """`1 hour`, `7 days`: in the largest unit that divides it."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    number = seconds // size
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
