"""Who is meant by an `@` in a text."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.ids import PeerId
from app.domain.limits import MAX_MENTIONS


def find_mentions(text: str, names: Mapping[PeerId, str]) -> tuple[PeerId, ...]:
    """Return the people whose name follows an `@`, in the order of the text.

    Case does not matter, the longest name wins, people of the same name are all meant. Neither
    does an `@` inside a word count (as in an address) nor a name that goes on (`@Anabel`).
    """
    by_name: dict[str, list[PeerId]] = {}
    for peer, name in names.items():
        by_name.setdefault(name.casefold(), []).append(peer)
    longest_first = sorted(filter(None, names.values()), key=len, reverse=True)
    found: dict[PeerId, None] = {}
    at = text.find("@")
    while at >= 0:
        if at == 0 or not text[at - 1].isalnum():
            name = _name_at(text, at + 1, longest_first)
            found.update(dict.fromkeys(by_name[name.casefold()] if name else ()))
        at = text.find("@", at + 1)
    return tuple(found)[:MAX_MENTIONS]


def _name_at(text: str, start: int, names: list[str]) -> str:
    for name in names:
        end = start + len(name)
        if text[start:end].casefold() == name.casefold() and not text[end : end + 1].isalnum():
            return name
    return ""
