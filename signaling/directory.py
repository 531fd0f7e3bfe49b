"""The people who chose to be listed, found by the beginnings of the words of their names."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, insort
from collections.abc import Iterator

from signaling.protocol import Card, to_raw

# A search reads this many index entries at most, whatever it asks for.
SCAN_LIMIT = 5_000

_JOINTS = re.compile(r"[\s\-'._\u2019]+")


def fold(text: str) -> str:
    """Return `text` so that names which look alike in any case compare as equal."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def words(name: str) -> frozenset[str]:
    """Return the folded words of a name: whole ones, and the parts of joined ones."""
    folded = fold(name)
    return frozenset({*folded.split(), *filter(None, _JOINTS.split(folded))})


class Directory:
    """Cards by peer, with a sorted index of words."""

    def __init__(self) -> None:
        self._cards: dict[bytes, Card] = {}
        self._words: list[tuple[str, bytes]] = []
        self._names: list[tuple[str, bytes]] = []

    def __len__(self) -> int:
        return len(self._cards)

    def __contains__(self, peer: bytes) -> bool:
        return peer in self._cards

    def publish(self, card: Card) -> None:
        """List the card's peer, in place of an earlier card. The card is already verified."""
        peer = to_raw(card.peer)
        self.withdraw(peer)
        self._cards[peer] = card
        insort(self._names, (fold(card.name), peer))
        for word in words(card.name):
            insort(self._words, (word, peer))

    def withdraw(self, peer: bytes) -> None:
        """Take a peer off the list, if it is there."""
        card = self._cards.pop(peer, None)
        if card is not None:
            self._drop(self._names, (fold(card.name), peer))
            for word in words(card.name):
                self._drop(self._words, (word, peer))

    def search(self, query: str, limit: int, asker: bytes) -> list[Card]:
        """Return up to `limit` cards with a word that begins with each word of `query`.

        All for an empty query, without the asker, in the order of the words found.
        """
        wanted = sorted(fold(query).split(), key=len, reverse=True)
        found: dict[bytes, Card] = {}
        for peer in self._candidates(wanted):
            card = self._cards[peer]
            if peer != asker and self._matches(card, wanted[1:]):
                found[peer] = card
            if len(found) >= limit:
                break
        return list(found.values())

    def _candidates(self, wanted: list[str]) -> Iterator[bytes]:
        index, prefix = (self._words, wanted[0]) if wanted else (self._names, "")
        start = bisect_left(index, (prefix, b""))
        for word, peer in index[start : start + SCAN_LIMIT]:
            if not word.startswith(prefix):
                return
            yield peer

    @staticmethod
    def _matches(card: Card, wanted: list[str]) -> bool:
        if not wanted:
            return True
        have = words(card.name)
        return all(any(word.startswith(prefix) for word in have) for prefix in wanted)

    @staticmethod
    def _drop(index: list[tuple[str, bytes]], entry: tuple[str, bytes]) -> None:
        del index[bisect_left(index, entry)]
