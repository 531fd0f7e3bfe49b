"""How much one client may ask of the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
Rate = Annotated[float, msgspec.Meta(gt=0, le=1_000_000)]


@dataclass(frozen=True)
class Limits:
    """Each may be set in the configuration's table `limits`."""

    rooms_per_peer: Count = 256
    peers_per_room: Count = 256
    # A client that comes back re-enters all its rooms at once: the burst covers that.
    events_per_second: Rate = 50.0
    events_burst: Count = 512
    auth_seconds: Seconds = 10.0
    connections: Count = 20_000
    connections_per_address: Count = 512
    # What may wait for a client that does not read; beyond it the client is dropped.
    outbox_bytes: Annotated[int, msgspec.Meta(ge=200_000, le=2**30)] = 4 * 1024 * 1024
    outbox_packets: Annotated[int, msgspec.Meta(ge=64, le=1_000_000)] = 4096
