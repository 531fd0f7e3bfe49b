"""What programs have on their disks: of one that runs, what would be left if the power went now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.domain.ids import peer_id, to_text
from app.protocol.frames import Receipt, decode_frame
from app.storage.connection import DATABASE_NAME, open_connection
from app.storage.vault_file import VAULT_NAME, open_vault
from tests.e2e.programs import Cli


@contextmanager
def opened(profile: Path) -> Iterator[Any]:
    """Yield the peewee database of a profile whose program has ended."""
    with closing(open_connection(profile, open_vault(profile).database_key)) as orm:
        yield orm


def readers(cli: Cli, author: Cli) -> set[str]:
    """Return by whose receipts that `cli` keeps something of `author` was read."""
    with TemporaryDirectory() as folder:
        rows = _stored(cli.folder, Path(folder), "SELECT signed FROM receipt")
    receipts = [decode_frame(bytes(signed)) for (signed,) in rows]
    whose = peer_id(author.peer)
    return {
        to_text(receipt.member)
        for receipt in receipts
        if isinstance(receipt, Receipt) and receipt.read.get(whose)
    }


def _stored(profile: Path, copy: Path, query: str) -> list[tuple[bytes]]:
    """Ask a copy, for the program lets nobody else in.

    Its log is copied last and nobody moves one so short into the file: the copy is whole.
    """
    for name in (VAULT_NAME, DATABASE_NAME, f"{DATABASE_NAME}-wal"):
        if (profile / name).exists():
            shutil.copy(profile / name, copy / name)
    with opened(copy) as orm:
        rows: list[tuple[bytes]] = orm.execute_sql(query).fetchall()
    return rows
