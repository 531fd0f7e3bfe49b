"""What a changed version costs: bytes that are sent and time, for pieces of equal sizes found by
their digests alone, ours (those, and what moved), and pieces whose ends the content defines.

Run: python -m tests.bench.delta [--mib N] [--folder PATH]. Prints one JSON object; bytes and
seconds. The last way is measured if `pyfastcdc`, which nothing else here needs, is installed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from app.crypto.content import piece_digest
from app.domain.manifest import DIGEST_SIZE, Layout, Manifest
from app.protocol.piece_map import PieceMap
from app.transport.bulk.earlier import files_of, pieces_at_hand
from app.transport.bulk.sources import digest_all, survey

KIB, MIB = 1024, 1024 * 1024
CUTS = {"average_1_mib": MIB, "average_256_kib": 256 * KIB}
Json = dict[str, Any]
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


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    result = work()
    return result, round(time.perf_counter() - begun, 3)


def manifest_of(path: Path) -> Manifest:
    return digest_all(path, survey(path), lambda _done, _size: None)


def known(manifest: Manifest) -> set[bytes]:
    return {manifest.digest(number) for number in range(len(manifest.digests) // DIGEST_SIZE)}


def ours(path: Path, old: Manifest, new: Manifest) -> int:
    """Return how many bytes would be fetched."""
    done = PieceMap(Layout([entry.size for entry in new.entries]).count)
    found = 0
    with closing(files_of(path, old, received=True)) as files:
        for piece, content in pieces_at_hand(files, old, new, done):
            done.add(piece)
            found += len(content)
    return new.size - found


def by_digest(old: Manifest, new: Manifest) -> int:
    layout, there = Layout([entry.size for entry in new.entries]), known(old)
    return sum(layout.length(n) for n in range(layout.count) if new.digest(n) not in there)


def contents(path: Path) -> list[bytes]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [file.read_bytes() for file in files]


def cut(content: list[bytes], average: int) -> list[memoryview]:
    cutter = importlib.import_module("pyfastcdc").FastCDC(
        average, min_size=average // 4, max_size=average * 4
    )
    return [piece.data for one in content for piece in cutter.cut_buf(one)]


def content_defined(old: Path, new: Path) -> Json:
    with suppress(ImportError):
        return {name: cut_sizes(old, new, average) for name, average in CUTS.items()}
    return {}


def cut_sizes(old: Path, new: Path, average: int) -> Json:
    there = {piece_digest([piece]) for piece in cut(contents(old), average)}
    content = contents(new)
    pieces, cut_s = timed(lambda: cut(content, average))
    lacking = {piece_digest([piece]): len(piece) for piece in pieces}
    sent = sum(size for digest, size in lacking.items() if digest not in there)
    return {"sent": sent, "cut_s": cut_s, "pieces": len(pieces)}


def measure(case: Case, size: int, folder: str | None) -> Json:
    with tempfile.TemporaryDirectory(dir=folder) as home:
        old, new = Path(home) / "old" / "data", Path(home) / "new" / "data"
        old.parent.mkdir()
        new.parent.mkdir()
        case(old, new, size)
        before = manifest_of(old)
        after, prepare_s = timed(lambda: manifest_of(new))
        sent, find_s = timed(lambda: ours(old, before, after))
        return {
            "size": after.size,
            "prepare_s": prepare_s,
            "equal_pieces": {"sent": by_digest(before, after)},
            "ours": {"sent": sent, "find_s": find_s},
            "content_defined": content_defined(old, new),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=200)
    parser.add_argument("--folder", help="where the files are made")
    args = parser.parse_args()
    found = {name: measure(case, args.mib * MIB, args.folder) for name, case in CASES.items()}
    json.dump({"cores": os.cpu_count(), "mib": args.mib, "cases": found}, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
