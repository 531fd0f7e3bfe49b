"""Views and changes as the JSON objects of the headless contract."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from app.cli.conversation_render import conversation_notices
from app.cli.people_render import people_notice
from app.cli.times import time_text
from app.cli.transfer_render import offer
from app.domain.changes import (
    Change,
    ErrorRaised,
    HistoryDeleted,
    LinkChanged,
    MemberChanged,
    MessagesAdded,
    MessagesChanged,
    MessagesRemoved,
    PersonPictured,
    RoomChanged,
    RoomRemoved,
    ServerChanged,
    StatusChanged,
    TypingChanged,
)
from app.domain.contacts import ContactChanged, PresenceChanged
from app.domain.errors import AppError
from app.domain.governing import InvitationChanged
from app.domain.ids import to_text
from app.domain.views import (
    MemberView,
    MessageKind,
    MessageView,
    PersonView,
    RoomKind,
    RoomSummary,
    SearchHit,
)
from app.services.api import LinkView

Json = dict[str, Any]

SHOWN = frozenset({MessageKind.TEXT, MessageKind.FILE, MessageKind.UNSUPPORTED})
"""Kinds that are messages here; membership and names have notices of their own."""
_MATCH_MARKS = str.maketrans("", "", "\ue000\ue001")


def given(**values: object) -> Json:
    """Return those of the values that say something."""
    return {name: value for name, value in values.items() if value}


def _muted(until_ms: int) -> str:
    """Return until when a room is muted, "" if it is not."""
    if until_ms < 0:
        return "for ever"
    return time_text(until_ms) if until_ms > time.time() * 1000 else ""


def message(view: MessageView) -> Json:
    return {
        "message": to_text(view.event),
        "room": to_text(view.room),
        "author": to_text(view.author),
        "name": view.author_name,
        "time": time_text(view.time_ms),
        "text": view.text,
        "kind": view.kind.value,
        "state": view.state.value,
        "reply_to": to_text(view.reply_to) if view.reply_to is not None else None,
        "edited": view.edited,
        "deleted": view.deleted,
        "reactions": [
            {"emoji": one.emoji, "by": [to_text(peer) for peer in one.by]} for one in view.reactions
        ],
        "delivered_to": [to_text(peer) for peer in view.delivered_to],
        "read_by": [to_text(peer) for peer in view.read_by],
        **given(
            forwarded_from=view.forwarded_from,
            vanish_s=view.vanish_s,
            vanishes=time_text(view.vanishes_ms) if view.vanishes_ms else "",
            pinned=view.pinned,
            file=offer(view.file) if view.file is not None else None,
        ),
    }


def hit(found: SearchHit) -> Json:
    return {**message(found.message), "snippet": found.snippet.translate(_MATCH_MARKS)}


def room(summary: RoomSummary) -> Json:
    return {
        "room": to_text(summary.room),
        "name": summary.name,
        "kind": "group" if summary.kind is RoomKind.GROUP else "direct",
        "members": summary.members,
        "topic": summary.topic,
        "unread": summary.unread,
        "mentions": summary.mentions,
        "last": message(summary.last) if summary.last is not None else None,
        **given(
            standing="" if summary.standing == "member" else summary.standing,
            refused_for=summary.refused_for,
            role=summary.role,
            muted=_muted(summary.muted_until_ms),
            pinned=summary.pinned,
            archived=summary.archived,
            marked_unread=summary.marked_unread,
            vanish_s=summary.rules.vanish_after_s,
            picture=summary.picture,
        ),
    }


def member(view: MemberView) -> Json:
    return {
        "peer": to_text(view.peer),
        "name": view.name,
        "role": view.role,
        "state": "online" if view.online else "offline",
        "route": view.route,
        **given(picture=view.picture),
    }


def person(view: PersonView) -> Json:
    return {"peer": to_text(view.peer), "name": view.name, "online": view.online}


def link(view: LinkView) -> Json:
    return {
        "peer": to_text(view.peer),
        "state": view.state.value,
        "route": view.route,
        "rtt_ms": round(view.rtt_ms, 2) if view.rtt_ms is not None else None,
        "loss": round(view.loss, 4),
        "since": time_text(view.since_ms),
        "loss_in": round(view.loss_in, 4),
        "jitter_ms": round(view.jitter_ms, 2) if view.jitter_ms is not None else None,
        "rate_in": round(view.rate_in),
        "rate_out": round(view.rate_out),
        "uptime": round(view.uptime_s),
        "quality": round(view.quality, 3) if view.quality is not None else None,
        "through": to_text(view.through) if view.through is not None else None,
        "reason": view.reason,
    }


def error(problem: AppError) -> Json:
    return {"code": problem.code, "message": str(problem)}


def notices(change: Change) -> Iterator[Json]:  # noqa: C901 - one case for each kind
    """Yield what is said of a change; our own messages are known from the reply already."""
    match change:
        case MessagesAdded(_, messages):
            shown = (view for view in messages if not view.own and view.kind in SHOWN)
            yield from ({"event": "message", **message(view)} for view in shown)
        case MessagesChanged(_, messages):
            yield from ({"event": "changed", **message(view)} for view in messages)
        case StatusChanged(_, events, state, by):
            teller = to_text(by) if by is not None else None
            told = {"state": state.value, "by": teller}
            yield from ({"event": "status", "message": to_text(one), **told} for one in events)
        case MemberChanged(where, peer, name, state):
            yield {
                "event": "member",
                "room": to_text(where),
                "peer": to_text(peer),
                "name": name,
                "state": state,
            }
        case LinkChanged(peer, state, route):
            yield {"event": "link", "peer": to_text(peer), "state": state.value, "route": route}
        case ServerChanged(server, state, reason):
            yield {"event": "server", "server": server, "state": state.value, "reason": reason}
        case TypingChanged(where, peer, _, active):
            yield {
                "event": "typing",
                "room": to_text(where),
                "peer": to_text(peer),
                "active": active,
            }
        case RoomChanged(summary):
            yield {"event": "room", **room(summary)}
        case RoomRemoved(where):
            yield {"event": "room", "room": to_text(where), "removed": True}
        case HistoryDeleted() | MessagesRemoved() | PersonPictured():
            yield from conversation_notices(change)
        case ContactChanged() | PresenceChanged() | InvitationChanged():
            yield people_notice(change)
        case ErrorRaised(code, params):
            problem = AppError(code, params)
            yield {"event": "error", **error(problem)}
