"""The HTTP side of the server."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from signaling.protocol import PROTOCOL_VERSION


def http_app(peers: Callable[[], int]) -> Starlette:
    """Return the HTTP application; `peers` tells how many are authenticated."""
    started = time.monotonic()

    async def healthz(_request: Request) -> JSONResponse:
        uptime = round(time.monotonic() - started, 3)
        body = {"status": "ok", "version": PROTOCOL_VERSION, "uptime": uptime, "peers": peers()}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    return Starlette(routes=[Route("/healthz", healthz)])
