"""Carries out requests about couriers: those of our rooms, and the one that we are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from app.cli import courier_requests as ask
from app.cli.given import peer_id, room_id
from app.domain.couriers import DAY_MS, CourierReport, ServedView
from app.domain.errors import AppError
from app.domain.ids import to_text
from app.services.api import Backend, CourierWork

Answer = dict[str, Any]


class CourierHandlers:
    """One method for each request; `table` finds it."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.table: Mapping[Any, Callable[[Any], Awaitable[Answer]]] = {
            ask.RoomCourierAdd: self._add,
            ask.RoomCourierRemove: self._remove,
            ask.RoomCouriers: self._couriers,
            ask.CourierStatus: self._status,
            ask.CourierDrop: self._drop,
        }

    async def _add(self, request: ask.RoomCourierAdd) -> Answer:
        room, peer = room_id(request.room), peer_id(request.peer)
        await self._backend.governance.add_courier(room, peer, request.name)
        return {}

    async def _remove(self, request: ask.RoomCourierRemove) -> Answer:
        room, peer = room_id(request.room), peer_id(request.peer)
        await self._backend.governance.remove_courier(room, peer)
        return {}

    async def _couriers(self, request: ask.RoomCouriers) -> Answer:
        views = self._backend.governance.couriers(room_id(request.room))
        return {
            "couriers": [
                {
                    "peer": to_text(view.peer),
                    "name": view.name,
                    "state": view.state,
                    "reason": view.reason,
                    "online": view.online,
                }
                for view in views
            ]
        }

    def _work(self) -> CourierWork:
        if self._backend.courier is None:
            raise AppError("courier-not-one")
        return self._backend.courier

    async def _status(self, _: ask.CourierStatus) -> Answer:
        link = self._backend.profile.contact_link
        return {"link": link, **_report(self._work().report())}

    async def _drop(self, request: ask.CourierDrop) -> Answer:
        await self._work().drop(room_id(request.room))
        return {}


def _report(report: CourierReport) -> Answer:
    return {
        "used": report.used,
        "quota": report.quota.total,
        "room_quota": report.quota.room,
        "keep_days": round(report.keep_ms / DAY_MS, 3),
        "rooms": [_served(one) for one in report.rooms],
    }


def _served(view: ServedView) -> Answer:
    return {
        "room": to_text(view.room),
        "by": to_text(view.patron),
        "members": view.members,
        "events": view.events,
        "used": view.used,
        "full": view.full,
    }
