"""People as the JSON objects of the headless contract."""

from __future__ import annotations

from typing import Any

from app.cli.room_render import invitation
from app.domain.contacts import (
    ContactChanged,
    ContactView,
    FoundPerson,
    PresenceChanged,
    SafetyView,
)
from app.domain.governing import InvitationChanged
from app.domain.ids import to_text

Json = dict[str, Any]


def contact(view: ContactView) -> Json:
    return {
        "peer": to_text(view.peer),
        "name": view.name,
        "alias": view.alias,
        "note": view.note,
        "state": view.state,
        "text": view.text,
        "online": view.online,
        "presence": view.presence,
        "verified": view.verified,
        **({"picture": view.picture} if view.picture else {}),
    }


def found(person: FoundPerson) -> Json:
    return {
        "peer": to_text(person.peer),
        "name": person.name,
        "alias": person.alias,
        "source": person.source,
        "state": person.state,
        "online": person.online,
    }


def safety(view: SafetyView) -> Json:
    return {"number": view.number, "verified": view.verified}


def people_notice(change: ContactChanged | PresenceChanged | InvitationChanged) -> Json:
    """Return what is said of a contact, of somebody's presence or of an invitation."""
    if isinstance(change, InvitationChanged):
        return {"event": "invitation", **invitation(change.invitation)}
    if isinstance(change, ContactChanged):
        return {"event": "contact", **contact(change.contact)}
    return {"event": "presence", "peer": to_text(change.peer), "state": change.state}
