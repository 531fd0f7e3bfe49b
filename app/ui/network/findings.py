"""What is made of the findings of a diagnosis: their order, a verdict, where to go. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from app.services.network_api import Finding
from app.ui.phrases import count

ALL_WELL = "Nothing is in the way."
UNSURE = "Nothing was found that is in the way; some of it cannot be told from here."


class Place(Enum):
    """Where something can be mended; the value is what a button says."""

    SETTINGS = "Servers…"
    HELPERS = "Relays…"
    NETWORK = "Settings…"
    PEOPLE = "People…"
    UPDATES = "Updates…"
    AGAIN = "Try now"


_PLACES = {
    "servers": Place.SETTINGS,
    "helpers": Place.HELPERS,
    "contacts": Place.PEOPLE,
    "sharing": Place.NETWORK,
    "update": Place.UPDATES,
}
_TRIED = {"attempts", "link"}
"""Checks after which one may want to try again."""


def place_of(finding: Finding) -> Place | None:
    """Where the fix of a finding is at home, if there is such a place."""
    if not finding.fix:
        return None
    again = Place.AGAIN if finding.check in _TRIED else None
    return _PLACES.get(finding.place, again)


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """Troubles first, then what is in order, then what nobody can tell."""
    rank = {False: 0, True: 1, None: 2}
    return sorted(dict.fromkeys(findings), key=lambda finding: rank[finding.ok])


def verdict(findings: Sequence[Finding]) -> str:
    """All of it in one sentence."""
    troubles = sum(finding.ok is False for finding in findings)
    if troubles:
        verb = "is" if troubles == 1 else "are"
        return f"{count(troubles, 'thing')} {verb} in the way."
    return UNSURE if any(finding.ok is None for finding in findings) else ALL_WELL
