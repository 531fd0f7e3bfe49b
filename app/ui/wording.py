"""Errors in words: what happened and what to do. One table, code by code."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from app.domain.errors import AppError

_PEER_FAULT = "The other side sent something that is not allowed, so its link was closed."

SENTENCES: Mapping[str, str] = {
    "bad-id": "This is not a valid id. Copy it again from where you found it.",
    "bad-server-url": "This is not the address of a server. It looks like http://name:8765.",
    "code-incomplete": "Some words of the code are missing. Type all of them.",
    "code-mistyped": "One of the words is mistyped. Compare the code word by word.",
    "code-unknown-word": "“{word}” is not a word of a room code. Check how it is spelled.",
    "invite-damaged": "A part of this link is missing or changed. Copy the whole link again.",
    "invite-malformed": "This is not an invitation. Paste a parlor: link or type a room code.",
    "invite-newer": "This invitation is from a newer version of Parlor. Update to use it.",
    "link-failed": "No direct way to this person was found. Parlor keeps trying by itself.",
    "name-empty": "Please type a name.",
    "name-too-long": "This name is too long. Use at most 64 characters.",
    "signaling-lost": "The server does not answer. Conversations with a link go on without it.",
    "text-empty": "There is nothing to send yet.",
    "text-too-long": "This is longer than one message can be (64 KiB). Send it in parts.",
    "unknown-room": "This conversation is no longer there. Choose another one.",
}

UNKNOWN = "Something went wrong ({code}). Try again; if it stays, look into the log."
UNEXPECTED = (
    "Something unexpected went wrong. Nothing that was sent is lost. Details are in the log."
)


class _Forgiving(Formatter):
    """Leaves out what a sentence asks for and nobody gave."""

    def get_value(self, key: int | str, _args: object, kwargs: Mapping[str, object]) -> object:
        return kwargs.get(str(key), "…")


def sentence(code: str, params: Mapping[str, object] | None = None) -> str:
    """What to tell a person about an error code and its values."""
    template = SENTENCES.get(code, UNKNOWN)
    return _Forgiving().vformat(template, (), {"code": code, **(params or {})})


def words_for(error: Exception) -> str:
    """What to tell a person about an error that reached the window."""
    return sentence(error.code, error.params) if isinstance(error, AppError) else UNEXPECTED
