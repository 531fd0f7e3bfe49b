"""Frames by which a member brings two others together that share a room with it.

Whoever passes something on takes it from the sender's own link only and hands it to the receiver's:
nothing goes over two members.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

MAX_NEIGHBOURS = 64
MAX_PAYLOAD = 20 * 1024
"""A sealed signal with the largest description."""
MAX_DATAGRAM = 2048

Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Instance = Annotated[bytes, Meta(min_length=16, max_length=16)]
Path = Annotated[bytes, Meta(min_length=16, max_length=16)]
Told = Annotated[dict[Key, Instance], Meta(max_length=MAX_NEIGHBOURS)]


class _Frame(msgspec.Struct, frozen=True, array_like=True):
    pass


class Neighbours(_Frame, frozen=True, array_like=True):
    """Who the sender is, as a run of its program, and with whom it is linked; replaces the last.

    `peers` are those, with their runs, of whom a room is open on their link and on this one.
    """

    instance: Instance
    peers: Told


class Through(_Frame, frozen=True, array_like=True):
    """A sealed signal of `sender` for `receiver`, to or from a member that is linked with both."""

    receiver: Key
    sender: Key
    payload: Annotated[bytes, Meta(min_length=48, max_length=MAX_PAYLOAD)]


class Relayed(_Frame, frozen=True, array_like=True):
    """A datagram of the link of `sender` and `receiver` that has no way but over a member.

    On the unreliable lane: it may be lost. `path` is the session of the offer that began the link.
    """

    receiver: Key
    sender: Key
    path: Path
    datagram: Annotated[bytes, Meta(min_length=1, max_length=MAX_DATAGRAM)]


PassingFrame = Neighbours | Through | Relayed
