"""What governs groups, as the JSON objects of the headless contract."""

from __future__ import annotations

from typing import Any

from app.cli.times import time_text
from app.domain.governing import FOUNDING, Banned, InvitationView, PendingInvite, RoomLink, TokenId
from app.domain.ids import to_text
from app.domain.rules import RoomRules, Rule

Json = dict[str, Any]

FIRST_LINK = "first"
"""Names the link that a room was made with."""


def token(identifier: TokenId) -> str:
    return FIRST_LINK if identifier == FOUNDING else to_text(identifier)


def link(one: RoomLink) -> Json:
    return {
        "link": token(one.id),
        "invite": one.link,
        "code": one.code,
        "by": to_text(one.made_by),
        "until": _until(one.until_ms),
        "uses": one.uses,
    }


def pending(one: PendingInvite) -> Json:
    return {
        "link": token(one.id),
        "peer": to_text(one.peer),
        "name": one.name,
        "by": to_text(one.invited_by),
        "until": _until(one.until_ms),
    }


def banned(one: Banned) -> Json:
    return {"peer": to_text(one.peer), "name": one.name}


def rules(values: RoomRules) -> Json:
    return {rule.value: values.value(rule) for rule in Rule}


def invitation(view: InvitationView) -> Json:
    return {
        "invitation": to_text(view.id),
        "room": to_text(view.room),
        "name": view.name,
        "from": to_text(view.sender),
        "from_name": view.sender_name,
        "time": time_text(view.time_ms),
        "until": _until(view.until_ms),
        "state": view.state,
    }


def _until(ms: int) -> str | None:
    return time_text(ms) if ms else None
