"""Who we are in this run of the program."""

from __future__ import annotations

import os

from app.crypto.identity import Identity
from app.domain.ids import PeerId
from app.protocol.signals import INSTANCE_SIZE
from app.transport.base import NameCard
from signaling.protocol import card_message

NAME_SETTING = "profile.name"


class Me:
    """The identity, the present name, and the instance that tells this run from others.

    Implements `Authenticator`.
    """

    def __init__(self, identity: Identity, name: str) -> None:
        self.identity = identity
        self.name = name
        self.instance = os.urandom(INSTANCE_SIZE)

    @property
    def peer(self) -> PeerId:
        return self.identity.peer

    def sign(self, message: bytes) -> bytes:
        return self.identity.sign(message)

    def card(self, now_ms: int) -> NameCard:
        """Return our signed entry for directories."""
        signature = self.sign(card_message(self.peer, now_ms, self.name))
        return NameCard(self.peer, self.name, now_ms, signature)
