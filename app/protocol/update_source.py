"""Where is asked for the newest version, and whose word on it counts: one line of text."""

from __future__ import annotations

from dataclasses import dataclass

from app.crypto.identity import agreement_key
from app.domain.errors import AppError, RemoteProtocolError
from app.domain.ids import PeerId, peer_id, to_text
from app.domain.web_addresses import is_safe_address

MARK = "#ed25519="
MAX_SOURCE = 600


@dataclass(frozen=True, slots=True)
class UpdateSource:
    """`url` is fetched; `key` has to have signed what comes."""

    url: str
    key: PeerId

    def __str__(self) -> str:
        return f"{self.url}{MARK}{to_text(self.key)}"


def parse_source(text: str) -> UpdateSource:
    """Read `https://host/path#ed25519=KEY`. Raises AppError("bad-update-source")."""
    url, mark, key = text.strip().partition(MARK)
    if not mark or len(text) > MAX_SOURCE or "#" in url or not is_safe_address(url):
        raise AppError("bad-update-source")
    try:
        signer = peer_id(key)
        agreement_key(signer)
    except (AppError, RemoteProtocolError) as error:
        raise AppError("bad-update-source") from error
    return UpdateSource(url, signer)
