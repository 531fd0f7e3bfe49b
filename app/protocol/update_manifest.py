"""The signed statement on the newest version, as bytes (docs/updates.md).

Three parts, each on lines of its own: `parlor-update 1`, `ed25519 ` and the signature in base64url,
and a JSON object to the end. Signed is exactly what stands behind the second line, so that nobody
has to agree on how JSON is written.
"""

from __future__ import annotations

import unicodedata
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from app.crypto.identity import Identity, verify
from app.domain.errors import AppError
from app.domain.ids import PeerId, from_text, to_text
from app.domain.updates import DAY_MS, Artefact, Release
from app.domain.versions import parse_version
from app.domain.web_addresses import is_safe_address

MAX_MANIFEST = 64 * 1024
MAX_NOTES = 4000
MAX_ARTEFACTS = 64
MAX_VALID_MS = 400 * DAY_MS
SIGNED_PREFIX = b"parlor update 1\x00"
_FIRST = b"parlor-update 1\n"
_SECOND = b"ed25519 "
_SIGNATURE_SIZE = 64
_JOINERS = "\u200c\u200d"
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")

_Time = Annotated[datetime, Meta(tz=True)]
_Name = Annotated[str, Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z._+~-]{0,99}\Z")]
_Word = Annotated[str, Meta(pattern=r"^[0-9a-z_]{1,20}\Z")]
_Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Form = Annotated[int, Meta(ge=1, le=1_000_000)]


class _Artefact(msgspec.Struct):
    name: _Name
    system: Literal["linux", "windows", "macos", "any"]
    machine: _Word
    size: Annotated[int, Meta(ge=1, le=1 << 40)]
    sha256: _Digest
    url: str


class _Release(msgspec.Struct):
    version: str
    released: date
    issued: _Time
    expires: _Time
    opens: _Form
    database: _Form
    artefacts: Annotated[list[_Artefact], Meta(max_length=MAX_ARTEFACTS)]
    notes: Annotated[str, Meta(max_length=MAX_NOTES)] = ""
    page: str = ""


_decoder = msgspec.json.Decoder(_Release)


def sign_manifest(identity: Identity, release: Release) -> bytes:
    """Return the statement as it is published. Raises AppError("update-malformed")."""
    payload = msgspec.json.format(msgspec.json.encode(_written(release)), indent=1) + b"\n"
    signature = to_text(identity.sign(SIGNED_PREFIX + payload)).encode()
    manifest = _FIRST + _SECOND + signature + b"\n" + payload
    read_manifest(manifest, identity.peer)
    return manifest


def read_manifest(raw: bytes, key: PeerId) -> Release:
    """Return what the owner of `key` has signed.

    Raises AppError("update-malformed" | "update-signature"). Nothing is read before the signature
    was found to be genuine.
    """
    if len(raw) > MAX_MANIFEST or not raw.startswith(_FIRST + _SECOND):
        raise AppError("update-malformed")
    line, end, payload = raw[len(_FIRST + _SECOND) :].partition(b"\n")
    if not end:
        raise AppError("update-malformed")
    if not verify(key, SIGNED_PREFIX + payload, _signature(line)):
        raise AppError("update-signature")
    return _read(payload)


def _signature(text: bytes) -> bytes:
    try:
        return from_text(text.decode("ascii"), _SIGNATURE_SIZE)
    except (AppError, UnicodeDecodeError) as error:
        raise AppError("update-malformed") from error


def _read(payload: bytes) -> Release:
    try:
        told = _decoder.decode(payload)
        version = parse_version(told.version)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, AppError) as error:
        raise AppError("update-malformed") from error
    addresses = [one.url for one in told.artefacts]
    addresses += [told.page] if told.page else []
    issued, expires = _milliseconds(told.issued), _milliseconds(told.expires)
    if (
        not all(map(is_safe_address, addresses))
        or not is_plain_text(told.notes)
        or not 0 < expires - issued <= MAX_VALID_MS
        or issued < 0
        or told.opens > told.database
    ):
        raise AppError("update-malformed")
    artefacts = tuple(Artefact(**msgspec.structs.asdict(one)) for one in told.artefacts)
    return Release(
        version,
        told.released.isoformat(),
        issued,
        expires,
        told.notes,
        told.page,
        told.opens,
        told.database,
        artefacts,
    )


def is_plain_text(notes: str) -> bool:
    """Tell whether all of it is seen as it was written: only lines, no controls, no bidi marks."""
    return all(
        letter == "\n" or letter in _JOINERS or unicodedata.category(letter) not in _HIDDEN
        for letter in notes
    )


def _written(release: Release) -> _Release:
    try:
        released = date.fromisoformat(release.released)
    except ValueError as error:
        raise AppError("update-malformed") from error
    return _Release(
        release.version.text,
        released,
        _time(release.issued_ms),
        _time(release.expires_ms),
        release.opens,
        release.database,
        [_Artefact(**asdict(one)) for one in release.artefacts],
        release.notes,
        release.page,
    )


def _time(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise AppError("update-malformed") from error


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)
