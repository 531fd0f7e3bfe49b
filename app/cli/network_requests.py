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


class CapabilitiesAsked(BaseRequest, tag="capabilities"):
    """Ours, or those of `peer`."""

    peer: str | None = None


class Offering(BaseRequest, tag="offering"):
    """Who is linked and offers this service, the best link first."""

    service: Annotated[str, Meta(max_length=40)]


class SharingChosen(BaseRequest, tag="sharing"):
    """What is given is set; the answer has what counts then."""

    relay: bool | None = None
    region: str | None = None
    time_zone: bool | None = None


class Diagnose(BaseRequest, tag="diagnose"):
    peer: str | None = None


class Validate(BaseRequest, tag="validate"):
    """Checks whether a group holds together, and mends what does not."""

    room: str


class Stats(BaseRequest, tag="stats"):
    """With `reset` counting begins anew after the answer."""

    reset: bool = False


class Host(BaseRequest, tag="host"):
    """Run the bundled server here and announce it on the local network."""


class StopHosting(BaseRequest, tag="stop_hosting"): ...


class Lan(BaseRequest, tag="lan"):
    """What is given is set; the answer has both, and the server that we run, if any."""

    direct: bool | None = None
    may_host: bool | None = None


NetworkRequest = (
    IceServers
    | CapabilitiesAsked
    | Offering
    | SharingChosen
    | Diagnose
    | Validate
    | Stats
    | Host
    | StopHosting
    | Lan
)
