"""Descriptions come from strangers: only what we would write ourselves is read."""

from __future__ import annotations

import ipaddress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import RemoteProtocolError
from app.transport.webrtc_description import (
    MAX_CANDIDATES,
    MAX_DESCRIPTION,
    CandidateLine,
    Description,
    decode,
    encode,
)

ADDRESSES = ("127.0.0.1", "10.1.2.3", "198.51.100.7", "::1", "fd00::2", "2001:db8::1")
BAD_ADDRESSES = (
    "0.0.0.0",  # noqa: S104 - refused, not bound
    "255.255.255.255",
    "224.0.0.251",
    "::",
    "ff02::fb",
    "::ffff:127.0.0.1",
)

words = st.text("abcXYZ019+/", min_size=22, max_size=32)
lines = st.builds(
    CandidateLine,
    st.sampled_from(["host", "srflx", "relay"]),
    st.sampled_from([ipaddress.ip_address(address).packed for address in ADDRESSES]),
    st.integers(1, 65535),
    st.integers(0, 2**31 - 1),
)
descriptions = st.builds(
    Description,
    st.just(1),
    st.sampled_from(["offer", "answer"]),
    words,
    words,
    st.binary(min_size=32, max_size=32),
    st.lists(lines, max_size=MAX_CANDIDATES),
)
PLAIN = Description(
    1,
    "offer",
    "abcd",
    "p" * 22,
    bytes(32),
    [CandidateLine("host", bytes([127, 0, 0, 1]), 4000, 7)],
)


def refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        decode(data, "offer")
    assert caught.value.code == "bad-description"


@given(descriptions)
def test_what_is_written_is_read(description: Description) -> None:
    data = encode(description)
    assert len(data) < 1024
    assert decode(data, description.role) == description


def test_the_largest_is_small() -> None:
    line = CandidateLine("srflx", bytes(range(16)), 65535, 2**31 - 1)
    full = Description(1, "answer", "u" * 32, "p" * 64, bytes(32), [line] * MAX_CANDIDATES)
    assert len(encode(full)) <= 700


def test_every_truncation_is_refused() -> None:
    data = encode(PLAIN)
    for length in range(len(data)):
        refused(data[:length])
    refused(data + b"\x00")


def test_every_changed_byte_is_refused_or_another_description() -> None:
    data = encode(PLAIN)
    for place in range(len(data)):
        for value in range(256):
            changed = data[:place] + bytes([value]) + data[place + 1 :]
            try:
                description = decode(changed, "offer")
            except RemoteProtocolError:
                continue
            assert encode(description) == changed or place > 0


@given(st.binary(max_size=300))
def test_noise_is_refused(data: bytes) -> None:
    refused(data)


def test_too_much_is_refused_unread() -> None:
    refused(bytes(MAX_DESCRIPTION + 1))


def test_the_other_role_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="an offer"):
        decode(encode(PLAIN), "answer")


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_addresses_of_nobody_are_refused(address: str) -> None:
    line = CandidateLine("host", ipaddress.ip_address(address).packed, 4000, 7)
    refused(encode(msgspec.structs.replace(PLAIN, candidates=[line])))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"role": "pranswer"},
        {"ufrag": "abc"},
        {"ufrag": "ab:cd"},
        {"ufrag": "abcd\n"},
        {"ufrag": "u" * 33},
        {"password": "p" * 21},
        {"password": "p" * 22 + "\n"},
        {"password": "p" * 65},
        {"fingerprint": bytes(31)},
        {"candidates": [CandidateLine("host", bytes(5), 1, 1)]},
        {"candidates": [CandidateLine("host", bytes(17), 1, 1)]},
        {"candidates": [CandidateLine("host", bytes([1, 1, 1, 1]), 0, 1)]},
        {"candidates": [CandidateLine("host", bytes([1, 1, 1, 1]), 65536, 1)]},
        {"candidates": [CandidateLine("host", bytes([1, 1, 1, 1]), 1, -1)]},
        {"candidates": [CandidateLine("prflx", bytes([1, 1, 1, 1]), 1, 1)]},  # type: ignore[arg-type]
        {"candidates": [CandidateLine("host", bytes([1, 1, 1, 1]), 1, 1)] * 17},
        {"candidates": None},
    ],
    ids=str,
)
def test_a_field_out_of_bounds_is_refused(change: dict[str, object]) -> None:
    refused(encode(msgspec.structs.replace(PLAIN, **change)))


def test_an_extra_field_is_refused() -> None:
    fields = msgspec.msgpack.decode(encode(PLAIN))
    refused(msgspec.msgpack.encode([*fields, 1]))
    refused(msgspec.msgpack.encode([*fields[:5], [[*fields[5][0], 1]]]))
