"""Old and new versions of files, as people make them, to measure what a change costs."""

from __future__ import annotations

import random
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

KIB, MIB = 1024, 1024 * 1024
Case = Callable[[Path, Path, int], None]
"""Makes an old and a new version; the last is a size in bytes."""


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def edited(change: Callable[[bytes], bytes]) -> Case:
    def make(old: Path, new: Path, size: int) -> None:
        content = noise(size)
        old.write_bytes(content)
        new.write_bytes(change(content))

    return make


def overwritten(content: bytes) -> bytes:
    at = len(content) // 2
    return content[:at] + noise(100 * KIB, 2) + content[at + 100 * KIB :]


def interspersed(content: bytes) -> bytes:
    """Put a word in at twenty places."""
    step = len(content) // 20
    return b"word".join(content[at : at + step] for at in range(0, len(content), step))


def exchanged(content: bytes) -> bytes:
    at = len(content) // 3
    return content[at:] + content[:at]


def small_files(folder: Path, changed: dict[str, bytes]) -> None:
    folder.mkdir()
    sizes = random.Random(3)
    for number in range(1000):
        (folder / f"{number:04}").write_bytes(noise(sizes.randrange(64 * KIB), number))
    for name, content in changed.items():
        (folder / name).write_bytes(content)


def one_changed(old: Path, new: Path, _size: int) -> None:
    small_files(old, {})
    small_files(new, {"0500": noise((old / "0500").stat().st_size, 7)})


def one_more(old: Path, new: Path, _size: int) -> None:
    small_files(old, {})
    small_files(new, {"0000a": noise(50 * KIB, 7)})


def document(path: Path, text: bytes) -> None:
    """An office document: text that is packed anew at each saving, and pictures."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo("document.xml"), text)
        for number in range(30):
            name = zipfile.ZipInfo(f"media/{number}.png")
            packed.writestr(name, noise(600 * KIB + number, number))


def resaved(old: Path, new: Path, _size: int) -> None:
    text = noise(20 * KIB, 5).hex().encode()
    document(old, text)
    document(new, text.replace(b"a", b"some more words ", 100))


def rows_edited(old: Path, new: Path, size: int) -> None:
    chance = random.Random(4)
    with closing(sqlite3.connect(old)) as database:
        database.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text BLOB)")
        rows = ((chance.randbytes(2000),) for _ in range(size // 2048 // 2))
        database.executemany("INSERT INTO note (text) VALUES (?)", rows)
        database.commit()
    new.write_bytes(old.read_bytes())
    with closing(sqlite3.connect(new)) as database:
        for number in chance.sample(range(size // 2048 // 2), 20):
            database.execute("UPDATE note SET text = ? WHERE id = ?", (b"less", number))
        database.execute("INSERT INTO note (text) VALUES (?)", (chance.randbytes(5000),))
        database.commit()


CASES: dict[str, Case] = {
    "100 KiB appended": edited(lambda content: content + noise(100 * KIB, 2)),
    "100 KiB overwritten in the middle": edited(overwritten),
    "1 byte put in at the front": edited(lambda content: b"!" + content),
    "20 words put in": edited(interspersed),
    "a third cut off at the front and put at the end": edited(exchanged),
    "another file altogether": edited(lambda content: noise(len(content), 9)),
    "1 of 1,000 small files changed": one_changed,
    "1 small file more among 1,000": one_more,
    "a document saved again": resaved,
    "a database with 20 of its rows changed": rows_edited,
}
