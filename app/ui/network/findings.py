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
    BLOCKED = "Blocked people…"
    PERSON = "Profile…"
    AGAIN = "Try now"


_PLACES = {
    "server": Place.SETTINGS,
    "turn": Place.HELPERS,
    "relay": Place.HELPERS,
    "blocked": Place.BLOCKED,
    "identity": Place.PERSON,
    "mdns": Place.NETWORK,
    "lan": Place.NETWORK,
    "link": Place.AGAIN,
    "attempts": Place.AGAIN,
}


def place_of(finding: Finding) -> Place | None:
    """Where the fix of a finding is at home, if there is such a place."""
    return _PLACES.get(finding.check) if finding.fix else None


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
