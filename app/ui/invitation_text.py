"""Judges an invitation for people: while it is typed, and before it is followed."""

from __future__ import annotations

from typing import NamedTuple

from app.crypto.identity import fingerprint
from app.domain.errors import AppError
from app.protocol import invitation, spoken_code
from app.ui import wording
from app.ui.phrases import isolated


class Hint(NamedTuple):
    """What to say about a text: nothing if it is good; `wrong` unless it may still become so."""

    words: str = ""
    wrong: bool = False


class Purpose(NamedTuple):
    """What following a link would do, or why it is `broken`."""

    title: str
    lines: tuple[str, ...]
    button: str
    broken: str = ""


def purpose_of(link: str) -> Purpose:
    """Read a link for the person who is to decide about it."""
    try:
        invite = invitation.parse(link)
    except AppError as error:
        return Purpose("This link cannot be used", (), "", wording.words_for(error))
    meeting = (f"You would meet on the server {invite.server}.",) if invite.server else ()
    if isinstance(invite, invitation.ContactInvite):
        name = isolated(invite.name)
        who = ("You can write to them then; what you write first is a request.",)
        number = (f"Fingerprint {fingerprint(invite.peer)}",)
        return Purpose(f"Add {name} as a contact?", who + number + meeting, "Add")
    members = ("Its members see your name, and that you are there.",)
    return Purpose("Join the room of this link?", members + meeting, "Join")


def hint_for(text: str) -> Hint:
    """Judge a link or a room code."""
    scheme = invitation.SCHEME
    if scheme.startswith(text.strip().lower()):
        return Hint("Go on…")
    try:
        if invitation.looks_like_invite(text):
            invitation.parse(text)
        else:
            spoken_code.from_words(text)
    except AppError as error:
        return Hint(_words(error), wrong=error.code != "code-incomplete")
    return Hint()


def _words(error: AppError) -> str:
    if error.code == "code-incomplete":
        return f"{error.params['words']} of {error.params['needed']} words"
    return wording.words_for(error)
