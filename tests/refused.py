"""How tests ask for the code of a refusal."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.errors import AppError, RemoteProtocolError


def refusal(call: Callable[..., object], *args: object) -> str:
    """Return the code with which `call(*args)` refuses, "" if it does what it is asked."""
    try:
        call(*args)
    except (AppError, RemoteProtocolError) as error:
        return error.code
    return ""
