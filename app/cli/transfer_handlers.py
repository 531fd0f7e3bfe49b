"""Carries out requests about files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from app.cli import transfer_render as render
from app.cli import transfer_requests as ask
from app.cli.given import message_id, path, peer_id, room_id, transfer_id
from app.domain.ids import to_text
from app.services.transfers_api import Transfers

Answer = dict[str, Any]


class TransferHandlers:
    """One method for each request; `table` finds it."""

    def __init__(self, transfers: Transfers) -> None:
        self._transfers = transfers
        self.table: Mapping[Any, Callable[[Any], Awaitable[Answer]]] = {
            ask.SendFile: self._send,
            ask.FileAccept: self._accept,
            ask.FileDecline: self._decline,
            ask.FilePause: self._pause,
            ask.FileResume: self._resume,
            ask.FileCancel: self._cancel,
            ask.FileLocate: self._locate,
            ask.Transfers: self._all,
            ask.FileSettings: self._settings,
        }

    async def _send(self, request: ask.SendFile) -> Answer:
        room, source = room_id(request.room), path(request.path)
        answered = message_id(request.reply_to) if request.reply_to is not None else None
        view = await self._transfers.offer(room, source, request.text, answered)
        return {"transfer": to_text(view.event), "message": to_text(view.event)}

    async def _accept(self, request: ask.FileAccept) -> Answer:
        folder = path(request.to) if request.to is not None else None
        await self._transfers.accept(transfer_id(request.transfer), folder)
        return {}

    async def _decline(self, request: ask.FileDecline) -> Answer:
        await self._transfers.decline(transfer_id(request.transfer))
        return {}

    async def _pause(self, request: ask.FilePause) -> Answer:
        await self._transfers.pause(transfer_id(request.transfer))
        return {}

    async def _resume(self, request: ask.FileResume) -> Answer:
        await self._transfers.resume(transfer_id(request.transfer))
        return {}

    async def _cancel(self, request: ask.FileCancel) -> Answer:
        await self._transfers.cancel(transfer_id(request.transfer))
        return {}

    async def _locate(self, request: ask.FileLocate) -> Answer:
        await self._transfers.locate(transfer_id(request.transfer), path(request.path))
        return {}

    async def _all(self, _: ask.Transfers) -> Answer:
        views = await self._transfers.transfers()
        return {"transfers": [render.transfer(view) for view in views]}

    async def _settings(self, request: ask.FileSettings) -> Answer:
        chosen = await self._transfers.settings()
        given: dict[str, Any] = {
            name: value
            for name in ("auto_limit", "voice_limit", "cap_up", "cap_down", "recovery")
            if (value := getattr(request, name)) is not None
        }
        for name in ("folder", "auto_folder"):
            if (folder := getattr(request, name)) is not None:
                given[name] = path(folder)
        if request.trusted is not None:
            given["trusted"] = frozenset(map(peer_id, request.trusted))
        if request.ways is not None:
            given["ways"] = frozenset(request.ways)
        if given:
            await self._transfers.set_settings(replace(chosen, **given))
        return render.settings(await self._transfers.settings())
