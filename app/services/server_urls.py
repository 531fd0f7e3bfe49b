"""The one form in which URLs of servers are kept."""

from __future__ import annotations

from app.domain.errors import AppError
from app.protocol.server_hint import Reader, read_server, write_server


def connectable(url: str) -> str:
    """Return the URL of a server that this version can speak to, in the form that is kept.

    Raises AppError("bad-server-url").
    """
    kept = canonical(url)
    scheme, _, place = kept.partition("://")
    if scheme in ("http", "https") and "/" in place:
        raise AppError("bad-server-url", {"url": kept})
    return kept


def canonical(url: str) -> str:
    """Return a server's URL in the one form that is kept. Raises AppError("bad-server-url")."""
    if not url:
        raise AppError("bad-server-url", {"url": url})
    return read_server(Reader(write_server(url)))
