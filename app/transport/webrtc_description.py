"""What one end of a link tells the other through signaling, as strict MessagePack.

SDP is not used: it carries ten times the bytes and a parser that strangers would reach.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal

import msgspec

from app.domain.errors import RemoteProtocolError
from app.transport.webrtc_addresses import IpAddress

MAX_DESCRIPTION = 2048
"""The largest description taken, in bytes; a full one is below 700."""

MAX_CANDIDATES = 16

IceWord = r"\A[a-zA-Z0-9+/]+\Z"
Role = Literal["offer", "answer"]
CandidateType = Literal["host", "srflx", "relay"]


class CandidateLine(
    msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True
):  # fmt: skip
    """An address to try: `address` is 4 or 16 raw bytes, reached by UDP."""

    kind: CandidateType
    address: Annotated[bytes, msgspec.Meta(min_length=4, max_length=16)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    priority: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]

    @property
    def ip(self) -> IpAddress:
        return ipaddress.ip_address(self.address)


class Description(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """ICE credentials, the SHA-256 of the DTLS certificate, and where to try."""

    version: Literal[1]
    role: Role
    ufrag: Annotated[str, msgspec.Meta(min_length=4, max_length=32, pattern=IceWord)]
    password: Annotated[str, msgspec.Meta(min_length=22, max_length=64, pattern=IceWord)]
    fingerprint: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
    candidates: Annotated[list[CandidateLine], msgspec.Meta(max_length=MAX_CANDIDATES)]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Description)


def encode(description: Description) -> bytes:
    return _encoder.encode(description)


def decode(data: bytes, role: Role) -> Description:
    """Read a description that must be an offer or an answer.

    Raises RemoteProtocolError("bad-description") for anything this version would not write.
    """
    if len(data) > MAX_DESCRIPTION:
        raise RemoteProtocolError("bad-description", f"{len(data)} bytes")
    try:
        description = _decoder.decode(data)
    except (msgspec.MsgspecError, ValueError) as error:
        raise RemoteProtocolError("bad-description", str(error)) from error
    if description.role != role:
        raise RemoteProtocolError("bad-description", f"an {description.role}, not an {role}")
    for line in description.candidates:
        _check_address(line)
    return description


def _check_address(line: CandidateLine) -> None:
    try:
        ip = line.ip
    except ValueError as error:
        raise RemoteProtocolError("bad-description", "address") from error
    mapped = isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None
    broadcast = ip == ipaddress.ip_address("255.255.255.255")
    if mapped or broadcast or ip.is_multicast or ip.is_unspecified:
        raise RemoteProtocolError("bad-description", "address")
