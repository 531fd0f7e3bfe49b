"""Name cards on the wire: checked before anybody sees them."""

from __future__ import annotations

from app.crypto.identity import verify
from app.domain.ids import PeerId
from app.transport.base import NameCard
from signaling.protocol import Card, card_message, good_name, to_raw, to_text


def to_wire(card: NameCard) -> Card:
    """Return the card as it travels."""
    return Card(to_text(card.peer), card.name, card.time_ms, to_text(card.signature))


def from_wire(card: Card) -> NameCard | None:
    """Return the card, or None if its name or signature is bad."""
    peer, signature = PeerId(to_raw(card.peer)), to_raw(card.signature)
    if not good_name(card.name):
        return None
    if not verify(peer, card_message(peer, card.time, card.name), signature):
        return None
    return NameCard(peer, card.name, card.time, signature)
