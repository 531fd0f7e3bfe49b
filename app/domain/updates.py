"""What a source says of the newest version, and what follows from it here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from app.domain.versions import Version

DAY_MS = 24 * 3600 * 1000
MAX_EARLY_MS = DAY_MS
"""So far ahead of our clock a statement may have been issued."""


class UpdateState(Enum):
    """What became of a check."""

    CURRENT = "current"
    NEWER = "newer"
    UNREACHABLE = "unreachable"
    UNSIGNED = "bad-signature"
    MALFORMED = "malformed"
    EXPIRED = "expired"
    ROLLED_BACK = "rolled-back"
    EARLY = "too-early"


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file to install from. `size` is in bytes, `sha256` in hexadecimal digits.

    `system` is "linux", "windows", "macos" or "any", `machine` as "x86_64", "aarch64" or "any".
    """

    name: str
    system: str
    machine: str
    size: int
    sha256: str
    url: str


@dataclass(frozen=True, slots=True)
class Release:
    """A signed statement on the newest version.

    It was issued and expires at Unix milliseconds. `released` is a date (ISO 8601), `page` says
    more, "" for none. `database` is the form in which it keeps data, `opens` the oldest that it
    reads.
    """

    version: Version
    released: str
    issued_ms: int
    expires_ms: int
    notes: str
    page: str
    opens: int
    database: int
    artefacts: tuple[Artefact, ...]


@dataclass(frozen=True, slots=True)
class Platform:
    """Where the program runs, in the words of `Artefact`."""

    system: str
    machine: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The furthest that a source was ever heard to say."""

    version: Version
    issued_ms: int


def judge(release: Release, installed: Version, seen: Seen | None, now_ms: int) -> UpdateState:
    """Return what a genuine statement means.

    Whoever hands out an old one hides what has come since; `seen` and the expiry show that.
    """
    if release.issued_ms > now_ms + MAX_EARLY_MS:
        return UpdateState.EARLY
    if seen is not None and (release.issued_ms < seen.issued_ms or release.version < seen.version):
        return UpdateState.ROLLED_BACK
    if now_ms >= release.expires_ms:
        return UpdateState.EXPIRED
    return UpdateState.NEWER if release.version > installed else UpdateState.CURRENT


def fitting(artefacts: Sequence[Artefact], here: Platform) -> tuple[Artefact, ...]:
    """Return those that can be installed here, in the order of the statement."""
    return tuple(
        one
        for one in artefacts
        if one.system in (here.system, "any") and one.machine in (here.machine, "any")
    )
