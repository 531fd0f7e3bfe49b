"""People with real keys, as a server's tests need them."""

from __future__ import annotations

import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.ids import PeerId
from signaling.protocol import auth_message, card_message, to_raw, to_text


class Person:
    """Also an Authenticator of app/transport/base.py."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.peer = PeerId(self._key.public_key().public_bytes_raw())
        self.instance = secrets.token_bytes(16)

    @property
    def id(self) -> str:
        return to_text(self.peer)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def auth(self, challenge: dict[str, Any], **changes: object) -> dict[str, Any]:
        """Answer a challenge; `changes` spoil the answer."""
        nonce, server = to_raw(challenge["nonce"]), to_raw(challenge["server"])
        signature = self.sign(auth_message(nonce, server, self.peer, self.instance))
        body = {
            "version": 1,
            "peer": self.id,
            "instance": to_text(self.instance),
            "signature": to_text(signature),
        }
        return {**body, **changes}

    def card(self, name: str, time_ms: int, /, **changes: object) -> dict[str, Any]:
        """Return a signed card as it travels; `changes` spoil it."""
        signed = name.encode(errors="surrogatepass").decode(errors="replace")
        signature = self.sign(card_message(self.peer, time_ms, signed))
        body = {"peer": self.id, "name": name, "time": time_ms, "signature": to_text(signature)}
        return {**body, **changes}
