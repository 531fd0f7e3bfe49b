"""Requests about couriers, beyond what the headless contract asks for."""

from __future__ import annotations

from app.cli.request_base import BaseRequest


class RoomCourierAdd(BaseRequest, tag="room_courier_add"):
    """`room` is a group or a conversation of two; `name` is what the courier is called there."""

    room: str
    peer: str
    name: str = ""


class RoomCourierRemove(BaseRequest, tag="room_courier_remove"):
    room: str
    peer: str


class RoomCouriers(BaseRequest, tag="room_couriers"):
    room: str


class CourierStatus(BaseRequest, tag="courier_status"):
    """What this program keeps for others; for couriers alone."""


class CourierDrop(BaseRequest, tag="courier_drop"):
    """Keep a room no more; for couriers alone."""

    room: str


CourierRequest = RoomCourierAdd | RoomCourierRemove | RoomCouriers | CourierStatus | CourierDrop
