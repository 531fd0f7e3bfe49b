"""People as the JSON objects of the headless contract."""

from __future__ import annotations

from typing import Any

from app.domain.contacts import (
    ContactChanged,
    ContactView,
    FoundPerson,
    PresenceChanged,
    SafetyView,
)
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


def people_notice(change: ContactChanged | PresenceChanged) -> Json:
    """Return what is said of a contact or of somebody's presence."""
    if isinstance(change, ContactChanged):
        return {"event": "contact", **contact(change.contact)}
    return {"event": "presence", "peer": to_text(change.peer), "state": change.state}
