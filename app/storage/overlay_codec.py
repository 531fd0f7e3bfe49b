"""The column that says what became of a message: MessagePack arrays, NULL for a plain one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from app.domain.errors import AppError
from app.domain.ids import PeerId
from app.domain.views import Reaction


class StoredOverlay(msgspec.Struct, array_like=True, frozen=True):
    """`reactions` have the numbers of peers, `mentions` their ids."""

    edited: bool = False
    deleted: bool = False
    pinned: bool = False
    reactions: Sequence[tuple[str, list[int]]] = ()
    mentions: Sequence[bytes] = ()

    def shown_reactions(self, peer_id: Callable[[int], PeerId]) -> tuple[Reaction, ...]:
        return tuple(Reaction(emoji, tuple(map(peer_id, by))) for emoji, by in self.reactions)

    def shown_mentions(self) -> tuple[PeerId, ...]:
        return tuple(map(PeerId, self.mentions))


PLAIN = StoredOverlay()
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(StoredOverlay)


def encode_overlay(overlay: StoredOverlay) -> bytes | None:
    return None if overlay == PLAIN else _encoder.encode(overlay)


def decode_overlay(raw: bytes | None) -> StoredOverlay:
    """Undo `encode_overlay`. Raises AppError("database-corrupt")."""
    if raw is None:
        return PLAIN
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AppError("database-corrupt") from error
