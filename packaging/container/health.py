"""Asks the server beside it whether it is well: exit code 0 or 1. For images without curl."""

from __future__ import annotations

import os
import ssl
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection

SECONDS = 30.0
"""Only so that nothing hangs; how long a server may take is said in the Dockerfile."""


def healthy(port: int, *, tls: bool) -> bool:
    """Ask on the loopback interface, where no certificate holds."""
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    if tls:
        anybody = ssl._create_unverified_context()  # noqa: S323, SLF001 - see above
        connection = HTTPSConnection("127.0.0.1", port, timeout=SECONDS, context=anybody)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    here = int(os.environ.get("PARLOR_SERVER_PORT", "8765"))
    sys.exit(not healthy(here, tls="PARLOR_SERVER_TLS_CERTIFICATE" in os.environ))
