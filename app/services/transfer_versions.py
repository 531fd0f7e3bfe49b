"""What is here already that a transfer may have something in common with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from heapq import nlargest
from pathlib import Path

from app.domain.files import TransferState
from app.protocol.worker_messages import Earlier
from app.services.transfer_book import Entry, TransferBook

WORTHWHILE = 64 * 1024
"""Bytes from which on looking is quicker than fetching."""
MAX_EARLIER = 4
MAX_LOOKED_AT = 32
"""Transfers whose files are looked for on the disk."""

FindManifest = Callable[[str], Path]


def was_received(book: TransferBook, entry: Entry) -> bool:
    """Tell whether its path is where it was put when it came, not where it always was."""
    return not book.is_own(entry) or bool(entry.record.folder)


def likely_versions(book: TransferBook, entry: Entry) -> list[Entry]:
    """Return what was received or offered and may lie here in another version, the likeliest first.

    What is not asked for tells others that it is here. So it is only looked for where those who
    see that know of it: in what was given in the same room, or by the same author to us.
    """
    if entry.record.offer.size < WORTHWHILE:
        return []
    others = (other for other in book.all() if other is not entry)
    serving = (other for other in others if _may_serve(book, entry, other))
    return nlargest(MAX_LOOKED_AT, serving, key=partial(_likeness, entry))


def _may_serve(book: TransferBook, entry: Entry, other: Entry) -> bool:
    record = other.record
    own = book.is_own(other)
    known = other.room == entry.room or (record.author == entry.record.author and not own)
    is_here = bool(record.path) and (own or record.state is TransferState.DONE)
    return known and is_here and not record.offer.voice_ms


def _likeness(entry: Entry, other: Entry) -> tuple[bool, bool, bool, bool, int]:
    one, two = entry.record, other.record
    return (
        one.offer.name == two.offer.name,
        one.offer.is_folder == two.offer.is_folder,
        one.offer.name.rpartition(".")[2] == two.offer.name.rpartition(".")[2],
        one.author == two.author,
        two.offered_ms,
    )


def still_there(
    book: TransferBook, others: Iterable[Entry], manifest: FindManifest
) -> tuple[Earlier, ...]:
    """Return those of which something may be read, a few. Looks at the disk."""
    found: list[Earlier] = []
    for other in others:
        record = other.record
        kept = manifest(record.files)
        if kept.exists() and Path(record.path).exists():
            received = was_received(book, other)
            found.append(Earlier(str(kept), record.path, record.offer.root, received))
        if len(found) == MAX_EARLIER:
            break
    return tuple(found)
