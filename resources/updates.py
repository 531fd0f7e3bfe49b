"""Where this build asks for newer versions, unless the person says otherwise."""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).with_name("update-source")


def source() -> str:
    """Return what whoever built this has put there, "" for nowhere."""
    return FILE.read_text(encoding="ascii").strip() if FILE.exists() else ""
