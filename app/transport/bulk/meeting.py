"""How two sides come to one lane: both listen, both connect, and one of them decides.

Several connections may come about at once. The side whose certificate is the smaller one takes the
first and repeats the token on it; the other side takes the one on which it reads that.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Callable, Sequence
from functools import partial

from app.domain.errors import AppError, RemoteProtocolError
from app.protocol.bulk_frames import TOKEN_SIZE
from app.transport.bulk.certificates import client_context, server_context
from app.transport.bulk.tls_lane import (
    GREET_WITHIN,
    Address,
    LaneListener,
    LaneTerms,
    dial,
    take_token,
    token_frame,
)

MAX_ADDRESSES = 16


class Meeting:
    """One attempt to meet one peer."""

    def __init__(self, terms: LaneTerms, listener: LaneListener) -> None:
        """The listener is closed with the meeting.

        Raises RemoteProtocolError("bad-certificate" | "bad-token").
        """
        if len(terms.token) != TOKEN_SIZE:
            raise RemoteProtocolError("bad-token", f"{len(terms.token)} bytes")
        self._terms = terms
        self._listener = listener
        self._inward = server_context(terms.own, terms.peer)
        self._outward = client_context(terms.own, terms.peer)
        self._decides = terms.own.public < terms.peer
        self._lane: ssl.SSLSocket | None = None
        self._over = False
        self._news = threading.Condition()

    def run(self, addresses: Sequence[Address], within: float = GREET_WITHIN) -> ssl.SSLSocket:
        """Return the lane both sides use. Raises AppError("no-direct-way")."""
        serve = partial(self._listener.serve, self._terms, self._inward, self._found)
        _in_thread(serve)
        for address in addresses[:MAX_ADDRESSES]:
            _in_thread(partial(self._dial, address))
        with self._news:
            self._news.wait_for(lambda: self._lane is not None or self._over, within)
            self._over = True
            lane = self._lane
        self._listener.close()
        if lane is None:
            raise AppError("no-direct-way")
        return lane

    def cancel(self) -> None:
        """Meet nobody any more; `run` ends. From any thread."""
        self._listener.close()
        with self._news:
            self._over = True
            self._news.notify_all()

    def _dial(self, address: Address) -> None:
        with contextlib.suppress(OSError, RemoteProtocolError):
            self._found(dial(address, self._terms, self._outward))

    def _found(self, lane: ssl.SSLSocket) -> None:
        """Settle with the other side whether a lane is the one."""
        taken = False
        try:
            lane.settimeout(GREET_WITHIN)
            if not self._decides:
                take_token(lane, self._terms.token)
            taken = self._take(lane)
        finally:
            if not taken:
                lane.close()

    def _take(self, lane: ssl.SSLSocket) -> bool:
        with self._news:
            if self._lane is not None or self._over:
                return False
            if self._decides:
                lane.sendall(token_frame(self._terms))
            self._lane = lane
            self._news.notify_all()
            return True


def _in_thread(target: Callable[[], None]) -> None:
    threading.Thread(target=target, daemon=True).start()
