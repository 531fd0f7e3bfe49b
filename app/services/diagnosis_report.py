"""Findings made of sentences, and the report that a stranger may read."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from app.services.diagnosis_words import SENTENCES, Sentence
from app.services.network_api import Finding

MARKS = {True: "ok", False: "NOT OK", None: "-"}
V4_KEPT, V6_KEPT = 24, 48
THINGS = {
    "servers": ("server", "servers"),
    "clocks": ("other clock", "other clocks"),
    "rooms": ("conversation", "conversations"),
    "members": ("person", "people"),
    "abilities": ("newer ability", "newer abilities"),
    "four": ("IPv4 address", "IPv4 addresses"),
    "six": ("IPv6 address", "IPv6 addresses"),
}


def finding(check: str, code: str, **params: object) -> Finding:
    """Return what `SENTENCES[code]` says with these values."""
    return made(check, SENTENCES[code], params)


def made(check: str, sentence: Sentence, params: Mapping[str, object]) -> Finding:
    """Return a finding; what could tell who or where somebody is is masked in `safe`."""
    params = {key: _counted(key, value) for key, value in params.items()}
    masked = {key: MASKS.get(key, str)(str(value)) for key, value in params.items()}
    return Finding(
        check,
        sentence.ok,
        _begun(sentence.text.format(**params)),
        _begun(sentence.fix.format(**params)),
        _begun(sentence.text.format(**masked)),
        sentence.place,
    )


def _begun(text: str) -> str:
    """Return a sentence that begins with a capital, also where a name stands first."""
    return text[:1].upper() + text[1:]


def _counted(key: str, value: object) -> object:
    """Return "1 server" or "2 servers" for a count of servers; other values stay."""
    if not isinstance(value, int) or key not in THINGS:
        return value
    one, more = THINGS[key]
    return f"{value} {one if value == 1 else more}"


def report(findings: Iterable[Finding], facts: Mapping[str, str]) -> str:
    """Return the findings with what is known of this machine, one to a line."""
    head = [f"{key}: {value}" for key, value in facts.items()]
    return "\n".join(
        [*head, "", *(f"[{MARKS[one.ok]}] {one.check}: {one.safe}" for one in findings)]
    )


def mask_address(text: str) -> str:
    """Return only the network of an address: /24 of IPv4, /48 of IPv6; names become "(name)"."""
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0].strip("[]"))
    except ValueError:
        return "(name)" if text else ""
    kept = V4_KEPT if isinstance(address, ipaddress.IPv4Address) else V6_KEPT
    if address.is_loopback:
        return str(address)
    return str(ipaddress.ip_network((address, kept), strict=False))


def mask_addresses(text: str) -> str:
    return ", ".join(mask_address(one) for one in text.split(", "))


def mask_url(text: str) -> str:
    """Return scheme and port of a URL, with a masked host."""
    scheme, _, rest = text.partition(":")
    scheme += "://" if rest.startswith("//") else ":"
    try:
        parts = urlsplit("//" + rest.lstrip("/"))
        host, port = mask_address(parts.hostname or ""), parts.port
    except ValueError:
        return f"{scheme}(name)"
    query = f"?{parts.query}" if parts.query else ""
    return scheme + host + (f":{port}" if port else "") + query


def _nobody(_name: str) -> str:
    return "this person"


def _member(_name: str) -> str:
    return "a member"


MASKS: Mapping[str, Callable[[str], str]] = {
    "name": _nobody,
    "other": _member,
    "server": mask_url,
    "url": mask_url,
    "address": mask_address,
    "addresses": mask_addresses,
}
