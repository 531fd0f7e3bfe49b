"""The changelog, as packages and software centres want it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

MOST_POINTS = 8
MAINTAINER = "Parlor contributors <parlor@users.noreply.example.org>"
_HEADING = re.compile(
    r"^## \[(?P<version>[^\]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?", re.MULTILINE
)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_POINT = re.compile(r"^- (.+?)(?=^\S|^\s*$|\Z)", re.MULTILINE | re.DOTALL)
_SENTENCE = re.compile(r".+?[.](?=\s|$)", re.DOTALL)


@dataclass(frozen=True)
class Release:
    """A version, when it came out, and what is new in it, a sentence each."""

    version: str
    date: datetime
    points: tuple[str, ...]


def releases(changelog: str, version: str, epoch: int) -> list[Release]:
    """Return the dated releases of a CHANGELOG.md, the newest first.

    `version` is the one that is built; if it has no date yet, it is what stands on top and is
    dated by `epoch`.
    """
    found: list[Release] = []
    heads = [*_HEADING.finditer(changelog)]
    ends = [*(head.start() for head in heads[1:]), len(changelog)]
    for head, end in zip(heads, ends, strict=False):
        name, points = head["version"], _points(changelog[head.end() : end])
        date = datetime.fromisoformat(head["date"] or "1970-01-01").replace(tzinfo=UTC)
        if head["date"] is None:
            if found or name not in {version, "Unreleased"} or not points:
                continue
            name, date = version, datetime.fromtimestamp(epoch, UTC)
        found.append(Release(name, date, points))
    if not any(release.version == version for release in found):
        found.insert(0, Release(version, datetime.fromtimestamp(epoch, UTC), ()))
    return _in_time(found)


def _in_time(found: list[Release]) -> list[Release]:
    """Let those of one day follow each other by an hour."""
    for place in range(len(found) - 2, -1, -1):
        if found[place].date <= found[place + 1].date:
            later = found[place + 1].date + timedelta(hours=1)
            found[place] = replace(found[place], date=later)
    return found


def _points(section: str) -> tuple[str, ...]:
    plain = [" ".join(_LINK.sub(r"\1", point).split()) for point in _POINT.findall(section)]
    words = [re.sub(r"[*`]+", "", point) for point in plain]
    first = [
        match[0] if (match := _SENTENCE.match(point)) else point
        for point in words
        if not point.startswith("parlor-cli:")  # nothing for who looks at a window
    ]
    return tuple(point.rstrip(":.") + "." for point in first[:MOST_POINTS])


def debian(package: str, known: list[Release]) -> str:
    """Return Debian's changelog of a package."""
    return "\n".join(_debian_entry(package, release) for release in known)


def _debian_entry(package: str, release: Release) -> str:
    points = release.points or ("See the changelog of the project.",)
    lines = [f"{package} ({release.version}) stable; urgency=medium", ""]
    for point in points:
        lines += _wrapped(point)
    return "\n".join([*lines, "", f" -- {MAINTAINER}  {format_datetime(release.date)}", ""])


def _wrapped(point: str, width: int = 76) -> list[str]:
    lines, line = [], "  *"
    for word in point.split():
        if len(line) + 1 + len(word) > width:
            lines.append(line)
            line = "   "
        line += f" {word}"
    return [*lines, line]


def appstream(known: list[Release]) -> str:
    """Return the element `releases` of AppStream metadata, to stand one level in."""
    top = Element("releases")
    for release in known:
        attributes = {"version": release.version, "date": release.date.date().isoformat()}
        entry = SubElement(top, "release", {**attributes, "type": "stable"})
        if release.points:
            points = SubElement(SubElement(entry, "description"), "ul")
            for point in release.points:
                SubElement(points, "li").text = point
    indent(top, level=1)
    return tostring(top, "unicode").rstrip()
