"""Carries out requests about how the network does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from app.cli import insight_render as render
from app.cli import network_requests as ask
from app.cli.given import peer_id, room_id
from app.domain.capabilities import Service, Sharing
from app.domain.errors import AppError
from app.domain.ids import PeerId, to_text
from app.services.api import Backend

Answer = dict[str, Any]


class InsightHandlers:
    """One method for each request; `table` finds it. `backend` is asked for its insight late."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.table: Mapping[Any, Callable[[Any], Awaitable[Answer]]] = {
            ask.CapabilitiesAsked: self._capabilities,
            ask.Offering: self._offering,
            ask.SharingChosen: self._sharing,
            ask.Diagnose: self._diagnose,
            ask.Validate: self._validate,
            ask.Stats: self._stats,
        }

    async def _capabilities(self, request: ask.CapabilitiesAsked) -> Answer:
        told = self._backend.insight.capabilities(_peer(request.peer))
        return {"capabilities": render.capabilities(told)}

    async def _offering(self, request: ask.Offering) -> Answer:
        known = {service.value: service for service in Service}
        if request.service not in known:
            raise AppError("bad-request", {"detail": "unknown `service`"})
        found = self._backend.insight.offering(known[request.service])
        return {"peers": [to_text(peer) for peer in found]}

    async def _sharing(self, request: ask.SharingChosen) -> Answer:
        insight = self._backend.insight
        now = insight.sharing
        chosen = Sharing(
            now.relay if request.relay is None else request.relay,
            now.region if request.region is None else request.region,
            now.time_zone if request.time_zone is None else request.time_zone,
        )
        if chosen != now:
            await insight.set_sharing(chosen)
        return render.sharing(insight.sharing)

    async def _diagnose(self, request: ask.Diagnose) -> Answer:
        found = await self._backend.insight.diagnose(_peer(request.peer))
        return {"findings": list(map(render.finding, found.findings)), "report": found.report}

    async def _validate(self, request: ask.Validate) -> Answer:
        found = await self._backend.insight.validate(room_id(request.room))
        return {"findings": list(map(render.finding, found))}

    async def _stats(self, request: ask.Stats) -> Answer:
        told = render.stats(self._backend.insight.measurements())
        if request.reset:
            await self._backend.insight.reset_measurements()
        return told


def _peer(text: str | None) -> PeerId | None:
    return peer_id(text) if text is not None else None
