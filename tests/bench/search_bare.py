"""What search is measured against: a bare FTS5 table and a plain scan, in SQLite without a key."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tests.bench.storage import CHUNK, row
from tests.storage.support import author

_INDEX = "CREATE VIRTUAL TABLE bare USING fts5(text)"
_BY_INDEX = """
SELECT snippet(bare, 0, '[', ']', '…', 12) FROM bare WHERE bare MATCH ?
ORDER BY rowid DESC LIMIT ?"""
_SCAN = "SELECT text FROM plain WHERE {} ORDER BY id DESC LIMIT ?"


class BareSearch:
    """The same texts as `storage.fill` puts into the store, in a file of its own."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._database = sqlite3.connect(folder / "bare.db")
        self._database.execute(_INDEX)
        self._database.execute("CREATE TABLE plain(id INTEGER PRIMARY KEY, text TEXT)")
        for some in _texts(rows):
            with self._database:
                self._database.executemany("INSERT INTO bare VALUES (?)", some)
                self._database.executemany("INSERT INTO plain(text) VALUES (?)", some)

    def indexed(self, query: str, limit: int) -> list[object]:
        """Answer a query of words, a quoted phrase or the beginning of a word."""
        match = query.strip()
        if not query.endswith((" ", '"')):
            match += "*"
        return self._database.execute(_BY_INDEX, (match, limit)).fetchall()

    def scanned(self, query: str, limit: int) -> list[object]:
        """The same by looking at one text after the other, newest first."""
        words = [query.strip('" ')] if '"' in query else query.split()
        where = " AND ".join(["text LIKE ?"] * len(words))
        values = (*(f"%{word}%" for word in words), limit)
        return self._database.execute(_SCAN.format(where), values).fetchall()

    def close(self) -> None:
        self._database.close()


def _texts(rows: int) -> Iterator[list[tuple[str]]]:
    chance = random.Random(5)
    peers = [author(n).peer for n in range(1, 6)]
    for first in range(0, rows, CHUNK):
        numbers = range(first, min(first + CHUNK, rows))
        yield [(row(chance, peers[n % 5], n).text,) for n in numbers]
