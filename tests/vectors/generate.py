"""Writes the vectors anew: `python -m tests.vectors.generate`, after a change of the protocol.

curve.json is not written here: libsodium made it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.vectors.sections import SECTIONS

FOLDER = Path(__file__).parent


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.json"


def load(name: str) -> Any:
    """Return what the committed file says."""
    return json.loads(path_of(name).read_text(encoding="utf-8"))


def write(name: str) -> None:
    text = json.dumps(SECTIONS[name](), indent=1, ensure_ascii=False)
    path_of(name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    for section in SECTIONS:
        write(section)
