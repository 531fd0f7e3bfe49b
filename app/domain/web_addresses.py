"""Which addresses of the web the program will fetch from, or lead a person to."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

MAX_ADDRESS = 500
_PLAIN = re.compile(r"[!#$%&'()*+,\-./:;=?@\[\]_~0-9A-Za-z]+")
"""Nothing that is invisible, turns its direction, or only looks like a Latin letter."""


def is_safe_address(url: str) -> bool:
    """Tell whether it is an https address, or http on this very machine, without any trick.

    Names of machines are in ASCII; there is no user name in it.
    """
    if len(url) > MAX_ADDRESS or not _PLAIN.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts))


def _is_here(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
