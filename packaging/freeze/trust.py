"""Whose certificates a frozen program believes: those that the system believes.

The OpenSSL that is frozen with it looks where the system it was built on keeps them. Others keep
them elsewhere, and there no https server could be reached. Windows is asked by Python itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping, Sequence
from pathlib import Path

NAMED = ("SSL_CERT_FILE", "SSL_CERT_DIR")
BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian, Ubuntu, Arch, Alpine
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # Fedora, RHEL
    Path("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),  # Fedora without the old name
    Path("/etc/ssl/ca-bundle.pem"),  # openSUSE
    Path("/etc/ssl/cert.pem"),  # macOS
)


def believe_the_system(
    environ: MutableMapping[str, str] = os.environ,
    bundles: Sequence[Path] = BUNDLES,
    platform: str = sys.platform,
) -> None:
    """Name the system's bundle to OpenSSL, unless the person has named something."""
    if platform == "win32" or any(name in environ for name in NAMED):
        return
    found = next((bundle for bundle in bundles if bundle.is_file()), None)
    if found is not None:
        environ["SSL_CERT_FILE"] = str(found)
