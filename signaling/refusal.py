"""How the server says no."""

from __future__ import annotations

from signaling.protocol import Code


class Refusal(Exception):  # noqa: N818 - an answer to a client, not a fault
    """A request that is answered with an error; the text never quotes the request."""

    def __init__(self, code: Code, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")
