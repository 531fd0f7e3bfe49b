"""The signed statement: read back as written, believed from its signer alone, bounded."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.identity import Identity
from app.domain.errors import AppError
from app.domain.ids import to_text
from app.domain.updates import DAY_MS, Artefact, Release
from app.domain.versions import parse_version
from app.protocol.update_manifest import (
    MAX_ARTEFACTS,
    MAX_MANIFEST,
    MAX_NOTES,
    MAX_VALID_MS,
    SIGNED_PREFIX,
    is_plain_text,
    read_manifest,
    sign_manifest,
)

SIGNER = Identity(bytes(range(32)))
OTHER = Identity(bytes(range(1, 33)))
ISSUED = 1_800_000_000_000
URL = "https://parlor.example/parlor_0.3.0_amd64.deb"
ARTEFACT = Artefact("parlor_0.3.0_amd64.deb", "linux", "x86_64", 58_000_000, "ab" * 32, URL)
RELEASE = Release(
    parse_version("0.3.0"),
    "2027-01-15",
    ISSUED,
    ISSUED + 90 * DAY_MS,
    "What is new:\n- calls \N{FAMILY} שיחות",
    "https://parlor.example/0.3.0",
    1,
    11,
    (ARTEFACT,),
)
PLAIN: dict[str, Any] = {
    "version": "0.3.0",
    "released": "2027-01-15",
    "issued": "2027-01-15T08:00:00Z",
    "expires": "2027-04-15T08:00:00Z",
    "opens": 1,
    "database": 11,
    "artefacts": [],
}


def signed(payload: bytes, by: Identity = SIGNER, prefix: bytes = SIGNED_PREFIX) -> bytes:
    """Sign any bytes, as a source gone mad would."""
    signature = to_text(by.sign(prefix + payload)).encode()
    return b"parlor-update 1\ned25519 " + signature + b"\n" + payload


def told(**changes: object) -> bytes:
    return signed(json.dumps({**PLAIN, **changes}).encode())


def refused(raw: bytes) -> str:
    with pytest.raises(AppError) as caught:
        read_manifest(raw, SIGNER.peer)
    return caught.value.code


_TEXT = st.text(max_size=200).filter(is_plain_text)
_MS = st.integers(0, 4_000_000_000_000)


@given(
    st.tuples(st.integers(0, 9), st.integers(0, 99)),
    st.dates(),
    _MS,
    st.integers(1, MAX_VALID_MS),
    _TEXT,
    st.integers(1, 40),
    st.lists(st.sampled_from([ARTEFACT, replace(ARTEFACT, system="any", size=1)]), max_size=4),
)
def test_what_was_written_is_read(  # noqa: PLR0913, PLR0917 - a field each
    version: tuple[int, int],
    released: Any,
    issued: int,
    valid: int,
    notes: str,
    form: int,
    artefacts: list[Artefact],
) -> None:
    release = replace(
        RELEASE,
        version=parse_version(f"{version[0]}.{version[1]}"),
        released=released.isoformat(),
        issued_ms=issued,
        expires_ms=issued + valid,
        notes=notes,
        database=form,
        artefacts=tuple(artefacts),
    )
    assert read_manifest(sign_manifest(SIGNER, release), SIGNER.peer) == release


def test_a_statement_can_be_read_by_people() -> None:
    lines = sign_manifest(SIGNER, RELEASE).decode().splitlines()
    assert lines[0] == "parlor-update 1"
    assert lines[1].startswith("ed25519 ")
    assert ' "version": "0.3.0",' in lines


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_noticed(at: int, change: int) -> None:
    raw = bytearray(sign_manifest(SIGNER, RELEASE))
    raw[at % len(raw)] ^= change
    assert refused(bytes(raw)) in {"update-signature", "update-malformed"}


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(raw: bytes) -> None:
    for whole in (raw, b"parlor-update 1\ned25519 " + raw, signed(raw, OTHER)):
        assert refused(whole) in {"update-signature", "update-malformed"}
    assert refused(signed(raw)) == "update-malformed"


_JSON = st.none() | st.integers() | st.sampled_from(sorted(PLAIN))


@given(st.recursive(_JSON, lambda one: st.lists(one, max_size=3) | st.dictionaries(_JSON, one)))
def test_any_json_is_refused(content: object) -> None:
    assert refused(signed(json.dumps(content).encode())) == "update-malformed"


def test_whose_word_counts() -> None:
    payload = json.dumps(PLAIN).encode()
    assert refused(signed(payload, OTHER)) == "update-signature"
    assert refused(signed(payload, prefix=b"")) == "update-signature"
    assert refused(signed(payload, prefix=b"parlor event 1\x00")) == "update-signature"
    assert refused(signed(payload) + b"\n") == "update-signature"
    assert read_manifest(signed(payload), SIGNER.peer).version.text == "0.3.0"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>not found</html>",
        b"parlor-update 2\ned25519 x\n{}",
        b"parlor-update 1\r\ned25519 x\n{}",
        b"parlor-update 1\ned25519 " + b"A" * 86,
        b"parlor-update 1\ned25519 " + b"A" * 85 + b"\n{}",
        b"parlor-update 1\ned25519 " + b"\xff" * 86 + b"\n{}",
        sign_manifest(SIGNER, RELEASE) + b" " * MAX_MANIFEST,
    ],
)
def test_what_is_no_statement(raw: bytes) -> None:
    assert refused(raw) == "update-malformed"


ONE = {
    "name": "parlor.deb",
    "system": "linux",
    "machine": "x86_64",
    "size": 5,
    "sha256": "ab" * 32,
    "url": URL,
}


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "latest"},
        {"version": None},
        {"released": "yesterday"},
        {"issued": "2027-01-15T08:00:00"},
        {"issued": 5},
        {"issued": "1960-01-15T08:00:00Z", "expires": "1960-02-15T08:00:00Z"},
        {"expires": PLAIN["issued"]},
        {"expires": "2028-04-15T08:00:00Z"},
        {"opens": 0},
        {"opens": 12},
        {"database": True},
        {"notes": "x" * (MAX_NOTES + 1)},
        {"notes": "turned \u202egpj.exe"},
        {"notes": "\x1b[31mred"},
        {"notes": "a\rb"},
        {"notes": "\u2028"},
        {"notes": "\ue000"},
        {"page": "http://parlor.example/"},
        {"page": "https://parlor.example/\u202e"},
        {"artefacts": None},
        {"artefacts": [ONE] * (MAX_ARTEFACTS + 1)},
        *(
            {"artefacts": [{**ONE, **change}]}
            for change in (
                {"name": "../parlor.deb"},
                {"name": ".hidden"},
                {"name": "parlor.deb\n"},
                {"name": "x" * 101},
                {"system": "amiga"},
                {"machine": "X86"},
                {"size": 0},
                {"size": 1 << 41},
                {"size": 1.5},
                {"sha256": "ab" * 31},
                {"sha256": "AB" * 32},
                {"url": "https://u@parlor.example/x"},
                {"url": "javascript:alert(1)"},
            )
        ),
    ],
)
def test_what_no_source_may_say(changes: dict[str, object]) -> None:
    assert refused(told(**changes)) == "update-malformed"


def test_lone_surrogates_are_no_text() -> None:
    payload = json.dumps({**PLAIN, "notes": "\ud800"}).encode()
    assert refused(signed(payload)) == "update-malformed"


def test_what_a_later_form_adds_is_passed_over() -> None:
    release = read_manifest(told(colour="green", artefacts=[{**ONE, "form": "deb"}]), SIGNER.peer)
    assert release.artefacts[0].name == "parlor.deb"
    assert (release.notes, release.page) == ("", "")


@pytest.mark.parametrize(
    "release",
    [
        replace(RELEASE, released="today"),
        replace(RELEASE, issued_ms=1 << 62),
        replace(RELEASE, expires_ms=ISSUED),
        replace(RELEASE, notes="\x07"),
        replace(RELEASE, artefacts=(replace(ARTEFACT, url="parlor.deb"),)),
    ],
)
def test_what_nobody_could_read_is_not_signed(release: Release) -> None:
    with pytest.raises(AppError, match="update malformed"):
        sign_manifest(SIGNER, release)
