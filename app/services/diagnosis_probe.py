"""What a diagnosis tries out on the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.domain.ice import IceServer
from app.domain.probes import HelperProbe, ServerProbe


class NetworkProbe(Protocol):
    """Each call ends within 6 s and leaves nothing behind."""

    def addresses(self) -> Sequence[str]:
        """The addresses of this machine that links may use."""
        ...

    async def server(self, url: str) -> ServerProbe:
        """Look for a signaling server, without taking part there."""
        ...

    async def helper(self, server: IceServer) -> HelperProbe:
        """Ask a STUN server who we are, or have a TURN server relay for a moment."""
        ...

    async def multicast(self) -> bool:
        """Tell whether a question to everybody near by comes back to ourselves."""
        ...

    async def ports(self) -> bool:
        """Tell whether programs may listen on this machine."""
        ...
