"""What a program has on its disk while it runs: what would be left if the power went now."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from app.domain.ids import peer_id, to_text
from app.protocol.frames import Receipt, decode_frame
from app.storage.connection import DATABASE_NAME, open_connection
from app.storage.vault_file import VAULT_NAME, open_vault
from tests.e2e.programs import Cli


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
    orm = open_connection(copy, open_vault(copy).database_key)
    rows: list[tuple[bytes]] = orm.execute_sql(query).fetchall()
    orm.close()
    return rows
