"""What a check for newer versions found, in sentences. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, NamedTuple

from app.domain.updates import Artefact, Release, UpdateState
from app.services.updates_api import UpdateReport
from app.ui.files.phrases import size
from app.ui.wording import SENTENCES

LINE = (
    "Parlor looks for a newer version only when you ask it to. It fetches one small signed file"
    " then, tells nobody who you are, and installs nothing."
)
HINT = "https://…#ed25519=…"
NO_SOURCE = "Whoever you have Parlor from can tell you the source."
ASKING = "Asking the source…"

Mood = Literal["ok", "warn", "danger"]


class Verdict(NamedTuple):
    """`head` in one line, `text` what it means or "" for nothing more."""

    mood: Mood
    head: str
    text: str = ""


_REASONS = {
    "timeout": "It did not answer in time. Try again later.",
    "certificate": "Its certificate is not valid, so nobody can tell who answers. Check the clock.",
    "no-tls": "It does not speak https. Check the address.",
    "redirect": "It leads on to an address that is not safe.",
    "too-long": "What it sends is far too long for a statement on versions.",
    "packed": "It sends what was not asked for.",
}
_STATUS = "status "


def verdict(report: UpdateReport) -> Verdict:
    """Say what became of a check."""
    if report.release is not None:
        return _of_release(report, report.release)
    match report.state:
        case UpdateState.UNSIGNED:
            return Verdict("danger", "The signature is wrong", SENTENCES["update-signature"])
        case UpdateState.MALFORMED:
            return Verdict("warn", "This is no statement", SENTENCES["update-malformed"])
        case _:
            return Verdict("warn", "The source was not reached", _unreachable(report.reason))


def _of_release(report: UpdateReport, release: Release) -> Verdict:
    match report.state:
        case UpdateState.NEWER:
            return Verdict("ok", f"Parlor {release.version} is there", _newer(report, release))
        case UpdateState.ROLLED_BACK:
            return Verdict("danger", "The source takes back what it said", _rolled_back(release))
        case UpdateState.EXPIRED:
            return Verdict("warn", "The source is out of date", _expired(release))
        case UpdateState.EARLY:
            return Verdict("warn", "The source speaks from the future", _early(release))
        case _:
            return Verdict("ok", f"You have the newest version, {report.installed}")


def file_line(artefact: Artefact) -> str:
    """Say how large a file is and for what machine."""
    machine = "" if artefact.machine == "any" else f" · {artefact.machine}"
    return f"{size(artefact.size)}{machine} · SHA-256"


def _newer(report: UpdateReport, release: Release) -> str:
    said = f"Released on {release.released}; you have {report.installed}."
    if report.too_old:
        return said + (
            " It cannot take over your data from this version: install one in between first."
        )
    if report.converts:
        return said + (
            " It brings your data into a new form, which this version cannot read: make a backup"
            " before."
        )
    return said


def _rolled_back(release: Release) -> str:
    return (
        f"It names {release.version} now, as of {_day(release.issued_ms)}, and has named something"
        " newer before. Somebody may want to hide that. Do not install what it names."
    )


def _expired(release: Release) -> str:
    return (
        f"It names {release.version}, and that was to be believed until"
        f" {_day(release.expires_ms)}. There may be something newer by now: ask whoever keeps it."
    )


def _early(release: Release) -> str:
    return f"It was written on {_day(release.issued_ms)}. Check this computer's clock."


def _unreachable(reason: str) -> str:
    if reason.startswith(_STATUS):
        return f"It answers with an error ({reason.removeprefix(_STATUS)}). Check the address."
    return _REASONS.get(reason, "Check the network and the address, and try again.")


def _day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
