"""A server's URL in as few bytes as an invitation can spare: one for its form, then the rest.

0 none | 1 IPv4, 2 IPv6: address and port of an http server | 3 http, 4 https, 5 mqtt, 6 mqtts:
a length byte and the URL without its scheme.
"""

from __future__ import annotations

import ipaddress
import re

from app.domain.errors import AppError

NONE, IPV4, IPV6 = 0, 1, 2
SCHEMES = {3: "http://", 4: "https://", 5: "mqtt://", 6: "mqtts://"}
PORT_SIZE = 2
MAX_PORT = (1 << 16) - 1
MAX_URL_LENGTH = 128

_HOST = r"(?P<host>[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])"
_REST = re.compile(_HOST + r"(?::(?P<port>[1-9][0-9]{0,4}))?(?P<path>/[A-Za-z0-9._~/-]*)?")


class Reader:
    """Takes bytes off a content; ValueError once there are too few."""

    def __init__(self, raw: bytes) -> None:
        self.rest = raw

    def take(self, size: int) -> bytes:
        if len(self.rest) < size:
            raise ValueError("too short")
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def byte(self) -> int:
        return self.take(1)[0]


def write_server(url: str) -> bytes:
    """Return the bytes of a server's URL, "" for none.

    Scheme and host are taken in lower case. Raises AppError("bad-server-url") for a URL over 128
    characters, of another scheme, or with a user, query, fragment or anything but ASCII.
    """
    if not url:
        return bytes((NONE,))
    scheme, slashes, rest = url.strip().partition("://")
    authority, slash, path = rest.partition("/")
    start, tail = scheme.lower() + slashes, (authority.lower() + slash + path).removesuffix("/")
    form = next((form for form, known in SCHEMES.items() if known == start), None)
    if form is None or not _is_location(start, tail):
        raise AppError("bad-server-url", {"url": url[:MAX_URL_LENGTH]})
    return _as_address(start, tail) or bytes((form, len(tail))) + tail.encode("ascii")


def read_server(reader: Reader) -> str:
    """Return the URL that `write_server` wrote, "" for none.

    Raises AppError("invite-newer") for an unknown form, ValueError for a broken one.
    """
    form = reader.byte()
    if form == NONE:
        return ""
    if form == IPV4:
        return _at(str(ipaddress.IPv4Address(reader.take(4))), reader)
    if form == IPV6:
        return _at(f"[{ipaddress.IPv6Address(reader.take(16))}]", reader)
    if form not in SCHEMES:
        raise AppError("invite-newer")
    size = reader.byte()
    tail = reader.take(size)
    url = SCHEMES[form] + tail.decode("ascii")
    if _written(url) != bytes((form, size)) + tail:
        raise ValueError("not in the form that is written")
    return url


def _written(url: str) -> bytes:
    try:
        return write_server(url)
    except AppError as error:
        raise ValueError("no URL of a server") from error


def _at(host: str, reader: Reader) -> str:
    port = int.from_bytes(reader.take(PORT_SIZE), "big")
    if port == 0:
        raise ValueError("no port")
    return f"http://{host}:{port}"


def _is_location(start: str, tail: str) -> bool:
    match = _REST.fullmatch(tail)
    if match is None or len(start + tail) > MAX_URL_LENGTH:
        return False
    if match["host"].startswith("[") and _address(match["host"]) is None:
        return False
    return match["port"] is None or int(match["port"]) <= MAX_PORT


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        if host.startswith("["):
            return ipaddress.IPv6Address(host[1:-1])
        return ipaddress.IPv4Address(host)
    except ValueError:
        return None


def _as_address(start: str, tail: str) -> bytes:
    """Return the short form of an http server at an address and port, else nothing."""
    match = _REST.fullmatch(tail)
    if match is None or start != SCHEMES[3] or not match["port"] or match["path"]:
        return b""
    address = _address(match["host"])
    if address is None:
        return b""
    form = IPV4 if isinstance(address, ipaddress.IPv4Address) else IPV6
    return bytes((form,)) + address.packed + int(match["port"]).to_bytes(PORT_SIZE, "big")
