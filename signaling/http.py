"""The HTTP side of the server: health for everybody, numbers for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from signaling.admin import AdminGate, Endpoint, problem
from signaling.live import LiveEvents
from signaling.snapshot import Snapshots

STATIC = Path(__file__).parent / "static"
PAGE_FILES = {"status": "text/html", "status.js": "text/javascript", "status.css": "text/css"}
NO_STORE = {"Cache-Control": "no-store"}
SAFE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class HttpSide:
    """`app` answers; `stop` makes it say that the server ends."""

    def __init__(self, snapshots: Snapshots, token: str, origins: Sequence[str]) -> None:
        self._snapshots = snapshots
        self._gate = AdminGate(token)
        self._live = LiveEvents(snapshots.stats)
        self._stopping = False
        self.app = Starlette(
            routes=[*self._public(), *self._administrative()],
            middleware=[_cross_origin(origins)] if origins else [],
            exception_handlers={HTTPException: _refused},
        )

    def stop(self) -> None:
        """Be ready no more, and end what is streamed."""
        self._stopping = True
        self._live.stop()

    def _public(self) -> list[Route]:
        pages = [Route(f"/{name}", _file(name, kind)) for name, kind in PAGE_FILES.items()]
        return [
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
            Route("/metrics", self._metrics),
            *pages,
        ]

    def _administrative(self) -> list[Route]:
        guard = self._gate.guard
        return [
            Route("/api/v1/stats", guard(self._stats)),
            Route("/api/v1/rooms", guard(self._rooms)),
            Route("/api/v1/events", guard(self._live.page)),
        ]

    async def _healthz(self, _request: Request) -> Response:
        return JSONResponse(self._snapshots.health(), headers=NO_STORE)

    async def _readyz(self, _request: Request) -> Response:
        if self._stopping:
            return problem(503, "stopping", "the server ends")
        if self._snapshots.is_cut_off:
            return problem(503, "bus-away", "the other servers cannot be reached")
        return JSONResponse({"status": "ready"}, headers=NO_STORE)

    async def _metrics(self, _request: Request) -> Response:
        from signaling.metrics import CONTENT_TYPE, render  # noqa: PLC0415 - starts quicker

        return Response(render(self._snapshots), headers={**NO_STORE, "Content-Type": CONTENT_TYPE})

    async def _stats(self, _request: Request) -> Response:
        return JSONResponse(self._snapshots.stats(), headers=NO_STORE)

    async def _rooms(self, _request: Request) -> Response:
        return JSONResponse(self._snapshots.rooms(), headers=NO_STORE)


def _cross_origin(origins: Sequence[str]) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET"],
        allow_headers=["Authorization"],
    )


async def _refused(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = {404: "not-found", 405: "method-not-allowed"}.get(status, "refused")
    return problem(status, code, "there is nothing like that here")


def _file(name: str, kind: str) -> Endpoint:
    path = STATIC / (name if "." in name else f"{name}.html")

    async def page(_request: Request) -> Response:
        return FileResponse(path, media_type=kind, headers={**SAFE, "Cache-Control": "no-cache"})

    return page
