"""The text of desktop entries, and of the list that says which of them opens what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

GROUP, DEFAULTS = "[Desktop Entry]", "[Default Applications]"
_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def entry(fields: Mapping[str, str]) -> str:
    """Return a desktop entry with these values, which may hold any character."""
    lines = (f"{key}={_escaped(value)}" for key, value in fields.items())
    return "\n".join((GROUP, *lines, ""))


def command(arguments: Sequence[str], *codes: str) -> str:
    """Return the value of `Exec` for a program with arguments; field `codes` stand behind them."""
    return " ".join((*(_quoted(each) for each in arguments), *codes))


def value(text: str, key: str) -> str | None:
    """Return what a desktop entry says of `key`, still escaped, None if nothing."""
    found = None
    group = ""
    for line in text.split("\n"):
        if line.startswith("["):
            group = line.strip()
        name, equals, rest = line.partition("=")
        if group == GROUP and equals and name.strip() == key:
            found = rest.strip(" \t\r")
    return found


def is_same(text: str, fields: Mapping[str, str], key: str) -> bool:
    """Tell whether a desktop entry says the same of `key` as `fields` do."""
    return value(text, key) == _escaped(fields[key])


def default_for(text: str, kind: str) -> str:
    """Return the first entry that a `mimeapps.list` names for a type, "" if none."""
    for line in _lines_of(text):
        name, _, names = line.partition("=")
        if name.strip() == kind:
            return names.split(";")[0].strip()
    return ""


def with_default(text: str, kind: str, name: str) -> str:
    """Return a `mimeapps.list` that opens `kind` with the entry `name`; all else stays."""
    kept = without_default(text, kind).rstrip("\n").split("\n")
    line = f"{kind}={name};"
    if DEFAULTS in (each.strip() for each in kept):
        at = [each.strip() for each in kept].index(DEFAULTS)
        kept.insert(at + 1, line)
    else:
        kept = [*([*kept, ""] if any(kept) else []), DEFAULTS, line]
    return "\n".join((*kept, ""))


def without_default(text: str, kind: str) -> str:
    """Return a `mimeapps.list` that names nothing for `kind`."""
    kept, inside = [], False
    for line in text.split("\n"):
        if line.startswith("["):
            inside = line.strip() == DEFAULTS
        if not (inside and line.partition("=")[0].strip() == kind):
            kept.append(line)
    return "\n".join(kept)


def _lines_of(text: str) -> list[str]:
    """Return the lines of the group that names what opens things."""
    found, inside = [], False
    for line in text.split("\n"):
        if line.startswith("["):
            inside = line.strip() == DEFAULTS
        elif inside:
            found.append(line)
    return found


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in text)


def _quoted(argument: str) -> str:
    doubled = argument.replace("%", "%%")
    if _PLAIN.fullmatch(argument):
        return doubled
    return '"' + re.sub(r'(["`$\\])', r"\\\1", doubled) + '"'
