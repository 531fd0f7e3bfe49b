"""Times as the headless contract writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from app.domain.errors import AppError


def time_text(ms: int) -> str:
    """Return Unix milliseconds as ISO 8601 in UTC."""
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(text: str) -> int:
    """Return Unix ms of an ISO 8601 time, UTC if it names no zone.

    Raises AppError("bad-request").
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise AppError("bad-request", {"detail": "`time` is not ISO 8601"}) from None
