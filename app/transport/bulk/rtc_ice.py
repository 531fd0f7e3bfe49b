"""ICE for a lane: it notices within seconds that nobody is there any more.

TCP would be told of a process that died; here silence is all there is. aioice asks every 5 s and
goes by the answers alone, which a line that a file fills may hold up for longer than it waits. What
the association hears is as good an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from aioice.stun import TransactionError

from app.transport.webrtc_ice import AddressSource, IceConnection

ASK_EVERY = 1.5
"""Seconds between two looks whether the remote end is there; an answer may take as long again."""
MISSES = 4
"""So many looks without a sign of it, and it is given up."""


class LaneIce(IceConnection):
    """`heard` tells whether something came from the remote end since it was asked last."""

    def __init__(
        self,
        *,
        controlling: bool,
        addresses: AddressSource,
        options: Mapping[str, Any],
        heard: Callable[[], bool],
    ) -> None:
        super().__init__(controlling=controlling, addresses=addresses, options=options)
        self._heard = heard

    async def query_consent(self) -> None:
        """Close the connection once the remote end gives no sign of itself."""
        misses = 0
        while misses < MISSES:
            await asyncio.sleep(ASK_EVERY)
            misses = 0 if self._heard() or await self._answers() else misses + 1
        self._query_consent_task = None
        await self.close()

    async def _answers(self) -> bool:
        password = (self.remote_password or "").encode()
        for pair in list(self._nominated.values()):
            request = self.build_request(pair, nominate=False)
            try:
                await pair.protocol.request(
                    request, pair.remote_addr, integrity_key=password, retransmissions=1
                )
            except TransactionError:
                return False
        return True
