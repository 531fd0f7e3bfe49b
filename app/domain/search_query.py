"""What a person looks for: words, "phrases", and operators such as `from:ana before:2026-01-31`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo

MAX_QUERY = 1000
MAX_TERMS = 24
_MIN_PREFIX = 2
_TOKEN = re.compile(
    r"(?P<operator>from|in|before|after|has):(?:\"(?P<long>[^\"]*)\"?|(?P<short>[^\s\"]\S*))"
    r'|"(?P<phrase>[^"]*)"?|(?P<word>\S+)',
    re.IGNORECASE,
)
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand together; `prefix` if the last of them may go on."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """All of it has to hold.

    `senders` and `rooms` are the beginnings of words of names. `before_ms` (exclusive) and
    `after_ms` (inclusive) are Unix ms. `links` asks for a link in the text,
    `files` for a file or folder that is offered.
    """

    terms: tuple[Term, ...] = ()
    senders: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    before_ms: int | None = None
    after_ms: int | None = None
    links: bool = False
    files: bool = False

    @property
    def is_empty(self) -> bool:
        return self == SearchQuery()


def parse_query(text: str, zone: tzinfo = UTC) -> SearchQuery:
    """Read a query. What is no operator (`re:zero`, `before:long`) is looked for as it stands.

    Days begin at midnight in `zone`; `before:2026` means before that year, `after:2026-03` from
    the beginning of the month after it.
    """
    clean = text[:MAX_QUERY].replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
    query = SearchQuery()
    for match in list(_TOKEN.finditer(clean))[:MAX_TERMS]:
        known = _operator(query, match, zone) if match["operator"] else None
        query = known or _with_term(query, match, unfinished=match.end() == len(clean))
    return query


def matches_name(name: str, wanted: str) -> bool:
    """Tell whether a name, or a word in it, begins with what was asked for."""
    folded, start = name.casefold(), wanted.casefold().removeprefix("@")
    return bool(start) and (folded.startswith(start) or f" {start}" in folded)


def _with_term(query: SearchQuery, match: re.Match[str], *, unfinished: bool) -> SearchQuery:
    whole = match["phrase"] if match["phrase"] is not None else match[0]
    if not any(letter.isalnum() for letter in whole):
        return query
    prefix = unfinished and match["phrase"] is None and len(whole) >= _MIN_PREFIX
    return replace(query, terms=(*query.terms, Term(whole, prefix)))


def _operator(query: SearchQuery, match: re.Match[str], zone: tzinfo) -> SearchQuery | None:
    """Return the query with the operator in it, None if it is none."""
    value = match["long"] if match["long"] is not None else match["short"]
    match match["operator"].lower():
        case "from" if value.strip("@ "):
            return replace(query, senders=(*query.senders, value))
        case "in" if value.strip("@ "):
            return replace(query, rooms=(*query.rooms, value))
        case "has" if value.lower() == "link":
            return replace(query, links=True)
        case "has" if value.lower() == "file":
            return replace(query, files=True)
        case "before" | "after" as side:
            return _bounded(query, side, value, zone)
        case _:
            return None


def _bounded(query: SearchQuery, side: str, value: str, zone: tzinfo) -> SearchQuery | None:
    span = _span(value)
    if span is None:
        return None
    moments = [datetime(day.year, day.month, day.day, tzinfo=zone) for day in span]
    first, end = (int(moment.timestamp() * 1000) for moment in moments)
    if side == "before":
        known = query.before_ms
        return replace(query, before_ms=first if known is None else min(known, first))
    known = query.after_ms
    return replace(query, after_ms=end if known is None else max(known, end))


def _span(value: str) -> tuple[date, date] | None:
    """Return the first day of a year, month or day, and the first one after it."""
    found = _DAY.fullmatch(value)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first, first + timedelta(days=1)
        if month:
            return first, date(year + month // 12, month % 12 + 1, 1)
        return first, date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None
