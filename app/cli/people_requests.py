"""Requests about people."""

from __future__ import annotations

from typing import Literal

from app.cli.request_base import BaseRequest


class Contacts(BaseRequest, tag="contacts"): ...


class ContactRequest(BaseRequest, tag="contact_request"):
    peer: str
    text: str


class ContactAccept(BaseRequest, tag="contact_accept"):
    peer: str


class ContactReject(BaseRequest, tag="contact_reject"):
    peer: str


class ContactBlock(BaseRequest, tag="contact_block"):
    peer: str


class ContactUnblock(BaseRequest, tag="contact_unblock"):
    peer: str


class ContactDescribe(BaseRequest, tag="contact_describe"):
    """What is left out stays as it is."""

    peer: str
    alias: str | None = None
    note: str | None = None


class Safety(BaseRequest, tag="safety"):
    peer: str


class Verify(BaseRequest, tag="verify"):
    peer: str
    verified: bool = True


class People(BaseRequest, tag="people"):
    query: str = ""


class Presence(BaseRequest, tag="presence"):
    state: Literal["online", "away", "busy", "invisible"]


class Privacy(BaseRequest, tag="privacy"):
    """What is left out stays as it is."""

    read_receipts: bool | None = None
    typing: bool | None = None
    auto_accept: Literal["everybody", "local", "nobody"] | None = None


PeopleRequest = (
    Contacts
    | ContactRequest
    | ContactAccept
    | ContactReject
    | ContactBlock
    | ContactUnblock
    | ContactDescribe
    | Safety
    | Verify
    | People
    | Presence
    | Privacy
)
