"""Requests about how machines meet, beyond what the headless contract asks for."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from app.cli.request_base import BaseRequest
from app.domain.ice import MAX_SECRET, MAX_URL

Secret = Annotated[str, Meta(max_length=MAX_SECRET)]


class IceServerGiven(msgspec.Struct, forbid_unknown_fields=True):
    url: Annotated[str, Meta(max_length=MAX_URL)]
    username: Secret = ""
    credential: Secret = ""


class IceServers(BaseRequest, tag="ice_servers"):
    """With `servers` all are set; the answer has them without their credentials."""

    servers: list[IceServerGiven] | None = None


NetworkRequest = IceServers
