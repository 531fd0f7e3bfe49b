"""Why a link or a server is not there, in a sentence. Other codes than here have theirs already."""

from __future__ import annotations

from collections.abc import Mapping

from app.ui import wording

LINKS: Mapping[str, str] = {
    "begin-anew": "The link is made anew.",
    "closed": "The link ended.",
    "dtls-failed": "The two computers could not agree on the encryption.",
    "handshake-timeout": "The other side did not greet us in time.",
    "ice-failed": "No way between the two computers was found.",
    "no-answer": "The other side did not answer in time.",
    "no-carrier": "Nobody is there who could carry between you.",
    "no-common-room": "The other side knows no conversation that you have in common.",
    "no-offer": "The other side did not begin to connect.",
    "quit": "The other side has closed Parlor.",
    "replaced": "Another link took its place.",
    "silent": "Nothing came any more.",
    "spared": "They are reached through other members.",
    "timeout": "The way was not open in time.",
    "unknown": "Nobody can tell why.",
}
SERVERS: Mapping[str, str] = {
    "closed-by-us": "The connection was ended from here.",
    "protocol": "The server said what no server may say.",
    "replaced": "You are connected there from elsewhere, as the same person.",
    "silent": "Nothing came any more.",
    "stopping": "The server is being stopped.",
    "too-far-behind": "The connection could not keep up.",
}


def link_reason(code: str) -> str:
    """Why there is no link."""
    return LINKS.get(code) or wording.sentence(code)


def server_reason(code: str) -> str:
    """Why a server is not there."""
    return SERVERS.get(code) or wording.sentence(code)


def short(code: str) -> str:
    """The first sentence about anything that was counted."""
    whole = LINKS.get(code) or server_reason(code)
    return whole.partition(". ")[0].removesuffix(".") + "."
