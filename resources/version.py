"""Parlor's version, for the programs and for whatever packs them."""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).with_name("VERSION")


def version() -> str:
    """Return it, like "1.2.3"."""
    return FILE.read_text(encoding="ascii").strip()
