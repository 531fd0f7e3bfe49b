"""The tables in resources/licences: what wheels do not say about themselves."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

import resources

FOLDER = Path(resources.__file__ or "").parent / "licences"
PYTHON = "python"


class Wheel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A distribution; `versions` are those whose parts are known, none for any."""

    name: str
    versions: tuple[str, ...] = ()
    licence: str = ""
    copyright: str = ""
    own: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something inside a wheel, by files of its own or linked into those of the wheel.

    `version` is its own, but in the versions of the wheel that `later` names. `proof` are words
    of its files, with {} for that version.
    """

    within: str
    name: str
    licence: str
    version: str = ""
    later: dict[str, str] = {}
    copyright: str = ""
    home: str = ""
    files: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    proof: str = ""
    asks: str = ""

    def version_in(self, wheel: str) -> str:
        """Its version in this version of the wheel, "" where nobody knows it."""
        return self.later.get(wheel, self.version)


class Resource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bundled data; `files` and `text` are below resources/."""

    name: str
    version: str
    licence: str
    home: str
    files: tuple[str, ...]
    text: str


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All tables together."""

    wheel: tuple[Wheel, ...] = ()
    part: tuple[Part, ...] = ()
    resource: tuple[Resource, ...] = ()

    def wheel_of(self, name: str) -> Wheel:
        """What is known of a distribution; nothing special if it is in no table."""
        return next((wheel for wheel in self.wheel if wheel.name == name), Wheel(name))

    def parts_of(self, name: str) -> tuple[Part, ...]:
        return tuple(part for part in self.part if part.within == name)


def load_known(folder: Path = FOLDER) -> Known:
    """Read every table of the folder as one."""
    tables = [
        msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Known)
        for path in sorted(folder.glob("*.toml"))
    ]
    return Known(
        tuple(wheel for table in tables for wheel in table.wheel),
        tuple(part for table in tables for part in table.part),
        tuple(resource for table in tables for resource in table.resource),
    )


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path with forward slashes fits one of the patterns; `*` spans folders."""
    return any(fnmatchcase(path, pattern) for pattern in patterns)
