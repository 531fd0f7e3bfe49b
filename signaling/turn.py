"""Accounts at a TURN server that end by themselves (coturn's `use-auth-secret`).

The server shares a secret with coturn and nothing else: the user name is when the account ends, the
password its HMAC (draft-uberti-behave-turn-rest-00).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from signaling.protocol import IceServer


class TurnAccounts:
    """`urls` are told to every authenticated peer; those of STUN need no account."""

    def __init__(self, urls: Sequence[str], secret: str, seconds: int) -> None:
        self._urls = urls
        self._secret = secret.encode()
        self.seconds = seconds

    def issue(self, unix_ms: int) -> list[IceServer]:
        """Return the servers with a fresh account that holds for `seconds`.

        The user name has a random part, so that nobody is recognised by it.
        """
        name = f"{unix_ms // 1000 + self.seconds}:{secrets.token_hex(8)}"
        digest = hmac.new(self._secret, name.encode(), hashlib.sha1).digest()
        password = base64.b64encode(digest).decode()
        return [
            IceServer(url, name, password) if url.startswith("turn") else IceServer(url)
            for url in self._urls
        ]
