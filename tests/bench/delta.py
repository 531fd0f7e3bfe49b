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
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from app.crypto.content import piece_digest
from app.domain.manifest import DIGEST_SIZE, Layout, Manifest
from app.protocol.piece_map import PieceMap
from app.transport.bulk.earlier import files_of, pieces_at_hand
from app.transport.bulk.surveying import digest_all, survey
from tests.bench.versions import CASES, KIB, MIB, Case

CUTS = {"average_1_mib": MIB, "average_256_kib": 256 * KIB}
Json = dict[str, Any]


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
