"""Carries out requests about newer versions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from app.cli import update_requests as ask
from app.cli.times import time_text
from app.domain.updates import Release
from app.services.updates_api import UpdateReport, Updates

Answer = dict[str, Any]


class UpdateHandlers:
    """One method for each request; `table` finds it."""

    def __init__(self, updates: Updates) -> None:
        self._updates = updates
        self.table: Mapping[Any, Callable[[Any], Awaitable[Answer]]] = {
            ask.UpdateSourceChosen: self._source,
            ask.UpdateCheck: self._check,
        }

    async def _source(self, request: ask.UpdateSourceChosen) -> Answer:
        if request.source is not None:
            await self._updates.set_source(request.source)
        return {"source": await self._updates.source()}

    async def _check(self, _: ask.UpdateCheck) -> Answer:
        report = await self._updates.check()
        return {
            "state": report.state.value,
            "installed": report.installed,
            "reason": report.reason or None,
            "release": _release(report, report.release) if report.release else None,
        }


def _release(report: UpdateReport, release: Release) -> Answer:
    return {
        "version": release.version.text,
        "released": release.released,
        "issued": time_text(release.issued_ms),
        "expires": time_text(release.expires_ms),
        "notes": release.notes,
        "page": release.page,
        "reads_data": not report.too_old,
        "converts_data": report.converts,
        "artefacts": [asdict(one) for one in report.fitting],
    }
