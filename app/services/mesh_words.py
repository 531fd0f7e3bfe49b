"""What the check of a room's mesh says, in plain sentences."""

from __future__ import annotations

from app.services.diagnosis_words import Sentence

_WAIT = "It is tried again by itself. If it stays so, look at the diagnosis of these people."

MESH = {
    "mesh-alone": Sentence(None, "Nobody else of this room is online."),
    "mesh-full": Sentence(True, "{around} online, few enough for links with all of them."),
    "mesh-partial": Sentence(
        True, "{around} online; some of them are linked and pass on what the others write."
    ),
    "mesh-linked": Sentence(True, "All {wanted} links that this room needs are up."),
    "mesh-missing": Sentence(
        False, "{missing} of {wanted} links that this room needs are not up: {names}.", _WAIT
    ),
    "mesh-degree": Sentence(True, "There are {links} links for this room."),
    "mesh-crowded": Sentence(
        False,
        "There are {links} links for this room, more than {most}.",
        "Those that nobody needs end by themselves within a minute.",
    ),
    "mesh-joined": Sentence(True, "Everybody who is online is joined to us, directly or not."),
    "mesh-apart": Sentence(
        False,
        "No member that we are linked with knows a way to {missing} who are online: {names}.",
        _WAIT,
    ),
    "mesh-same": Sentence(True, "{neighbours} linked have the same messages as we have."),
    "mesh-begun": Sentence(
        True, "{neighbours} had other messages than we; comparing was begun anew and helped."
    ),
    "mesh-differs": Sentence(
        False,
        "{neighbours} still have other messages than we: {names}.",
        "The links with them are made anew now. Check again in a minute.",
    ),
}
