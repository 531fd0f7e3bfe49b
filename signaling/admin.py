"""Lets administrators in, by a token that the server was configured with."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from signaling.bucket import BucketShelf

Endpoint = Callable[[Request], Awaitable[Response]]

TRIES = 10.0
TRIES_PER_SECOND = 0.2
MAX_TRIERS = 10_000


def problem(status: int, code: str, message: str, **headers: str) -> JSONResponse:
    """Return an error as every answer of the HTTP side tells it."""
    body = {"error": {"code": code, "message": message}}
    return JSONResponse(body, status, {"Cache-Control": "no-store", **headers})


class AdminGate:
    """Checks `Authorization: Bearer TOKEN`. Without a token configured nobody is let in."""

    def __init__(self, token: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._digest = _digest(token) if token else b""
        self._clock = clock
        self._tries = BucketShelf[str](TRIES_PER_SECOND, TRIES)

    def guard(self, endpoint: Endpoint) -> Endpoint:
        """Return `endpoint` for administrators only."""

        async def guarded(request: Request) -> Response:
            return self._refusal(request) or await endpoint(request)

        return guarded

    def _refusal(self, request: Request) -> Response | None:
        if not self._digest:
            return problem(403, "no-admin-token", "this server has no admin token set")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(_digest(token.strip()), self._digest)
        if scheme.lower() == "bearer" and right:
            return None
        if token and not self._may_try(request.client.host if request.client else ""):
            return problem(429, "rate-limited", "too many wrong tokens", **{"Retry-After": "5"})
        challenge = {"WWW-Authenticate": 'Bearer realm="parlor-server"'}
        return problem(401, "not-authenticated", "give the admin token as a bearer", **challenge)

    def _may_try(self, address: str) -> bool:
        now = self._clock()
        if len(self._tries) >= MAX_TRIERS:
            self._tries.sweep(now)
        if len(self._tries) >= MAX_TRIERS:
            return False
        return self._tries.get(address, now).take(1.0, now)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
