"""Who and when it is in the gallery and in tests of the window."""

from __future__ import annotations

import hashlib
from functools import cache

from app.crypto.identity import Identity
from app.domain.ids import PeerId, RoomId

FROZEN_MS = 1_763_718_720_000
"""Friday, 21 November 2025, 09:52 UTC: the gallery's clock."""

ME = "Noor Haddad"


@cache
def peer_of(name: str) -> PeerId:
    return Identity(hashlib.sha256(name.encode()).digest()).peer


def room_of(name: str) -> RoomId:
    return RoomId(hashlib.sha256(b"room" + name.encode()).digest()[:16])
