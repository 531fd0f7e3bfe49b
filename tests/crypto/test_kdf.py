from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.kdf import derive, stretch


def hkdf(secret: bytes, info: bytes, size: int) -> bytes:
    """Return HKDF-SHA-256 as RFC 5869 writes it down."""
    prk = hmac.digest(bytes(32), secret, "sha256")
    block = okm = b""
    for counter in range(1, -(-size // 32) + 1):
        block = hmac.digest(prk, block + info + bytes((counter,)), "sha256")
        okm += block
    return okm[:size]


@given(st.binary(max_size=80), st.integers(1, 100), st.binary(max_size=80))
def test_derivation_is_hkdf(secret: bytes, size: int, context: bytes) -> None:
    assert derive(secret, "a label", size, context) == hkdf(secret, b"a label\x00" + context, size)


def test_hkdf_here_is_that_of_the_standard() -> None:
    okm = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    assert hkdf(b"\x0b" * 22, b"", 42).hex() == okm  # RFC 5869, appendix A.3


def test_labels_keep_keys_apart() -> None:
    assert derive(b"s", "a") != derive(b"s", "b")
    assert derive(b"s", "a", context=b"b") != derive(b"s", "a", context=b"c")


def test_a_label_is_ascii() -> None:
    with pytest.raises(UnicodeEncodeError):
        derive(b"s", "\u00fc")


def test_stretching_depends_on_secret_and_salt() -> None:
    stretched = stretch(b"secret", b"a salt of enough bytes")
    assert stretched == stretch(b"secret", b"a salt of enough bytes")
    assert len(stretched) == 32
    assert stretched != stretch(b"secres", b"a salt of enough bytes")
    assert stretched != stretch(b"secret", b"b salt of enough bytes")
    assert stretched != hashlib.sha256(b"secret").digest()
