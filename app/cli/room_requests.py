"""Requests about who governs a group, beyond what the headless contract asks for."""

from __future__ import annotations

from typing import Literal

from app.cli.request_base import BaseRequest


class RoomInvite(BaseRequest, tag="room_invite"):
    room: str
    peer: str


class RoomKick(BaseRequest, tag="room_kick"):
    room: str
    peer: str
    ban: bool = False


class RoomRole(BaseRequest, tag="room_role"):
    room: str
    peer: str
    role: Literal["owner", "admin", "member"]


class RoomBanned(BaseRequest, tag="room_banned"):
    room: str


class RoomReadmit(BaseRequest, tag="room_readmit"):
    room: str
    peer: str


class RoomLink(BaseRequest, tag="room_link"):
    """`until` is ISO 8601; without it the link does not expire."""

    room: str
    until: str | None = None


class RoomLinks(BaseRequest, tag="room_links"):
    room: str


class RoomInvited(BaseRequest, tag="room_invited"):
    room: str


class RoomRevoke(BaseRequest, tag="room_revoke"):
    """`link` is as `room_links` and `room_invited` name it."""

    room: str
    link: str


class RoomRules(BaseRequest, tag="room_rules"):
    room: str


class RoomRule(BaseRequest, tag="room_rule"):
    room: str
    rule: Literal["history", "info", "invites", "vanish"]
    value: int


class Invitations(BaseRequest, tag="invitations"): ...


class InvitationAccept(BaseRequest, tag="invitation_accept"):
    invitation: str


class InvitationReject(BaseRequest, tag="invitation_reject"):
    invitation: str


RoomRequest = (
    RoomInvite
    | RoomKick
    | RoomRole
    | RoomBanned
    | RoomReadmit
    | RoomLink
    | RoomLinks
    | RoomInvited
    | RoomRevoke
    | RoomRules
    | RoomRule
    | Invitations
    | InvitationAccept
    | InvitationReject
)
