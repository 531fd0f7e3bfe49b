"""A certificate for one direct lane: made for it, shown to one person, forgotten with it."""

from __future__ import annotations

import hashlib
import ssl
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from app.domain.errors import RemoteProtocolError

MAX_CERTIFICATE_BYTES = 2048
_LIFETIME = timedelta(days=30)
_SKEW = timedelta(days=2)
"""Clocks of two people differ; who it is was settled on the link."""
_NAME = "parlor-bulk"


@dataclass(frozen=True, slots=True)
class LaneCertificate:
    """`public` is what the other side pins (DER); `key` never leaves this process (PEM)."""

    public: bytes
    key: bytes = field(repr=False)


def make_certificate() -> LaneCertificate:
    """Return a fresh self-signed certificate on P-256, which every TLS library knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return LaneCertificate(certificate.public_bytes(serialization.Encoding.DER), secret)


def server_context(own: LaneCertificate, peer: bytes) -> ssl.SSLContext:
    """Return what accepts one peer only. Raises RemoteProtocolError("bad-certificate")."""
    context = _context(ssl.PROTOCOL_TLS_SERVER, own, peer)
    context.num_tickets = 0
    return context


def client_context(own: LaneCertificate, peer: bytes) -> ssl.SSLContext:
    """Return what connects to one peer only. Raises RemoteProtocolError("bad-certificate")."""
    return _context(ssl.PROTOCOL_TLS_CLIENT, own, peer)


def _context(protocol: int, own: LaneCertificate, peer: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    if len(peer) > MAX_CERTIFICATE_BYTES:
        raise RemoteProtocolError("bad-certificate", f"{len(peer)} bytes")
    try:
        context.load_verify_locations(cadata=peer)
    except (ssl.SSLError, ValueError) as error:
        raise RemoteProtocolError("bad-certificate") from error
    _load_own(context, own)
    return context


def _load_own(context: ssl.SSLContext, own: LaneCertificate) -> None:
    """`ssl` takes a key from a file only: one that nobody else may read, gone at once."""
    with tempfile.TemporaryDirectory(prefix="parlor-") as folder:
        path = Path(folder) / "lane.pem"
        path.touch(mode=0o600)
        path.write_bytes(ssl.DER_cert_to_PEM_cert(own.public).encode("ascii") + own.key)
        context.load_cert_chain(path)


def is_pinned(lane: ssl.SSLSocket, peer: bytes) -> bool:
    """Tell whether the other end has shown the very certificate that the link named."""
    shown = lane.getpeercert(binary_form=True)
    return shown is not None and hashlib.sha256(shown).digest() == hashlib.sha256(peer).digest()
